#!/bin/sh
# run.sh - the pages in headless Chromium: journeys of people, accessibility on every page visited. Screenshots are kept in
# build/screenshots. Last line: N passed, N failed.
set -u
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
node --test --test-concurrency=1 --test-reporter=tap journey_*.mjs *.test.mjs >../../build/browser.tap 2>&1
grep -E '^ *not ok|failureType|error:|^ *\+ |^ *- ' ../../build/browser.tap | head -60
passed=$(awk '/^# pass /{print $3}' ../../build/browser.tap)
failed=$(awk '/^# fail /{print $3}' ../../build/browser.tap)
cancelled=$(awk '/^# cancelled /{print $3}' ../../build/browser.tap)
echo "${passed:-0} passed, $((${failed:-1} + ${cancelled:-0})) failed"
[ "$((${failed:-1} + ${cancelled:-0}))" = 0 ]
