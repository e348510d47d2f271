# city.sh - sourced: a demo city in $dir, a server on it, a token and an item to apply for. Needs $build.
banjie=$build/banjie
bench=$build/bench/http_bench
preload=$build/bench/libslow_sync.so
sync_us=0
now=2026-03-31T09:00:00+08:00
dir=$(mktemp -d)
server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT INT TERM

# start DB [OPTION...]: sets $server and $port
start() {
	db=$1
	shift
	: > "$dir/out"
	SLOW_SYNC_US=$sync_us LD_PRELOAD=$preload "$banjie" serve --db "$db" --listen 127.0.0.1:0 "$@" > "$dir/out" &
	server=$!
	while ! grep -q 'http://' "$dir/out"; do sleep 0.02; kill -0 "$server"; done
	port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$dir/out")
}
stop() {
	kill "$server"
	wait "$server" || true
	server=
}
get() { curl -s --noproxy '*' "$@"; }
resident_kib() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status"; }
# of its own, without what lies in files
anonymous_kib() { sed -n 's/^RssAnon:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status"; }
cpu_ms() { awk '{ print ($14 + $15) * 10 }' "/proc/$1/stat"; }
written() { awk '/^write_bytes:/ { print $2 }' "/proc/$1/io"; }

# What closing will copy out of the log into the file is counted as written.
stop_and_count() {
	written_after=$(written "$server")
	log=$("$bench" log "$db-wal")
	stop
	written_after=$((written_after + log))
}

make_city() {
	"$banjie" demo --db "$dir/city.db" --now $now 2> /dev/null
	start "$dir/city.db" --virtual-time $now
	token=$(get -u linxiao:yunxi-demo -H 'Content-Type: application/json' -d '{"name":"bench"}' "http://127.0.0.1:$port/api/v1/tokens" | sed 's/.*"token":"\([^"]*\)".*/\1/')
	item=$(get "http://127.0.0.1:$port/api/v1/items?q=%E9%A3%9F%E5%93%81%E7%BB%8F%E8%90%A5%E8%AE%B8%E5%8F%AF" | sed 's/.*"impl_code":"\([^"]*\)".*/\1/')
	stop
}
