#!/usr/bin/env python3
"""mine_pm4py - reads a log with pandas and lets pm4py find graph, times and variants: seconds and memory, one line each.

  mine_pm4py.py FILE
"""
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import pandas as pd  # noqa: E402
import pm4py  # noqa: E402

begin, begin_cpu = time.monotonic(), time.process_time()
log = pd.read_csv(sys.argv[1], usecols=["case:concept:name", "concept:name", "time:timestamp"])
log["time:timestamp"] = pd.to_datetime(log["time:timestamp"], utc=True, format="ISO8601")
log = pm4py.format_dataframe(log, case_id="case:concept:name", activity_key="concept:name", timestamp_key="time:timestamp")
read = time.monotonic()
dfg, _, _ = pm4py.discover_dfg(log)
performance, _, _ = pm4py.discover_performance_dfg(log)
variants = pm4py.get_variants(log)
durations = pm4py.get_all_case_durations(log)
end = time.monotonic()
print(f"pm4py_events {len(log)}")
print(f"pm4py_read_seconds {read - begin:.2f}")
print(f"pm4py_seconds {end - begin:.2f}")
print(f"pm4py_cpu_seconds {time.process_time() - begin_cpu:.2f}")
print(f"pm4py_kib {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
print(f"pm4py_steps {len(dfg)} variants {len(variants)} cases {len(durations)}")
