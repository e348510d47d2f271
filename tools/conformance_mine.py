#!/usr/bin/env python3
"""conformance_mine - directly-follows graph, variants and durations of `banjie mine` beside those of pm4py, on the same files.

  conformance_mine.py BANJIE FILE...
Run with the Python of an environment that has pm4py (tools/conformance makes one). Prints a line a file and a last line
"N passed, N failed": a check is one kind of figure of one file.
"""
import json
import subprocess
import sys
import warnings

warnings.filterwarnings("ignore")
import pandas as pd  # noqa: E402
import pm4py  # noqa: E402

ROWS = 10 ** 9
NAMES = {"case_id": "case:concept:name", "activity": "concept:name", "timestamp": "time:timestamp"}


def theirs(path):
    if ".xes" in path:
        log = pm4py.read_xes(path)
        log = pm4py.convert_to_dataframe(log)
    else:
        log = pd.read_csv(path, dtype=str)
        log = log.rename(columns={k: v for k, v in NAMES.items() if k in log.columns and v not in log.columns})
        log["time:timestamp"] = pd.to_datetime(log["time:timestamp"], utc=True, format="ISO8601")
    log = log[["case:concept:name", "concept:name", "time:timestamp"]].copy()
    log["time:timestamp"] = pd.to_datetime(log["time:timestamp"], utc=True)
    # by case and time, equal moments in the order of the file: what a log means, and what pm4py's own tables assume
    return log.sort_values(["case:concept:name", "time:timestamp"], kind="stable").reset_index(drop=True)


def whole_ms(seconds):
    return round(seconds * 1000)


def compare(banjie, path):
    out = subprocess.run([banjie, "mine", path, "--json", "--graph-only", "--rows", str(ROWS), "--lang", "zh"],
                         check=True, capture_output=True, text=True).stdout
    ours = json.loads(out)
    log = theirs(path)
    dfg, starts, ends = pm4py.discover_dfg(log)
    performance, _, _ = pm4py.discover_performance_dfg(log, business_hours=False)
    variants = pm4py.get_variants(log)
    durations = sorted(pm4py.get_all_case_durations(log))
    edges = {(e["from"], e["to"]): e for e in ours["edges"]}
    checks = {
        "cases and events": (ours["cases"], ours["events"]) == (log["case:concept:name"].nunique(), len(log)),
        "directly-follows counts": {k: e["count"] for k, e in edges.items()} == dict(dfg),
        "beginnings": {a["activity"]: a["starts"] for a in ours["activities"] if a["starts"]} == dict(starts),
        "ends": {a["activity"]: a["ends"] for a in ours["activities"] if a["ends"]} == dict(ends),
        "variants": {tuple(v["activities"]): v["count"] for v in ours["variants"]}
                    == {k: len(v) if isinstance(v, list) else v for k, v in variants.items()},
    }
    # pm4py counts seconds in floating point: a figure agrees when it is the same to the millisecond
    far = {"mean": 0, "median": 0, "min": 0, "max": 0}
    for key, values in performance.items():
        for name in far:
            far[name] += abs(edges[key]["times"][name + "_ms"] - values[name] * 1000) > 1
    for name, count in far.items():
        checks[f"{name} of each step"] = count == 0 and len(performance) == len(edges)
    n = len(durations)
    middle = (durations[(n - 1) // 2] + durations[n // 2]) / 2
    mine = ours["times"]
    checks["durations of cases"] = (abs(mine["median_ms"] - middle * 1000) <= 1 and abs(mine["mean_ms"] - sum(durations) / n * 1000) <= 1
                                    and mine["min_ms"] == whole_ms(durations[0]) and mine["max_ms"] == whole_ms(durations[-1]))
    bad = [name for name, good in checks.items() if not good]
    print(f"{path.rsplit('/', 1)[-1]}: {ours['events']} events, {len(edges)} steps, {len(variants)} variants: "
          + ("equal" if not bad else "NOT equal: " + ", ".join(bad)))
    return len(checks) - len(bad), len(bad)


def main():
    passed = failed = 0
    for path in sys.argv[2:]:
        good, bad = compare(sys.argv[1], path)
        passed += good
        failed += bad
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
