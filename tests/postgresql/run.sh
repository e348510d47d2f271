#!/bin/sh
# run.sh [BUILD] - everything that must hold on PostgreSQL as it does on SQLite, beside a server of its own. The last line is
# "N passed, N failed, N skipped". Without a server installed all is skipped, and said so.
set -u
cd "$(dirname "$0")/../.."
build=${1:-build-test}
if [ -z "${BANJIE_TEST_STORE:-}" ]; then
	tools/with-postgresql "$0" "$build"
	status=$?
	[ $status = 77 ] && echo "0 passed, 0 failed, 1 skipped" && exit 0
	exit $status
fi
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
counts=$(mktemp)
trap 'rm -f "$counts" "$counts.out" "$counts.tap"' EXIT
counted() { # NAME COMMAND…
	name=$1
	shift
	"$@" >"$counts.out" 2>&1
	status=$?
	line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed' "$counts.out" | tail -n 1)
	case $status:$line in
	0:?*) ;;
	*) line="${line:-0 passed, 1 failed}" && tail -n 40 "$counts.out" && echo "(rerun: tools/with-postgresql $*)" ;;
	esac
	echo "$name: $line"
	echo "$line" >>"$counts"
}
for t in store/test_store casework/test_kernel casework/test_memo casework/test_operations casework/test_holding casework/test_powers casework/test_people casework/test_backup casework/test_months \
	watch/test_rules redress/test_redress inspect/test_inspect hotline/test_hotline hall/test_hall roster/test_roster tally/test_tally gauge/test_run mine/test_mine_record; do
	counted "$t" "$build/tests/unit/$t"
done
counted shared "$build/tests/postgresql/test_shared"
counted offices "$build/tests/postgresql/test_offices"
counted turn "$build/tests/postgresql/test_turn"
counted reading "$build/tests/postgresql/test_reading"
program=build/banjie
[ -x $program ] || program=$build/banjie
export BANJIE=$(pwd)/$program
counted cities python3 tests/postgresql/cities.py
counted regions python3 tests/postgresql/regions.py
counted copy python3 tests/fault/copy_live.py
counted door python3 tests/contract/door.py
counted edits python3 tests/contract/edits.py
counted restart python3 tests/contract/restart.py
counted served_by python3 tests/postgresql/served_by.py
counted connections python3 tests/postgresql/connections.py
counted around python3 tests/postgresql/around.py
counted far python3 tests/postgresql/far.py
counted pages python3 tests/postgresql/pages.py
counted settings python3 tests/postgresql/settings.py
counted locks python3 tests/postgresql/locks.py
counted standstill python3 tests/postgresql/standstill.py
counted failover python3 tests/postgresql/failover.py
counted replica python3 tests/postgresql/failover.py replica
counted reading_there python3 tests/postgresql/replica.py "$build/tests/postgresql/test_reading"
counted cut python3 tests/postgresql/failover.py cut
counted split python3 tests/postgresql/failover.py split
# What docs/api.md promises, and people in a browser: each makes a city in a schema of its own.
counted walkthrough node tests/api_walkthrough.mjs "$BANJIE"
journey() { # NAME TESTS: the last line is a count
	node --test --test-reporter=tap --test-name-pattern="$2" "tests/browser/journey_$1.mjs" >"$counts.tap" 2>&1
	cat "$counts.tap"
	awk '/^# pass /{p = $3} /^# fail /{f = $3} END {printf "%d passed, %d failed\n", p, f; exit f > 0 || !p}' "$counts.tap"
}
if [ -d tests/browser/node_modules ] && [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
	all='^(instant|a limit passes)' # an application from end to end, the supervisor's board; with the clerks it takes minutes
	[ -n "${BANJIE_TEST_LONG:-}" ] && all=.
	counted story journey story "$all"
else
	echo "story: skipped, no browser or its packages"
	echo "0 passed, 0 failed, 1 skipped" >>"$counts"
fi
awk '{p += $1; f += $3; s += $5} END {printf "%d passed, %d failed", p, f; if (s) printf ", %d skipped", s; print ""; exit f > 0}' "$counts"
