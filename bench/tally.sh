#!/bin/sh
# tally.sh BUILD - statistics over ten million cases, beside bare SQL over the same rows in the same run. CASES=n for another number.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$1/bench/tally_bench" "$dir/cases.db" "${CASES:-10000000}"
