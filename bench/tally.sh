#!/bin/sh
# tally.sh BUILD - statistics over ten million cases beside bare SQL over the same rows, and what keeping the counters costs a command;
# each with its reference in the same run. CASES=n and LIVES=n for other numbers.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
lives=${LIVES:-3000}
for turn in 1 2 3 4 5 6 7; do
	for kind in without with; do
		"$1/bench/tally_cost_$kind" "$dir/$kind$turn.db" "$lives" >> "$dir/$kind"
		rm -f "$dir/$kind$turn".db*
	done
done
# each pair ran side by side: the median of their ratios, since the machine drifts
paste "$dir/without" "$dir/with" | awk '{ print $2 / $1, $1, $2 }' | sort -n | sed -n 4p |
	awk '{ printf "statistics_cost %.0f us of processor time a life without the counters, %.0f with them: %.1f %% more (median of 7 pairs; aim 5)\n", $2, $3, ($1 - 1) * 100 }'
[ "${CASES:-10000000}" = 0 ] || "$1/bench/tally_bench" "$dir/cases.db" "${CASES:-10000000}"
