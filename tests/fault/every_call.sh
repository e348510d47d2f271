#!/bin/sh
exec python3 "$(dirname "$0")/every_call.py" "$@"
