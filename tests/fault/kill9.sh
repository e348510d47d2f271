#!/bin/sh
exec python3 "$(dirname "$0")/kill9.py" "$@"
