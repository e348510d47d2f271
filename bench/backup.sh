#!/bin/sh
# backup.sh BUILD - MB/s of backup, check, restore, verify and copy, beside cp and SQLite's VACUUM INTO of the same database in the same run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
"$build/bench/backup_bench" "$dir" "${ENTRIES:-200000}"
