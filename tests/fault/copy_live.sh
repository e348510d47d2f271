#!/bin/sh
exec python3 "$(dirname "$0")/copy_live.py" "$@"
