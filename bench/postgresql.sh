#!/bin/sh
# postgresql.sh BUILD - durable commands a second on PostgreSQL, by one, two and four servers on the same database, beside pgbench
# writing the same rows into tables of the same shape: a transaction a command, a statement a table, as many clients. All in one
# run, on a server of its own that syncs to the disk. Quote the ratios. With each rate goes the processor time of a command, of
# our processes and of PostgreSQL's: on a machine that has other work it is the steadier figure.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../build}" && pwd)
if [ -z "${BANJIE_TEST_STORE:-}" ]; then
	BANJIE_PG_FSYNC=on "$here/../tools/with-postgresql" "$0" "$build" || { [ $? = 77 ] && exit 0; exit 1; }
	exit 0
fi
banjie=$build/banjie
store=$BANJIE_TEST_STORE
commands=${COMMANDS:-2000}
now=2026-03-31T09:00:00+08:00
pgbench=$(command -v pgbench || ls /usr/lib/postgresql/*/bin/pgbench | tail -n 1)
dir=$(mktemp -d)
servers=
trap 'for s in $servers; do kill "$s" 2>/dev/null; done; rm -rf "$dir"' EXIT INT TERM
sql() { psql -qAtX -v ON_ERROR_STOP=1 "$store" -c "$1"; }
postmaster=$(head -n 1 "$(sql 'SHOW data_directory')/postmaster.pid" 2>/dev/null || pgrep -o -x postgres)
start() { # OUT
	rm -f "$1" # of the one before
	"$banjie" serve --store "$store" --listen 127.0.0.1:0 --virtual-time $now >"$1" &
	servers="$servers $!"
	while ! grep -q 'http://' "$1"; do sleep 0.05; done
}
port_of() { sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$1"; }
stop() {
	for s in $servers; do
		kill "$s"
		wait "$s" || true
	done
	servers=
}
# milliseconds of processor so far: a process (1) without and (2) with what its ended children took
cpu_of() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk -v tick="$(getconf CLK_TCK)" -v deep="$2" '{ printf "%.0f\n", ($12 + $13 + (deep == 2 ? $14 + $15 : 0)) * 1000 / tick }'; }
cpu_postgres() { { cpu_of "$postmaster" 2; for p in $(pgrep -P "$postmaster"); do cpu_of "$p" 1; done; } | awk '{ s += $1 } END { print s + 0 }'; }
cpu_ours() { for s in $servers; do cpu_of "$s" 1; done | awk '{ s += $1 } END { print s + 0 }'; }
figures() { # NAME COMMANDS POSTGRES-BEFORE OURS-BEFORE
	awk -v name="$1" -v n="$2" -v pg=$(($(cpu_postgres) - $3)) -v our=$(($(cpu_ours) - $4)) \
		'BEGIN { printf "%s_cpu_postgres %.2f ms a command\n%s_cpu_banjie %.2f ms a command\n", name, pg / n, name, our / n }'
}
rate_of() { awk '/^commands_per_second/ { s += $2 } END { printf "%.0f\n", s }' "$@"; }
burst() { # NAME COMMANDS CONNECTIONS: by all servers that run, a share each
	count=$(echo $servers | wc -w)
	pg=$(cpu_postgres) our=$(cpu_ours) jobs=
	rm -f "$dir"/part-*
	for out in $outs; do
		"$build/bench/http_bench" commands "$(port_of "$out")" "$token" "$item" $(($2 / count)) $(($3 / count > 0 ? $3 / count : 1)) >"$dir/part-$(basename "$out")" &
		jobs="$jobs $!"
	done
	for j in $jobs; do wait "$j"; done
	rate=$(rate_of "$dir"/part-*)
	echo "$1_per_second $rate 1/s"
	[ "$count" -gt 1 ] || sed -n "s/^commands_p\([0-9]\)/$1_p\1/p" "$dir"/part-*
	figures "$1" "$2" "$pg" "$our"
}

"$banjie" demo --store "$store" --now $now 2>/dev/null
sql "ANALYZE"
start "$dir/server1"
outs=$dir/server1
port=$(port_of "$dir/server1")
token=$(curl -s --noproxy '*' -u linxiao:yunxi-demo -H 'Content-Type: application/json' -d '{"name":"bench"}' "http://127.0.0.1:$port/api/v1/tokens" | sed 's/.*"token":"\([^"]*\)".*/\1/')
item=$(curl -s --noproxy '*' "http://127.0.0.1:$port/api/v1/items?q=%E9%A3%9F%E5%93%81%E7%BB%8F%E8%90%A5%E8%AE%B8%E5%8F%AF" | sed 's/.*"impl_code":"\([^"]*\)".*/\1/')
first=$(sql "SELECT max(id) FROM case_data")
burst warm $((commands / 4)) 16 >/dev/null
for c in 1 16 64; do
	burst "one_server_c$c" $((c == 1 ? commands / 4 : commands)) $c
	echo "$rate" >"$dir/rate-$c"
done
stop

# the same rows by pgbench: each table's rows of one case, case by case
sql "CREATE SCHEMA bare; CREATE TABLE bare.todo(n bigint PRIMARY KEY, id bigint); CREATE SEQUENCE bare.turn;
     INSERT INTO bare.todo SELECT row_number() OVER (ORDER BY id), id FROM case_data WHERE id>$first;
     CREATE INDEX ledger_subject ON ledger(subject); CREATE INDEX notice_case ON notice(case_id); CREATE INDEX number_id ON case_number(id);
     CREATE INDEX holding_case ON step_holding(case_id); CREATE INDEX person_case ON case_person(id)"
{
	echo "SELECT id AS k FROM bare.todo WHERE n=(SELECT nextval('bare.turn')) \gset"
	echo "BEGIN;"
	for pair in ledger:subject case_open:id case_data:id case_number:id case_person:id case_last:id instance:id step_open:case_id step_holding:case_id \
		clock:case_id timer:case_id document:case_id notice:case_id; do
		table=${pair%%:*}
		sql "CREATE TABLE bare.$table (LIKE $table INCLUDING ALL)"
		echo "INSERT INTO bare.$table SELECT * FROM $table WHERE ${pair##*:}=:k;"
	done
	echo "COMMIT;"
} >"$dir/rows.sql"
sql "ANALYZE"
have=$(sql "SELECT count(*) FROM bare.todo")
for c in 1 16 64; do
	n=$((c == 1 ? have / 10 : have * 4 / 10))
	pg=$(cpu_postgres)
	"$pgbench" -n -M prepared -c $c -j 2 -t $((n / c)) -f "$dir/rows.sql" "$store" >"$dir/pgbench" 2>&1 || cat "$dir/pgbench"
	awk -v c=$c -v ours="$(cat "$dir/rate-$c")" '/^tps/ { printf "pgbench_c%d_per_second %.0f 1/s\nratio_c%d %.2f of pgbench for the same rows\n", c, $3, c, ours / $3 }' "$dir/pgbench"
	awk -v c=$c -v n="$n" -v pg=$(($(cpu_postgres) - pg)) 'BEGIN { printf "pgbench_c%d_cpu_postgres %.2f ms a command\n", c, pg / n }'
done
sql "DROP SCHEMA bare CASCADE; DROP INDEX ledger_subject, notice_case, number_id, holding_case, person_case" 2>/dev/null

# two servers, four servers, a share of the connections each
for count in 2 4; do
	outs=
	for n in $(seq $count); do
		start "$dir/server$n"
		outs="$outs $dir/server$n"
	done
	burst warm $((commands / 4)) 16 >/dev/null
	burst "servers_$count" "$commands" 64
	stop
done

python3 "$here/postgresql_far.py" "$build"
