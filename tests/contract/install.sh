#!/bin/sh
# install - `make install` brings what the program needs, whatever lay there from an earlier version; `make uninstall` takes away what it brought, and nothing else.
set -u
cd "$(dirname "$0")/../.."
place=$(mktemp -d "${TMPDIR:-/tmp}/banjie-install-XXXXXX") || exit 1
lists=$(mktemp -d "${TMPDIR:-/tmp}/banjie-lists-XXXXXX") || exit 1
trap 'rm -rf "$place" "$lists"' EXIT
bad=0
good=0
check() { # NAME COMMAND…
	name=$1
	shift
	if "$@"; then good=$((good + 1)); else bad=$((bad + 1)) && echo "FAIL $name"; fi
}
in_place() { make --no-print-directory B="${BUILD:-build}" "$1" DESTDIR="$place" PREFIX=/opt; }
share=$place/opt/share/banjie
listed() { (cd "$place" && find . -type f | sort); }

usual=$(umask)
umask 077
check "it is installed" in_place install
listed >"$lists/first"
earlier="$share/web/templates/of_an_earlier_version.mustache $share/web/locale/xx.mo $share/packs/withdrawn/pack.json $place/opt/share/doc/banjie/earlier.md"
mkdir -p "$share/packs/withdrawn" "$place/opt/share/other" "$place/var/lib/banjie"
for f in $earlier "$place/opt/share/other/theirs" "$place/var/lib/banjie/banjie.db"; do echo theirs >"$f"; done
check "it is installed over an earlier one" in_place install
for f in $earlier; do check "${f#"$place"} is gone" test ! -e "$f"; done
rm "$place/opt/share/other/theirs" "$place/var/lib/banjie/banjie.db"
listed >"$lists/second"
check "nothing else has changed" cmp "$lists/first" "$lists/second"
check "everybody may read it" sh -c '! find "$1" ! -perm -o=r | grep .' - "$share"
check "the program finds its data there" sh -c 'cd / && env -u BANJIE_DATA "$1/opt/bin/banjie" init --db "$1/office.db" --login admin >/dev/null' - "$place"
check "the unit names it where it is" grep -q '^ExecStart=/opt/bin/banjie serve' "$place/opt/lib/systemd/system/banjie.service"
check "it is taken away" in_place uninstall
check "nothing is left of it" sh -c '! find "$1/opt" -type f | grep .' - "$place"
check "the office stays" test -f "$place/office.db"
umask "$usual"
check "the pages are built as they were" in_place all # other tests serve them as somebody else
echo "$good passed, $bad failed"
exit $bad
