#!/bin/sh
# tally.sh BUILD - statistics over ten million cases beside bare SQL over the same rows, and what keeping the counters costs a command;
# each with its reference in the same run. CASES=n and LIVES=n for other numbers.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
lives=${LIVES:-3000}
for turn in 1 2 3 4 5; do
	for kind in without with; do
		"$1/bench/tally_cost_$kind" "$dir/$kind$turn.db" "$lives" >> "$dir/$kind"
		rm -f "$dir/$kind$turn".db*
	done
done
sort -n "$dir/without" | sed -n 3p > "$dir/a"
sort -n "$dir/with" | sed -n 3p > "$dir/b"
paste "$dir/a" "$dir/b" | awk '{ printf "statistics_cost %.0f lives/s without the counters, %.0f with them: %.1f %% slower (medians of 5)\n", $1, $2, (1 - $2 / $1) * 100 }'
[ "${CASES:-10000000}" = 0 ] || "$1/bench/tally_bench" "$dir/cases.db" "${CASES:-10000000}"
