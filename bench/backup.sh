#!/bin/sh
# backup.sh BUILD - MB/s of backup, check, restore, verify and copy, beside cp and SQLite's VACUUM INTO of the same database in the same run; time
# and memory of making all rows anew and comparing them (ROWS_CASES), beside verify.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
"$build/bench/backup_bench" "$dir" "${ENTRIES:-200000}"
rm -f "$dir"/*
"$build/bench/rows_bench" "$dir" "${ROWS_CASES:-20000}"
