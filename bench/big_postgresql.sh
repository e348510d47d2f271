#!/bin/sh
# big_postgresql.sh BUILD - big.sh on PostgreSQL: the rate with BIG_CASES concluded cases (300,000 unless said otherwise) and 100,000 open ones beside the rate
# without, in turns, the median of BIG_RUNS; with the processor time of a command, ours and PostgreSQL's. Two databases of one server that syncs to the disk.
# The copies are thin where big_fill.c says so; a concluded case takes about 6 KB here. The last entries are a chain, as a start asks for.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../build}" && pwd)
. "$here/postgresql_servers.sh"
cases=${BIG_CASES:-300000}
open=${BIG_OPEN:-100000}
commands=${BIG_COMMANDS:-4000}
for which in young old; do
	sql "CREATE DATABASE $which"
done
at=$store
in_database() { store=$(echo "$at" | sed "s|\(postgres[a-z]*://[^/]*/\)[^?]*|\1$1|"); }
for which in young old; do
	in_database $which
	"$banjie" demo --store "$store" --now $now 2> /dev/null
done
sql "$(cat "$here/big_postgresql.sql")"
sql "SELECT big_fill($cases, $open)" > /dev/null
sql "VACUUM ANALYZE"
sql "SELECT format('big_postgresql_cases %s concluded, %s open, %s entries, %s MB', (SELECT count(*) FROM case_done), (SELECT count(*) FROM case_open), (SELECT count(*) FROM ledger), pg_database_size('old')/1000000)"
in_database young
sql "VACUUM ANALYZE"
sql "CHECKPOINT"

# rate NAME: a warm-up, then the measured run; a line of figures more in NAME
rate() {
	in_database "$1"
	start "$dir/server1"
	outs=$dir/server1
	log_in
	sleep 3 # what a start has to do once
	burst warm 500 64 > /dev/null
	burst big "$commands" 64 > "$dir/figures"
	stop
	awk '{ v[$1] = $2 } END { print v["big_per_second"], v["big_cpu_postgres"], v["big_cpu_banjie"], v["big_p99"] }' "$dir/figures" >> "$dir/$1"
}
median() { awk -v c="$2" '{ print $c }' "$dir/$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
compare() { awk -v n="$1" -v o="$(median old "$2")" -v y="$(median young "$2")" -v u="$3" 'BEGIN { printf "big_postgresql_%s %s %s ratio %.2f of the young record\n", n, o, u, o / y }'; }
for run in $(seq "${BIG_RUNS:-3}"); do
	rate young
	rate old
done
compare rate 1 1/s
compare cpu_postgres 2 ms
compare cpu_banjie 3 ms
compare p99 4 ms
