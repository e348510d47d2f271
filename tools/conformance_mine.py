#!/usr/bin/env python3
"""conformance_mine - directly-follows graph, variants, durations and rework of `banjie mine` beside those of pm4py, on the same files.

  conformance_mine.py BANJIE FILE...
Run with the Python of an environment that has pm4py (tools/conformance makes one). Prints a line a file, what differs with the first
figures that do, and a last line "N passed, N failed": a check is one kind of figure of one file. A file that either side cannot
read is one failed check.
"""
import contextlib
import io
import json
import os
import subprocess
import sys
import warnings

os.environ["TQDM_DISABLE"] = "1"
warnings.filterwarnings("ignore")
import pandas as pd  # noqa: E402
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):  # it greets
    import pm4py  # noqa: E402

ROWS = 10 ** 9
NAMES = {"case_id": "case:concept:name", "activity": "concept:name", "timestamp": "time:timestamp"}
TOLD = 3
MINUTES = 10


def theirs(path):
    if ".xes" in path:
        log = pm4py.convert_to_dataframe(pm4py.read_xes(path))
    else:
        log = pd.read_csv(path, dtype=str)
        log = log.rename(columns={k: v for k, v in NAMES.items() if k in log.columns and v not in log.columns})
        log["time:timestamp"] = pd.to_datetime(log["time:timestamp"], utc=True, format="ISO8601")
    log = log[["case:concept:name", "concept:name", "time:timestamp"]].copy()
    log["time:timestamp"] = pd.to_datetime(log["time:timestamp"], utc=True)
    # by case and time, equal moments in the order of the file: what a log means, and what pm4py's own tables assume
    return log.sort_values(["case:concept:name", "time:timestamp"], kind="stable").reset_index(drop=True)


def ours(banjie, path):
    done = subprocess.run([banjie, "mine", path, "--json", "--graph-only", "--rows", str(ROWS), "--lang", "zh"],
                          capture_output=True, text=True, timeout=MINUTES * 60)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"banjie mine ended with {done.returncode}")
    return json.loads(done.stdout)


def differences(a, b):
    """The first entries in which two tables differ, as words; empty when they are equal."""
    keys = [k for k in list(a) + [k for k in b if k not in a] if a.get(k) != b.get(k)]
    return [f"{k}: {a.get(k)} here, {b.get(k)} there" for k in keys[:TOLD]] + ([f"and {len(keys) - TOLD} more"] if len(keys) > TOLD else [])


def close(a, b):
    """pm4py counts seconds in floating point: figures agree when they are the same to the millisecond; then they are taken as one."""
    return {k: b[k] if k in b and abs(v - b[k]) <= 1 else v for k, v in a.items()}


def times_of_steps(edges, performance, name):
    here = {k: e["times"][name + "_ms"] for k, e in edges.items()}
    there = {k: v[name] * 1000 for k, v in performance.items()}
    return close(here, there), there


def times_of_cases(times, durations):
    n = len(durations)
    there = {"median": (durations[(n - 1) // 2] + durations[n // 2]) * 500, "mean": sum(durations) * 1000 / n,
             "min": durations[0] * 1000, "max": durations[-1] * 1000}
    return close({k: times[k + "_ms"] for k in there}, there), there


def tables(report, log):
    """Each kind of figure as two tables, ours and theirs."""
    activities = report["activities"]
    edges = {(e["from"], e["to"]): e for e in report["edges"]}
    dfg, starts, ends = pm4py.discover_dfg(log)
    performance, _, _ = pm4py.discover_performance_dfg(log, business_hours=False)
    variants = pm4py.get_variants(log)
    yield "cases and events", {"cases": report["cases"], "events": report["events"]}, {"cases": log["case:concept:name"].nunique(), "events": len(log)}
    yield "directly-follows counts", {k: e["count"] for k, e in edges.items()}, dict(dfg)
    yield "beginnings", {a["activity"]: a["starts"] for a in activities if a["starts"]}, dict(starts)
    yield "ends", {a["activity"]: a["ends"] for a in activities if a["ends"]}, dict(ends)
    yield ("variants", {tuple(v["activities"]): v["count"] for v in report["variants"]},
           {k: len(v) if isinstance(v, list) else v for k, v in variants.items()})
    for name in ("mean", "median", "min", "max"):
        yield f"{name} of each step", *times_of_steps(edges, performance, name)
    yield "durations of cases", *times_of_cases(report["times"], sorted(pm4py.get_all_case_durations(log)))
    yield "rework", {a["activity"]: a["repeat_cases"] for a in activities if a["repeat_cases"]}, dict(pm4py.get_rework_cases_per_activity(log))


def compare(banjie, path):
    name = os.path.basename(path)
    try:
        report, log = ours(banjie, path), theirs(path)
    except Exception as why:  # whatever either side has against the file
        print(f"{name}: cannot be compared: {why}")
        return 0, 1
    good, bad = 0, []
    for kind, here, there in tables(report, log):
        told = differences(here, there)
        good += not told
        bad += [f"  {kind}: " + "; ".join(told)] if told else []
    print(f"{name}: {report['cases']} cases, {report['events']} events, {len(report['edges'])} steps, {len(report['variants'])} variants: "
          + (f"{good} kinds of figures, all equal" if not bad else f"{len(bad)} of {good + len(bad)} kinds of figures differ"))
    print("\n".join(bad), end="\n" if bad else "")
    return good, len(bad)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.strip())
    passed = failed = 0
    for path in sys.argv[2:]:
        good, bad = compare(sys.argv[1], path)
        passed += good
        failed += bad
    print(f"pm4py {pm4py.__version__}, {len(sys.argv) - 2} logs")
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
