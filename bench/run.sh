#!/bin/sh
# run.sh BUILD - prints the figures of the server: durable commands a second beside the bare SQLite rate for the same rows,
# the time to the first answer, the memory with the demo city, and the search over 100,000 items.
# Speeds of this machine drift; the ratio is of one run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../build}
commands=${COMMANDS:-4000}
searches=${SEARCHES:-2000}
items=${ITEMS:-100000}
. "$here/city.sh"

make_city
"$bench" startup "$banjie" "$dir/city.db"

start "$dir/city.db" --virtual-time $now
for path in / /items /login /api/openapi.json /api/v1/items; do get -o /dev/null "http://127.0.0.1:$port$path"; done
echo "memory_with_demo_city $(resident_kib "$server") KiB"
stop

# the rules of supervision: every entry of the demo city's record before all shipped rules, beside reading it bare
"$build/bench/watch_bench" "$dir/city.db" "$here/.."

cp "$dir/city.db" "$dir/before.db"
start "$dir/city.db" --virtual-time $now
"$bench" commands "$port" "$token" "$item" "$commands" 64 | tee "$dir/commands"
stop
"$bench" bare "$dir/before.db" "$dir/city.db" "$commands" 32 | tee "$dir/bare"
awk '/^commands_per_second/ { ours = $2 } /^bare_per_second/ { bare = $2 } END { printf "ratio %.2f of the bare rate\n", ours / bare }' "$dir/commands" "$dir/bare"

# a catalogue of another size: the same words in every order
awk -v n="$items" 'BEGIN {
	print "department,main_item,name,area_code,item_code,task_type,dept_code"
	split("食品 药品 道路 水路 建筑 施工 医疗 教育 水利 消防 规划 环境 劳动 社会 文化 体育 农业 林业 矿产 能源", thing, " ")
	split("生产 经营 运输 使用 设立 变更 注销 延续 转让 检验", deed, " ")
	split("许可 登记 备案 审批 核准 确认 补贴 资格 证明 公示", act, " ")
	for (i = 0; i < n; i++)
		printf "测试局,未分类,%s%s%s(%d),511602000000,BENCH%09d,10,91510000000000000X\n", thing[i % 20 + 1], deed[int(i / 20) % 10 + 1], act[int(i / 200) % 10 + 1], i, i
}' > "$dir/items.csv"
if "$banjie" import items "$dir/items.csv" --db "$dir/items.db" > "$dir/import" 2>&1; then
	start "$dir/items.db"
	"$bench" search "$port" "$searches" 4
	stop
else
	tail -3 "$dir/import" >&2
fi

# what the check of powers costs of a command that needs it
"$build/bench/powers_bench"
# everything a person did, in a record of a million entries
"$build/bench/audit_bench"

"$build/bench/board_bench" "$dir/board.db"
# a monthly evaluation of 200 organs and 5,000 people, the record verified first
"$build/bench/gauge_bench"
