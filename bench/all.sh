#!/bin/sh
# all.sh BUILD - every benchmark in turn. One that misses its aim, or cannot run, keeps none of the others waiting; the last line names them.
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
failed=
for part in run load big soak engines tally mine postgresql big_postgresql backup; do
	echo "== $part"
	case $part in
	soak) python3 "$here/soak.py" "$build/banjie" "${SOAK_SECONDS:-60}" ;;
	*) sh "$here/$part.sh" "$build" ;;
	esac || failed="$failed $part"
done
[ -z "$failed" ] && echo "benchmarks: all done" && exit 0
echo "benchmarks: not done, or an aim missed:$failed"
exit 1
