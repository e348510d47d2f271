#!/bin/sh
# catalogue_once.sh CATALOGUE.SH - of a key that two areas give nothing is made, and it is said which and where; of one that one gives everything is.
set -u
folder=$(mktemp -d "${TMPDIR:-/tmp}/banjie-catalogue-XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0
holds() { # WHAT COMMAND…
	what=$1
	shift
	if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "not so: $what"; fi
}
area() { # NAME KEY TEXT
	printf 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "%s"\nmsgstr "%s"\n' "$2" "$3" >"$folder/$1.po"
}
made() { sh "$catalogue" "$folder" "$folder/out.mo" 2>"$folder/said"; }
refused() { ! made && [ ! -e "$folder/out.mo" ]; }
catalogue=$1

area one col.live 上线
area two col.live 实时画面路径
holds "one key with two texts is refused" refused
holds "it names the key" grep -q '"col.live"' "$folder/said"
holds "and both files" grep -q 'one.po .*two.po' "$folder/said"
area two col.live 上线
holds "nor twice with the same text" refused
area two device.live 实时画面路径
holds "each with its own key they are joined" made
holds "both texts are there" sh -c "msgunfmt '$folder/out.mo' | grep -c 'msgid \"[cd]' | grep -qx 2"
echo "$passed passed, $failed failed"
exit $((failed > 0))
