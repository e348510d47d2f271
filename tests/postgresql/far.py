#!/usr/bin/env python3
"""far - the database behind a network, beside a server (tools/with-postgresql): how often a page asks, and waits for the answer.

A proxy between the two counts the round trips and can make each of them slow: far.py 1 says how long a case's page takes where a round trip takes 1 ms.
"""
import os
import socket
import statistics
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cities import CITY, Server, check, failures, server_or_skip  # noqa: E402
from regions import sql, store_of  # noqa: E402
from served import banjie  # noqa: E402

NOTES = 60


class Wire:
    """127.0.0.1 to the server's socket; `trips`: how often a client spoke after it had been answered."""

    def __init__(self, folder, delay_ms=0):
        self.there, self.delay, self.trips = os.path.join(folder, ".s.PGSQL.5432"), delay_ms / 1e3, 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, server = self.listening.accept()[0], socket.socket(socket.AF_UNIX)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.connect(self.there)
            turn = [None]
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self.carry, args=(*ends, ends[0] is client, turn), daemon=True).start()

    def carry(self, source, target, asks, turn):
        try:
            while data := source.recv(1 << 16):
                if asks and turn[0] is not True:
                    self.trips += 1
                    time.sleep(self.delay)
                turn[0] = asks
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def store(self, server):
        """The same store, over the wire."""
        url = urllib.parse.urlsplit(server)
        query = [(k, v) for k, v in urllib.parse.parse_qsl(url.query) if k != "host"]
        return url._replace(netloc=f"banjie@127.0.0.1:{self.listening.getsockname()[1]}", query=urllib.parse.urlencode(query, quote_via=urllib.parse.quote)).geturl()


def case_of(server, token):
    """The one with the shortest line, and a clerk's note may make it longer."""
    cases = [r["case_no"] for r in server.api(token, "GET", "/api/v1/cases?limit=20")[1]["rows"]]
    return min(cases, key=lambda no: len(server.api(token, "GET", f"/api/v1/cases/{no}")[1]["timeline"]))


def looked_at(server, token, no, wire):
    """Round trips of a page, everything being prepared already, how many lines it shows, and milliseconds."""
    server.api(token, "GET", f"/api/v1/cases/{no}")
    trips, took = [], []
    for _ in range(9):  # what comes beside it (who leads, once a second) is not in all of them
        before, began = wire.trips, time.monotonic()
        status, case = server.api(token, "GET", f"/api/v1/cases/{no}")
        took.append((time.monotonic() - began) * 1e3)
        trips.append(wire.trips - before)
    return status, min(trips), len(case["timeline"]), statistics.median(took)


def main():
    server = server_or_skip()
    sql(server, "CREATE SCHEMA far")
    store = store_of(server, "far")
    made = banjie("demo", "--store", store, *CITY)
    check("the city is made", made.returncode == 0, made.stderr.strip())
    token = banjie("token", "--store", store, "--login", "heyuan").stdout.strip()
    wire = Wire(urllib.parse.parse_qs(urllib.parse.urlsplit(server).query)["host"][0], float((sys.argv + ["0"])[1]))
    s = Server(wire.store(store))
    try:
        no = case_of(s, token)
        status, short, lines, short_ms = looked_at(s, token, no, wire)
        check("a case is shown", status == 200 and short > 0, f"{lines} lines, {short:g} round trips, {short_ms:.1f} ms")
        noted = [s.api(token, "POST", f"/api/v1/cases/{no}/notes", {"text": f"第{n}次电话"})[0] for n in range(NOTES)]
        check("it is spoken of at length", set(noted) <= {200, 201}, set(noted))
        status, long, more, long_ms = looked_at(s, token, no, wire)
        check("all is shown", status == 200 and more == lines + NOTES, f"{more} lines, {long:g} round trips, {long_ms:.1f} ms")
        check("with no more questions than before", long <= short + 4, (short, long))
        check("the server stops gently", s.stop() == 0)
    finally:
        s.kill()
    print(f"{0 if failures else 1} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
