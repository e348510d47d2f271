#!/bin/sh
# postgresql.sh BUILD - durable commands a second on PostgreSQL, by one server and by two on the same database, beside pgbench
# writing the same rows into tables of the same shape: a transaction a command, a statement a table, as many clients. All in one
# run, on a server of its own that syncs to the disk. Quote the ratio.
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
connections=${CONNECTIONS:-64}
now=2026-03-31T09:00:00+08:00
pgbench=$(command -v pgbench || ls /usr/lib/postgresql/*/bin/pgbench | tail -n 1)
dir=$(mktemp -d)
servers=
trap 'for s in $servers; do kill "$s" 2>/dev/null; done; rm -rf "$dir"' EXIT INT TERM
sql() { psql -qAtX -v ON_ERROR_STOP=1 "$store" -c "$1"; }
start() { # OUT
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
rate_of() { awk '/^commands_per_second/ { s += $2 } END { printf "%.0f\n", s }' "$@"; }

"$banjie" demo --store "$store" --now $now 2>/dev/null
sql "ANALYZE"
start "$dir/one"
port=$(port_of "$dir/one")
token=$(curl -s --noproxy '*' -u linxiao:yunxi-demo -H 'Content-Type: application/json' -d '{"name":"bench"}' "http://127.0.0.1:$port/api/v1/tokens" | sed 's/.*"token":"\([^"]*\)".*/\1/')
item=$(curl -s --noproxy '*' "http://127.0.0.1:$port/api/v1/items?q=%E9%A3%9F%E5%93%81%E7%BB%8F%E8%90%A5%E8%AE%B8%E5%8F%AF" | sed 's/.*"impl_code":"\([^"]*\)".*/\1/')
first=$(sql "SELECT max(id) FROM case_data")
"$build/bench/http_bench" commands "$port" "$token" "$item" "$commands" "$connections" >"$dir/single"
sed 's/^/one_server_/' "$dir/single"
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
"$pgbench" -n -M prepared -c "$connections" -j 2 -t $((have / connections)) -f "$dir/rows.sql" "$store" >"$dir/pgbench" 2>&1 || cat "$dir/pgbench"
awk '/^tps/ { printf "pgbench_per_second %.0f 1/s\n", $3 }' "$dir/pgbench"

# two servers, half of the connections each
start "$dir/one"
start "$dir/two"
half=$((connections / 2))
for out in one two; do
	"$build/bench/http_bench" commands "$(port_of "$dir/$out")" "$token" "$item" $((commands / 2)) $half >"$dir/both-$out" &
	jobs="${jobs:-} $!"
done
for j in $jobs; do wait "$j"; done
echo "two_servers_per_second $(rate_of "$dir/both-one" "$dir/both-two") 1/s"
stop
awk -v ours="$(rate_of "$dir/single")" '/^tps/ { printf "ratio %.2f of pgbench for the same rows\n", ours / $3 }' "$dir/pgbench"
