#!/usr/bin/env python3
"""cities - the program on PostgreSQL from end to end, beside a server (tools/with-postgresql).

The same demo city on both stores ends in the same entry of the record. Two servers on one database take one's
session at the other, answer a repeated command alike, apply commands in one order under load, and one of them
killed in the middle loses nothing that was acknowledged.
"""
import contextlib
import http.client
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import served  # noqa: E402
from served import application, banjie, some_item  # noqa: E402

NOW = "2026-03-31T09:00:00+08:00"
LATER = "2026-06-30T09:00:00+08:00"
CITY = ["--seed", "5", "--days", "7", "--cases", "15", "--now", NOW]
BURST_CLIENTS, BURST_EACH = 4, 15
failures = []


def server_or_skip():
    """The server that tools/with-postgresql has begun; without one the test ends here, skipped."""
    server = os.environ.get("BANJIE_TEST_STORE")
    if not server:
        print("skipped: run by tools/with-postgresql")
        sys.exit(77)
    return server


def check(name, true, detail=""):
    if not true:
        failures.append(name)
    print(f"{'ok   ' if true else 'FAIL '} {name}{': ' + str(detail) if detail else ''}", flush=True)


def eventually(true, seconds=30):
    end = time.monotonic() + seconds
    while not (yes := true()) and time.monotonic() < end:
        time.sleep(0.05)
    return yes


class Server(served.Server):
    def __init__(self, store, **more):
        super().__init__(store, "--virtual-time", NOW, **more)


def last_entry(place):
    """Before it is served: what falls due then is entered by its clock."""
    text = "SELECT seq || ' ' || %s FROM ledger ORDER BY seq DESC LIMIT 1"
    if "://" in place:
        return subprocess.run(["psql", "-qAtX", place, "-c", text % "encode(hash, 'hex')"], capture_output=True, text=True, check=True).stdout.strip()
    with contextlib.closing(sqlite3.connect(place)) as file:
        return file.execute(text % "lower(hex(hash))").fetchone()[0]


def same_city(folder, store):
    file = os.path.join(folder, "city.db")
    heads = []
    for place in (file, store):
        made = banjie("demo", "--store", place, *CITY)
        check("the city is made", made.returncode == 0, made.stderr.strip())
        heads.append(last_entry(place))
        check("the server stops gently", Server(place).stop() == 0)
    check("both stores end in the same entry", heads[0] == heads[1], heads[0])
    for place in (file, store):
        for command in (("verify",), ("rebuild", "--check")):
            said = banjie(*command, "--store", place)
            check(" ".join(command), said.returncode == 0, said.stdout.strip())


def cookies_of(reply):
    return "; ".join(c.split(";")[0] for c in reply.headers.get_all("Set-Cookie") or [])


def login(server, name):
    reply, page = server.ask("GET", "/login")
    first = cookies_of(reply)
    password = re.search(rb'data-login="%s" data-password="([^"]+)"' % name.encode(), page).group(1).decode()
    form = urllib.parse.urlencode({"login": name, "password": password})
    reply, _ = server.ask("POST", "/login", form, {"Cookie": first, "Content-Type": "application/x-www-form-urlencoded"})
    return cookies_of(reply) or first


def guess(server, name):
    reply, _ = server.ask("GET", "/login")
    form = urllib.parse.urlencode({"login": name, "password": "a guess at it"})
    reply, _ = server.ask("POST", "/login", form, {"Cookie": cookies_of(reply), "Content-Type": "application/x-www-form-urlencoded"})
    return reply.status


def guessing(servers):
    """Five guesses at an account, by turns at both: the sixth is too many at either, though each has seen but half of them."""
    said = [guess(servers[n % 2], "citizen02") for n in range(5)]
    check("five guesses are answered", said == [422] * 5, said)
    said = [guess(s, "citizen02") for s in servers]
    check("the sixth is too many at both servers", said == [429, 429], said)
    check("another account is not concerned", guess(servers[1], "somebody") == 422)


def burst(servers, token, item, done, lock, number):
    for n in range(BURST_EACH):
        key = f"burst-{number}-{n}"
        body = application(item, f"张三{number}-{n}")
        for server in (servers[number % 2], servers[1 - number % 2]):  # as a proxy does: the other one when this one is gone
            try:
                status, data = server.api(token, "POST", "/api/v1/cases", body, key)
            except (OSError, http.client.HTTPException, ValueError):
                continue
            if status in (200, 201):
                with lock:
                    done[key] = data["case_no"]
            break


def moved(servers, token):
    """Each server has its own demonstration time; who does not lead fires nothing on the way there, and does not stop for it."""
    for n, server in enumerate(servers):
        try:
            said = server.api(token, "POST", "/api/v1/clock", {"to": LATER})
        except OSError as e:
            said = (repr(e), None)
        check(f"the time of server {n + 1} is moved by three months", said[0] == 200, said)


def uploaded(servers, token, item):
    """A file sent to one server goes with an application made at the other, and is read at both."""
    bytes_sent = "%PDF-1.4\n营业执照\n%%EOF\n".encode()
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/pdf"}
    reply, data = servers[0].ask("POST", "/api/v1/documents?name=plan.pdf", bytes_sent, headers)
    sent = dict(application(item, "张三"), documents=[{"document": json.loads(data).get("document"), "material": "plan"}])
    status, case = servers[1].api(token, "POST", "/api/v1/cases", sent)
    check("a file that was sent to the one is applied with at the other", (reply.status, status) == (201, 201), (data, case))
    for n, server in enumerate(servers):
        listed = server.api(token, "GET", f"/api/v1/cases/{case.get('case_no')}")[1].get("documents", [])
        found = [server.ask("GET", f"/api/v1/documents/{d['document']}", None, headers)[1] for d in listed if d["name"] == "plan.pdf"]
        check(f"and is read at server {n + 1}", found == [bytes_sent], found)


def renamed(servers, token):
    """What the one is told is the city's name stands on the pages of both."""
    for n, name in enumerate(("云陵市", "云溪新市")):
        said = servers[n].api(token, "PUT", "/api/v1/settings/public.city", {"value": name})
        check(f"the city is called {name} at server {n + 1}", said[0] == 200, said)
        for k, server in enumerate(servers):
            end = time.monotonic() + 10
            while not (shown := f'bj-header__place">{name}<'.encode() in server.ask("GET", "/")[1]) and time.monotonic() < end:
                threading.Event().wait(0.02)
            check(f"and on the pages of server {k + 1}", shown)


def two_servers(store):
    servers = [Server(store), Server(store)]
    guessing(servers)
    token = banjie("token", "--store", store, "--login", "linxiao").stdout.strip()
    check("a token is made while both serve", token)
    cookie = login(servers[0], "linxiao")
    reply, _ = servers[1].ask("GET", "/my/cases", headers={"Cookie": cookie})
    check("a session of the one is valid at the other", reply.status == 200, reply.status)
    item = some_item(servers[0].port, token)
    answers = [s.api(token, "POST", "/api/v1/cases", application(item, "张三"), "the-same")[1].get("case_no") for s in servers]
    check("a repeated command is answered alike", answers[0] and answers[0] == answers[1], answers)
    uploaded(servers, token, item)
    admin = banjie("token", "--store", store, "--login", "caijing").stdout.strip()
    renamed(servers, admin)
    moved(servers, admin)
    done, lock = {}, threading.Lock()
    threads = [threading.Thread(target=burst, args=(servers, token, item, done, lock, i)) for i in range(BURST_CLIENTS)]
    for t in threads:
        t.start()
    while len(done) < BURST_CLIENTS * BURST_EACH // 3:
        threading.Event().wait(0.01)
    servers[0].kill()
    for t in threads:
        t.join()
    check("every command came through, at one server or the other", len(done) == BURST_CLIENTS * BURST_EACH, len(done))
    check("no number was given twice", len(set(done.values())) == len(done))
    there = sum(servers[1].api(token, "GET", f"/api/v1/cases/{no}")[0] == 200 for no in done.values())
    check("what was acknowledged is there", there == len(done), there)
    check("the other server stops gently", servers[1].stop() == 0)
    for command in (("verify",), ("rebuild", "--check")):
        said = banjie(*command, "--store", store)
        check(" ".join(command), said.returncode == 0, said.stdout.strip())


def main():
    server = server_or_skip()
    store = server + ("&" if "?" in server else "?") + "options=-csearch_path%3Dcity"
    folder = tempfile.mkdtemp(prefix="banjie-cities-")
    try:
        subprocess.run(["psql", "-q", server, "-c", "CREATE SCHEMA city"], check=True)
        same_city(folder, store)
        two_servers(store)
    finally:
        shutil.rmtree(folder)
    print(f"{0 if failures else 1} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
