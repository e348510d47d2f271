#!/bin/sh
# load.sh BUILD - acknowledged commands a second from 1 to 1024 connections, each beside the bare SQLite rate for the same rows in
# batches of half the connections (texts as texts, and once more as the server keeps them, pressed beforehand); the same on disks whose sync takes 1 and 5 ms; bytes written and processor time a command.
#
# A command here is an application: it opens a case, with its step, clock, receipt, notice and eight entries of the record. On a
# machine that does other work besides compare the processor times: `cpu` is all the server's threads, HTTP included,
# beside SQLite alone. `bound` is what these processor times allow on this machine: bare SQLite needs one core, and a command
# more of both than it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
commands=${LOAD_COMMANDS:-4000}
. "$here/city.sh"

# measure WHAT SYNC_US CONNECTIONS COMMANDS: WHAT is open (applications), claim or accept (the first steps of cases in steps.db)
measure() {
	what=$1 sync_us=$2 connections=$3 n=$4
	name=$(awk -v w="$what" -v s="$sync_us" -v c="$connections" 'BEGIN { printf "load_%s_%dms_c%d", w, s / 1000, c }')
	batch=$(((connections + 1) / 2))
	from=$dir/city.db
	[ "$what" = open ] || from=$dir/$what.db
	cp "$from" "$dir/run.db"
	start "$dir/run.db" --virtual-time $now
	cpu_before=$(cpu_ms "$server") written_before=$(written "$server")
	case $what in
	open) "$bench" commands "$port" "$token" "$item" "$n" "$connections" ;;
	*) "$bench" "$what" "$port" "$holder_token" "$from" "$connections" ;;
	esac > "$dir/commands"
	cpu_after=$(cpu_ms "$server")
	stop_and_count # the log goes into the file too
	cp "$from" "$dir/before.db"
	SLOW_SYNC_US=$sync_us LD_PRELOAD=$preload "$bench" bare "$dir/before.db" "$dir/run.db" "$n" "$batch" > "$dir/bare"
	cp "$from" "$dir/before.db"
	rm -f "$dir/before.db-wal" "$dir/before.db-shm"
	SLOW_SYNC_US=$sync_us LD_PRELOAD=$preload "$bench" pressed "$dir/before.db" "$dir/run.db" "$n" "$batch" | sed 's/^bare/pressed/' >> "$dir/bare"
	awk -v name="$name" -v n="$n" -v callers="$connections" -v cores="$(nproc)" -v cpu=$((cpu_after - cpu_before)) -v bytes=$((written_after - written_before)) '
		{ v[$1] = $2 }
		END {
			printf "%s %.0f 1/s ratio %.2f of bare\n", name, v["commands_per_second"], v["commands_per_second"] / v["bare_per_second"]
			printf "%s_pressed ratio %.2f of bare where that writes the texts pressed\n", name, v["commands_per_second"] / v["pressed_per_second"]
			printf "%s_cpu %.0f us ratio %.2f of bare\n", name, cpu * 1000 / n, cpu * 1000 / n / v["bare_cpu_each"]
			printf "%s_bound ratio %.2f of bare if all %d cores did nothing but these commands, server and callers, and none ever waited\n", name, cores * 1e6 / (cpu * 1000 / n + v["commands_cpu_each"]) / v["bare_per_second"], cores
			printf "%s_p50 %s ms\n%s_p99 %s ms ratio %.2f of p50\n", name, v["commands_p50"], name, v["commands_p99"], v["commands_p99"] / v["commands_p50"]
			printf "%s_p99 ratio %.2f of the longest bare checkpoint\n", name, v["commands_p99"] / (v["bare_checkpoint"] + 0.001)
			printf "%s_bare_wait %.1f ms, in which bare serves as many callers once; ratio %.2f of its longest checkpoint\n", name, callers * 1000 / v["bare_per_second"], callers * 1000 / v["bare_per_second"] / (v["bare_checkpoint"] + 0.001)
			printf "%s_p999 %s ms ratio %.2f of the longest bare checkpoint\n", name, v["commands_p999"], v["commands_p999"] / (v["bare_checkpoint"] + 0.001)
			printf "%s_written %.1f KiB ratio %.2f of bare\n", name, bytes / n / 1024, bytes / n / (v["bare_written_each"] + 1)
		}' "$dir/commands" "$dir/bare"
}

make_city
for connections in ${LOAD_CONNECTIONS:-1 16 64 256 1024}; do
	n=$commands
	[ "$connections" -gt 1 ] || n=$((commands / 4))
	measure open 0 "$connections" "$n"
done

# the steps of a clerk: cases opened beforehand, each step taken and then completed
cp "$dir/city.db" "$dir/claim.db"
start "$dir/claim.db" --virtual-time $now
"$bench" commands "$port" "$token" "$item" "$commands" 64 > "$dir/opened"
stop
set -- $("$bench" holder "$dir/claim.db")
login=$1 steps=$2
cp "$dir/claim.db" "$dir/accept.db"
start "$dir/accept.db" --virtual-time $now
holder_token=$(get -u "$login:yunxi-demo" -H 'Content-Type: application/json' -d '{"name":"bench"}' "http://127.0.0.1:$port/api/v1/tokens" | sed 's/.*"token":"\([^"]*\)".*/\1/')
stop
cp "$dir/accept.db" "$dir/claim.db" # the token is in it
start "$dir/accept.db" --virtual-time $now
"$bench" claim "$port" "$holder_token" "$dir/claim.db" 64 > "$dir/opened"
stop
for connections in ${LOAD_CONNECTIONS:-1 16 64 256 1024}; do
	measure claim 0 "$connections" "$steps"
	measure accept 0 "$connections" "$steps"
done
for ms in ${LOAD_SYNC_MS:-1 5}; do
	for connections in 1 64 1024; do
		n=$commands
		[ "$connections" -gt 1 ] || n=$((commands / 10))
		measure open "${ms}000" "$connections" "$n"
	done
	for what in claim accept; do
		measure "$what" "${ms}000" 64 "$steps"
		measure "$what" "${ms}000" 1024 "$steps"
	done
done
