#!/usr/bin/env python3
"""kill9 [ROUNDS] - kill -9 in the middle of a burst loses nothing that was acknowledged.

Each round: several clients apply for the same item through the API, with idempotency keys; the
server is killed while they do. Restarted, every acknowledged case is there, a retry of every key
gives the same case, the record verifies and the rows are what the record says.
"""
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BANJIE = os.environ.get("BANJIE", os.path.join(ROOT, "build", "banjie"))
CLIENTS = 8


class Server:
    def __init__(self, db):
        self.process = subprocess.Popen([BANJIE, "serve", "--db", db, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(re.search(r":(\d+)", line).group(1))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, "the server did not stop gently"


def call(port, token, method, path, body=None, key=None):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    c.request(method, path, json.dumps(body) if body is not None else None, headers)
    r = c.getresponse()
    data = json.loads(r.read() or b"null")
    c.close()
    return r.status, data


def application(n):
    return {"item": ITEM, "form": {}, "applicant": {"name": f"张三{n}", "kind": "1"}}


def client(port, token, number, acknowledged, lock):
    for n in range(100000):
        key = f"burst-{number}-{n}"
        try:
            status, data = call(port, token, "POST", "/api/v1/cases", application(n), key)
        except (OSError, http.client.HTTPException, ValueError):
            return
        if status in (200, 201):
            with lock:
                acknowledged[key] = (n, data["case_no"])


def burst(db, token, seconds):
    server = Server(db)
    acknowledged, lock = {}, threading.Lock()
    threads = [threading.Thread(target=client, args=(server.port, token, f"{seconds:.3f}-{i}", acknowledged, lock)) for i in range(CLIENTS)]
    for t in threads:
        t.start()
    threading.Event().wait(seconds)
    server.kill()
    for t in threads:
        t.join()
    return acknowledged


def check(db, token, acknowledged):
    server = Server(db)
    lost = changed = 0
    for key, (n, case_no) in acknowledged.items():
        status, data = call(server.port, token, "GET", f"/api/v1/cases/{case_no}")
        lost += status != 200 or data["case_no"] != case_no
    for key, (n, case_no) in list(acknowledged.items())[-20:]:
        status, data = call(server.port, token, "POST", "/api/v1/cases", application(n), key)
        changed += status not in (200, 201) or data["case_no"] != case_no
    server.stop()
    return lost, changed


def proved(*command):
    return subprocess.run([BANJIE, *command], capture_output=True, text=True)


def main():
    global ITEM
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    folder = tempfile.mkdtemp(prefix="banjie-kill-")
    db = os.path.join(folder, "city.db")
    failed = 0
    try:
        subprocess.run([BANJIE, "demo", "--db", db, "--seed", "5", "--cases", "20"], check=True, capture_output=True)
        token = subprocess.run([BANJIE, "token", "--db", db, "--login", "linxiao"], check=True, capture_output=True, text=True).stdout.strip()
        server = Server(db)
        _, found = call(server.port, token, "GET", "/api/v1/items?online=true&limit=50")
        ITEM = next(i["impl_code"] for i in found["rows"] if i["can_apply"])
        server.stop()
        for n in range(rounds):
            acknowledged = burst(db, token, random.uniform(0.4, 1.2))
            lost, changed = check(db, token, acknowledged)
            verify, rebuild = proved("verify", "--db", db), proved("rebuild", "--check", "--db", db)
            bad = lost or changed or not acknowledged or verify.returncode or rebuild.returncode
            failed += bool(bad)
            print(f"round {n + 1}: {len(acknowledged)} acknowledged, {lost} lost, {changed} answered otherwise on retry; "
                  f"{verify.stdout.strip()}; {rebuild.stdout.strip()}", flush=True)
    finally:
        shutil.rmtree(folder)
    print(f"{rounds - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
