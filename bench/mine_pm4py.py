#!/usr/bin/env python3
"""mine_pm4py - reads a log with pandas and lets pm4py find what `banjie mine` finds: seconds and memory, one line each.

  mine_pm4py.py FILE         graph with times, variants, durations: as `banjie mine --graph-only`
  mine_pm4py.py FILE all     besides, what it has of the whole report: times in working days, rework, hand-over, batches
"""
import contextlib
import io
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import pandas as pd  # noqa: E402
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):  # it greets
    import pm4py  # noqa: E402

everything = sys.argv[2:] == ["all"]
name = "pm4py_all" if everything else "pm4py"
begin, begin_cpu = time.monotonic(), time.process_time()
columns = ["case:concept:name", "concept:name", "time:timestamp"] + (["org:resource"] if everything else [])
log = pd.read_csv(sys.argv[1], usecols=columns)
log["time:timestamp"] = pd.to_datetime(log["time:timestamp"], utc=True, format="ISO8601")
log = pm4py.format_dataframe(log, case_id="case:concept:name", activity_key="concept:name", timestamp_key="time:timestamp")
read = time.monotonic()
dfg, _, _ = pm4py.discover_dfg(log)
performance, _, _ = pm4py.discover_performance_dfg(log)
variants = pm4py.get_variants(log)
durations = pm4py.get_all_case_durations(log)
if everything:
    pm4py.discover_performance_dfg(log, business_hours=True)
    pm4py.get_rework_cases_per_activity(log)
    pm4py.discover_handover_of_work_network(log)
    pm4py.discover_batches(log, merge_distance=5 * 60, min_batch_size=3)
end = time.monotonic()
print(f"{name}_events {len(log)}")
print(f"{name}_read_seconds {read - begin:.2f}")
print(f"{name}_seconds {end - begin:.2f}")
print(f"{name}_cpu_seconds {time.process_time() - begin_cpu:.2f}")
print(f"{name}_kib {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
print(f"{name}_steps {len(dfg)} variants {len(variants)} cases {len(durations)}")
