#!/bin/sh
# mine.sh BUILD - `banjie mine` on a log of EVENTS events (10 million) made from a seed, beside pm4py on the same file in the same run,
# where an environment with pm4py can be had: seconds, processor seconds and memory at most, as ratios per event. The log comes case by
# case; with ORDER=time as a stream does. PM4PY_EVENTS (all) is for machines without memory for so much of pm4py (2.4 GB for 10
# million); PM4PY_ALL_EVENTS (a tenth) for what pm4py has of the whole report, which takes it minutes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
events=${EVENTS:-10000000}
theirs=${PM4PY_EVENTS:-$events}
theirs_all=${PM4PY_ALL_EVENTS:-$((events / 10))}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
"$build/bench/mine_log" "$events" 1 > "$dir/log.csv"
if [ "${ORDER:-case}" = time ]; then
	{ head -n 1 "$dir/log.csv"; tail -n +2 "$dir/log.csv" | LC_ALL=C sort -t , -k 3,3 -s; } > "$dir/sorted.csv"
	mv "$dir/sorted.csv" "$dir/log.csv"
fi
# one line a run: seconds, processor seconds, KiB at most
run() { python3 - "$@" << 'PY'
import resource, subprocess, sys, time
name, command = sys.argv[1], sys.argv[2:]
begin = time.monotonic()
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{name}_seconds {time.monotonic() - begin:.2f}")
print(f"{name}_cpu_seconds {used.ru_utime + used.ru_stime:.2f}")
print(f"{name}_kib {used.ru_maxrss}")
PY
}
part() { # EVENTS - the log, or so much of its beginning
	[ "$1" -ge "$events" ] && echo "$dir/log.csv" && return
	head -n "$(($1 + 1))" "$dir/log.csv" > "$dir/part.csv"
	echo "$dir/part.csv"
}
compare() { # OURS THEIRS WHAT - ratios of two runs from $dir/figures
	awk -v n="$events" -v a="$1" -v b="$2" -v what="$3" '{ v[$1] = $2 } END {
		m = v[b "_events"]
		printf "ratio %.1f times the rate of pm4py %s, %.1f by processor time, %.3f of its memory an event (%d events here, %d there)\n",
			v[b "_seconds"] / m * n / v[a "_seconds"], what, v[b "_cpu_seconds"] / m * n / v[a "_cpu_seconds"], v[a "_kib"] / n / (v[b "_kib"] / m), n, m }' "$dir/figures"
}
echo "mine_events $events"
echo "load_before $(cut -d ' ' -f 1-3 /proc/loadavg) on $(nproc) processors"
{
	run mine_graph "$build/banjie" mine "$dir/log.csv" --graph-only --json
	run mine_all "$build/banjie" mine "$dir/log.csv" --json
} | tee "$dir/figures"
python=$("$here/../tools/pm4py_python" 2>&1) || { echo "pm4py: skipped, it cannot be had here: $python"; exit 0; }
"$python" "$here/mine_pm4py.py" "$(part "$theirs")" | tee -a "$dir/figures"
"$python" "$here/mine_pm4py.py" "$(part "$theirs_all")" all 2> "$dir/talk" | tee -a "$dir/figures"
echo "load_after $(cut -d ' ' -f 1-3 /proc/loadavg)"
compare mine_graph pm4py "for the same figures"
compare mine_all pm4py "with all figures of the report beside its graph, variants and durations"
compare mine_all pm4py_all "with all figures beside those of them that it has"
