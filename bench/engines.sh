#!/bin/sh
# engines.sh BUILD - FEEL, DMN and BPMN beside the npm packages that do the same, each pair in one run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../build}" && pwd)
for engine in feel dmn bpmn; do
	cd "$here/js/$engine"
	[ -d node_modules ] || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	echo "== $engine"
	case $engine in
	bpmn) node run.js "$build/bench/bpmn_bench" "$here/bpmn_process.bpmn" ;;
	*) node run.js "$build/bench/${engine}_bench" ;;
	esac
done
