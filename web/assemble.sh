#!/bin/sh
# assemble.sh SOURCE OUT - puts together what the server serves: templates, catalogues, static files, schemas.
# Cheap to run again: only what changed is made anew. Run by the build.
set -eu
src=$1
out=$2
mkdir -p "$out/templates" "$out/locale" "$out/static" "$out/openapi"

# templates: the folder as it is, nothing left over from before
rm -rf "$out/templates.new"
cp -R "$src/templates" "$out/templates.new"
rm -rf "$out/templates"
mv "$out/templates.new" "$out/templates"

# schemas: the domains' files merged into one
node "$src/merge.mjs" "$out/openapi/components.json" "$src"/openapi/*.json

# catalogues: the areas merged into one file a language
for language in zh_CN en; do
	if [ -z "$(find "$src/locale/$language" -name '*.po' -newer "$out/locale/$language.mo" 2>/dev/null)" ] && [ -f "$out/locale/$language.mo" ]; then
		continue
	fi
	sh "$src/catalogue.sh" "$src/locale/$language" "$out/locale/$language.mo"
done

# styles and scripts: need the npm packages (npm ci in this folder)
if [ ! -d "$src/node_modules/sass" ]; then
	echo "note: web/node_modules is missing, pages will have no styles (cd web && npm ci --ignore-scripts)" >&2
elif [ ! -f "$out/static/version" ] || [ -n "$(find "$src/styles" "$src/scripts" "$src/images" "$src/build.mjs" "$src/package-lock.json" -newer "$out/static/version" -type f)" ]; then
	node "$src/build.mjs" "$out/static"
fi
