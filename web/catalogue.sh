#!/bin/sh
# catalogue.sh FOLDER OUT [FLAG…] - joins the areas' catalogues (FOLDER/*.po) of one language into OUT (.mo); FLAGs go to msgfmt.
# A key that two areas give is an error: one of its texts would silently be lost.
set -eu
folder=$1
out=$2
shift 2
twice=$(msgcat --no-wrap --no-location --more-than=1 --use-first "$folder"/*.po | sed -n 's/^msgid "\(..*\)"$/\1/p')
if [ -n "$twice" ]; then
	for key in $twice; do
		echo "$folder: \"$key\" stands in several catalogues:" $(grep -lF "msgid \"$key\"" "$folder"/*.po) "- give each its own key" >&2
	done
	exit 1
fi
msgcat --use-first "$folder"/*.po -o "$out.po"
msgfmt "$@" "$out.po" -o "$out.new"
rm "$out.po"
mv "$out.new" "$out"
