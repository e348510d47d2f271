#!/usr/bin/env python3
"""unsaved - a disk whose syncs fail, under the real server.

While it takes nothing, no command is acknowledged and no page tells what may not be there; each of them, and the page of readiness, says
so and that one may come again. When the disk takes again, what was tried is repeated under its key and applied once, and the record
proves itself.
"""
import json
import os
import shutil
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from served import ROOT, Server, api, application, banjie, some_item  # noqa: E402

PRELOAD = os.environ.get("FAILING_SYNC", os.path.join(ROOT, "build", "tests", "fault", "libfailing_sync.so"))
NAMES = ("甲", "乙", "丙")
failures = []


def check(good, what):
    if not good:
        failures.append(what)
        print("FAIL", what, flush=True)


def refusals(server, token, item):
    for name in NAMES[1:]:
        status, data, reply = api(server.port, token, "POST", "/api/v1/cases", application(item, name), key="key-" + str(NAMES.index(name)))
        check(status == 503 and data["code"] == "system.fault", f"a command while the disk fails: {status} {data}")
        check(reply.getheader("Retry-After"), "a command is told when to come again")
    reply, data = server.ask("GET", "/items", headers={"Accept": "text/html", "Accept-Language": "zh-CN"})
    check(reply.status == 503 and reply.getheader("Retry-After"), f"a page while the disk fails: {reply.status}")
    check("已向您确认的内容不会丢失" in data.decode(), "a page says what is the matter")
    reply, data = server.ask("GET", "/readyz")
    check(reply.status == 503 and json.loads(data)["failing"] == ["writer"], f"/readyz while the disk fails: {reply.status} {data[:120]}")


def well_again(server):
    for _ in range(100):
        if server.ask("GET", "/readyz")[0].status == 200:
            return True
        threading.Event().wait(0.1)
    return False


def main():
    folder, server = tempfile.mkdtemp(prefix="banjie-unsaved-"), None
    db, sign = os.path.join(folder, "city.db"), os.path.join(folder, "fails")
    try:
        check(banjie("demo", "--db", db, "--seed", "5", "--cases", "20").returncode == 0, "the demo city")
        token = banjie("token", "--db", db, "--login", "linxiao").stdout.strip()
        server = Server(db, env={"LD_PRELOAD": PRELOAD, "SYNC_FAILS": sign})
        item = some_item(server.port, token)
        status, first = server.api(token, "POST", "/api/v1/cases", application(item, NAMES[0]), "key-0")
        check(status == 201, f"a command while all is well: {status}")
        open(sign, "w").close()
        refusals(server, token, item)
        os.remove(sign)
        check(well_again(server), "it is ready again by itself")
        numbers = {first["case_no"]}
        for name in (*NAMES, NAMES[1]):
            status, data = server.api(token, "POST", "/api/v1/cases", application(item, name), "key-" + str(NAMES.index(name)))
            check(status in (200, 201), f"{name} once more: {status} {data}")
            numbers.add(data.get("case_no"))
        check(len(numbers) == 3, f"three applications became {numbers}")
        check(server.ask("GET", "/items")[0].status == 200, "a page afterwards")
        check(server.stop() == 0, "it ends with 0")
        for command in (("verify",), ("rebuild", "--check")):
            done = banjie(*command, "--db", db)
            check(done.returncode == 0, f"{command}: {done.stdout}{done.stderr}")
    finally:
        if server and server.process.poll() is None:
            server.kill()
        shutil.rmtree(folder)
    print(f"{0 if failures else 1} passed, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())
