#!/bin/sh
# big.sh BUILD - does it cost more when the record has grown old? The rate with BIG_CASES concluded cases and 100,000 open ones beside the
# rate without, in turns, the median of BIG_RUNS; the time to start on that database, what its figures cost (/metrics), the memory that open cases take.
# BIG_CASES is 1,000,000 unless said otherwise, less where the disk has no room: a concluded case takes about 3.3 KB here, thin as it is
# (big_fill.c says what is left out). Ten million: BIG_CASES=10000000, 34 GB, twenty minutes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
commands=${BIG_COMMANDS:-4000}
open=${BIG_OPEN:-100000}
. "$here/city.sh"

entries=${BIG_ENTRIES:-4}
runs=${BIG_RUNS:-3}
room=$(df -Pk "$dir" | awk 'NR == 2 { print int($4 / 3.4 / 1.25) }') # a fifth stays free
cases=${BIG_CASES:-1000000}
[ "$cases" -le "$room" ] || cases=$room

# What a start has to do once (the last minutes of the record, queues of open steps) is over when the server rests.
rest() {
	busy=1000
	while [ "$busy" -gt 50 ]; do
		before=$(cpu_ms "$server")
		sleep 1
		busy=$(($(cpu_ms "$server") - before))
	done
}
# rate DB NAME: a warm-up, then the measured run; a line of figures more in NAME
rate() {
	start "$1" --virtual-time $now
	rest
	"$bench" commands "$port" "$token" "$item" 500 64 > /dev/null
	cpu_before=$(cpu_ms "$server") written_before=$(written "$server")
	"$bench" commands "$port" "$token" "$item" "$commands" 64 > "$dir/out"
	cpu_after=$(cpu_ms "$server")
	resident_kib "$server" > "$dir/rss"
	stop_and_count
	awk -v cpu=$(((cpu_after - cpu_before) * 1000 / commands)) -v bytes=$(((written_after - written_before) / commands)) '
		{ v[$1] = $2 } END { print v["commands_per_second"], cpu, v["commands_p99"], bytes }' "$dir/out" >> "$dir/$2"
}
# watched DB: what it costs to be asked for the figures, in microseconds of the processor
watched() {
	admin=$("$banjie" token --db "$1" --login caijing | tail -n 1)
	start "$1" --virtual-time $now
	rest
	before=$(cpu_ms "$server")
	for n in $(seq 300); do get -f -o /dev/null -H "Authorization: Bearer $admin" "http://127.0.0.1:$port/metrics"; done
	echo $((($(cpu_ms "$server") - before) * 1000 / 300))
	stop
}
# median NAME COLUMN
median() { awk -v c="$2" '{ print $c }' "$dir/$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# compare LABEL COLUMN UNIT DIVISOR
compare() { awk -v n="$1" -v o="$(median old "$2")" -v y="$(median young "$2")" -v u="$3" -v d="$4" 'BEGIN { printf "%s %.1f %s ratio %.2f of the young record\n", n, o / d, u, o / y }'; }

make_city
cp "$dir/city.db" "$dir/young.db"
cp "$dir/city.db" "$dir/peopled.db"
"$build/bench/big_fill" "$dir/peopled.db" 0 "$open" > /dev/null
for run in $(seq "$runs"); do
	for which in city peopled; do
		start "$dir/$which.db" --virtual-time $now
		for path in / /items /login /api/v1/items; do get -o /dev/null "http://127.0.0.1:$port$path"; done
		rest
		anonymous_kib "$server" >> "$dir/$which.idle"
		stop
	done
done
rm -f "$dir"/peopled.db*
echo "memory_open_cases $(($(median peopled.idle 1) - $(median city.idle 1))) KiB for $open more, of $(median peopled.idle 1)"

"$build/bench/big_fill" "$dir/city.db" "$cases" "$open" "$entries"
sync # of a filling that the disk has not taken yet each sync of the server's would wait
"$bench" startup "$banjie" "$dir/city.db" | sed 's/^startup/big_startup/'
watched "$dir/young.db" > "$dir/young.watched"
watched "$dir/city.db" > "$dir/old.watched"
echo "big_metrics $(cat "$dir/old.watched") us ratio $(awk -v o="$(cat "$dir/old.watched")" -v y="$(cat "$dir/young.watched")" 'BEGIN { printf "%.2f", o / y }') of the young record"
for run in $(seq "$runs"); do
	rate "$dir/young.db" young
	rate "$dir/city.db" old
done
compare big_rate 1 1/s 1
compare big_cpu 2 us 1
compare big_p99 3 ms 1
compare big_written 4 KiB 1024
echo "big_memory $(cat "$dir/rss") KiB"
