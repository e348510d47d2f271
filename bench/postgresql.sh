#!/bin/sh
# postgresql.sh BUILD - durable commands a second on PostgreSQL, by one, two and four servers on the same database, beside pgbench
# writing the same rows into tables of the same shape: a transaction a command, a statement a table, as many clients. All in one
# run, on a server of its own that syncs to the disk. Quote the ratios. With each rate goes the processor time of a command, of
# our processes and of PostgreSQL's: on a machine that has other work it is the steadier figure.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../build}" && pwd)
. "$here/postgresql_servers.sh"
commands=${COMMANDS:-2000}
pgbench=$(command -v pgbench || ls /usr/lib/postgresql/*/bin/pgbench | tail -n 1)

"$banjie" demo --store "$store" --now $now 2>/dev/null
sql "ANALYZE"
start "$dir/server1"
outs=$dir/server1
log_in
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
