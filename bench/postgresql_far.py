#!/usr/bin/env python3
"""postgresql_far.py BUILD - commands a second where the database is a network away, beside the same over the same wire without its delay: each
round trip takes a millisecond more (tests/postgresql/far.py). Run by postgresql.sh, beside its server.
"""
import os
import subprocess
import sys
import urllib.parse

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "tests", "postgresql"))
build = os.path.abspath(sys.argv[1])
os.environ.setdefault("BANJIE", os.path.join(build, "banjie"))
from cities import CITY, Server  # noqa: E402
from far import Wire  # noqa: E402
from regions import sql, store_of  # noqa: E402
from served import banjie  # noqa: E402

DELAY_MS, COMMANDS, WARM = 1, {1: 100, 16: 640, 64: 1280}, 100


def rate(port, token, item, commands, connections):
    said = subprocess.run([os.path.join(build, "bench", "http_bench"), "commands", str(port), token, item, str(commands), str(connections)], capture_output=True, text=True, check=True)
    return next(float(line.split()[1]) for line in said.stdout.splitlines() if line.startswith("commands_per_second"))


def rates(store, token, folder, delay):
    server = Server(Wire(folder, delay).store(store))
    try:
        item = server.api(token, "GET", "/api/v1/items?q=" + urllib.parse.quote("食品经营许可"))[1]["rows"][0]["impl_code"]
        rate(server.port, token, item, WARM, 16)
        return {c: rate(server.port, token, item, n, c) for c, n in COMMANDS.items()}
    finally:
        server.kill()


def main():
    server = os.environ["BANJIE_TEST_STORE"]
    sql(server, "CREATE SCHEMA far_bench")
    store = store_of(server, "far_bench")
    made = banjie("demo", "--store", store, *CITY)
    if made.returncode:
        return made.stderr
    token = banjie("token", "--store", store, "--login", "linxiao").stdout.strip()
    folder = urllib.parse.parse_qs(urllib.parse.urlsplit(server).query)["host"][0]
    near, far = rates(store, token, folder, 0), rates(store, token, folder, DELAY_MS)
    for c in COMMANDS:
        print(f"far_{DELAY_MS}ms_c{c}_per_second {far[c]:.0f} 1/s\nfar_{DELAY_MS}ms_c{c} {far[c] / near[c]:.2f} of {near[c]:.0f} over the same wire without its delay", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
