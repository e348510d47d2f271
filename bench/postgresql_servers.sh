# postgresql_servers.sh - sourced: servers on one PostgreSQL, bursts of commands, processor times of both sides. Needs $here and $build; begins
# the bench anew within a server of its own, where there is none yet.
if [ -z "${BANJIE_TEST_STORE:-}" ]; then
	BANJIE_PG_FSYNC=on "$here/../tools/with-postgresql" "$0" "$build" || { [ $? = 77 ] && exit 0; exit 1; }
	exit 0
fi
banjie=$build/banjie
store=$BANJIE_TEST_STORE
now=2026-03-31T09:00:00+08:00
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
log_in() { # at the first that was started: $token, $item
	port=$(port_of "$dir/server1")
	token=$(curl -s --noproxy '*' -u linxiao:yunxi-demo -H 'Content-Type: application/json' -d '{"name":"bench"}' "http://127.0.0.1:$port/api/v1/tokens" | sed 's/.*"token":"\([^"]*\)".*/\1/')
	item=$(curl -s --noproxy '*' "http://127.0.0.1:$port/api/v1/items?q=%E9%A3%9F%E5%93%81%E7%BB%8F%E8%90%A5%E8%AE%B8%E5%8F%AF" | sed 's/.*"impl_code":"\([^"]*\)".*/\1/')
}
