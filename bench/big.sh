#!/bin/sh
# big.sh BUILD - does it cost more when the record has grown old? The rate with BIG_CASES concluded cases and 100,000 open ones beside the
# rate without, the time to start on that database, the memory that open cases take.
# BIG_CASES is 1,000,000 unless said otherwise, less where the disk has no room: a concluded case takes about 10 KB here.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
commands=${BIG_COMMANDS:-4000}
open=${BIG_OPEN:-100000}
. "$here/city.sh"

room=$(df -Pk "$dir" | awk 'NR == 2 { print int($4 / 10 / 3) }') # a third of what is free
cases=${BIG_CASES:-1000000}
[ "$cases" -le "$room" ] || cases=$room

# rate DB NAME: a warm-up, then the measured run
rate() {
	start "$1" --virtual-time $now
	"$bench" commands "$port" "$token" "$item" 500 64 > /dev/null
	cpu_before=$(cpu_ms "$server") written_before=$(written "$server")
	"$bench" commands "$port" "$token" "$item" "$commands" 64 > "$dir/$2"
	cpu_after=$(cpu_ms "$server")
	resident_kib "$server" > "$dir/$2.rss"
	stop_and_count
	echo "cpu_each $(((cpu_after - cpu_before) * 1000 / commands))" >> "$dir/$2"
	echo "written_each $(((written_after - written_before) / commands))" >> "$dir/$2"
}

make_city
cp "$dir/city.db" "$dir/young.db"
rate "$dir/young.db" young
cp "$dir/city.db" "$dir/peopled.db"
"$build/bench/big_fill" "$dir/peopled.db" 0 "$open" > /dev/null
for which in city peopled; do
	start "$dir/$which.db" --virtual-time $now
	for path in / /items /login /api/v1/items; do get -o /dev/null "http://127.0.0.1:$port$path"; done
	resident_kib "$server" > "$dir/$which.idle"
	stop
done
rm -f "$dir"/young.db* "$dir"/peopled.db*
echo "memory_open_cases $(($(cat "$dir/peopled.idle") - $(cat "$dir/city.idle"))) KiB for $open more, of $(cat "$dir/peopled.idle")"

"$build/bench/big_fill" "$dir/city.db" "$cases" "$open"
"$bench" startup "$banjie" "$dir/city.db" | sed 's/^startup/big_startup/'
rate "$dir/city.db" old
awk 'FNR == NR { young[$1] = $2; next }
	{ old[$1] = $2 }
	END {
		printf "big_rate %.0f 1/s ratio %.2f of the young record\n", old["commands_per_second"], old["commands_per_second"] / young["commands_per_second"]
		printf "big_cpu %.0f us ratio %.2f of the young record\n", old["cpu_each"], old["cpu_each"] / young["cpu_each"]
		printf "big_p99 %.1f ms ratio %.2f of the young record\n", old["commands_p99"], old["commands_p99"] / young["commands_p99"]
		printf "big_written %.1f KiB ratio %.2f of the young record\n", old["written_each"] / 1024, old["written_each"] / young["written_each"]
	}' "$dir/young" "$dir/old"
echo "big_memory $(cat "$dir/old.rss") KiB"
