#!/bin/sh
# mine.sh BUILD - `banjie mine` on a log of EVENTS events (10 million) made from a seed: seconds, memory; beside pm4py in the same
# run on PM4PY_EVENTS of them (all, where memory suffices), where an environment with pm4py can be had. Rates are per event.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
events=${EVENTS:-10000000}
theirs=${PM4PY_EVENTS:-$events}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
"$build/bench/mine_log" "$events" 1 > "$dir/log.csv"
# one line a run: seconds and KiB at most
run() { python3 - "$@" << 'PY'
import resource, subprocess, sys, time
name, command = sys.argv[1], sys.argv[2:]
begin = time.monotonic()
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{name}_seconds {time.monotonic() - begin:.2f}")
print(f"{name}_cpu_seconds {used.ru_utime + used.ru_stime:.2f}")
print(f"{name}_kib {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}")
PY
}
{
	run mine_graph "$build/banjie" mine "$dir/log.csv" --graph-only --json
	run mine_all "$build/banjie" mine "$dir/log.csv" --json
} | tee "$dir/ours"
python=$("$here/../tools/pm4py_python" 2> /dev/null) || { echo "pm4py: skipped, it cannot be had here"; exit 0; }
head -n $((theirs + 1)) "$dir/log.csv" > "$dir/part.csv"
"$python" "$here/mine_pm4py.py" "$dir/part.csv" | tee "$dir/theirs"
cat "$dir/ours" "$dir/theirs" | awk -v n="$events" '{ v[$1] = $2 } END {
	printf "ratio %.1f times the rate of pm4py for the same figures, %.1f times with all figures of the report\n",
		(n / v["mine_graph_seconds"]) / (v["pm4py_events"] / v["pm4py_seconds"]), (n / v["mine_all_seconds"]) / (v["pm4py_events"] / v["pm4py_seconds"])
	printf "ratio %.1f times by processor time, %.1f with all: what counts where others use the machine too\n",
		(n / v["mine_graph_cpu_seconds"]) / (v["pm4py_events"] / v["pm4py_cpu_seconds"]), (n / v["mine_all_cpu_seconds"]) / (v["pm4py_events"] / v["pm4py_cpu_seconds"])
	printf "ratio %.3f of its memory an event for the same figures, %.3f with all\n",
		(v["mine_graph_kib"] / n) / (v["pm4py_kib"] / v["pm4py_events"]), (v["mine_all_kib"] / n) / (v["pm4py_kib"] / v["pm4py_events"]) }'
