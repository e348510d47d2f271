#!/usr/bin/env python3
"""soak BANJIE [SECONDS] [CASES_A_SECOND] - the city at work for as long as one likes, every reply checked, memory watched.

Citizens apply with their files, follow their case and read their messages; staff take what their worklists hold and act on it; a board is read.
1.39 cases a second are ten million a year in working hours (250 days of 8 hours), ten times a prefecture. Prints what was
done, the latencies, the memory by quarters of the run (the database's cache fills to 64 MiB, then it is flat), and what was answered otherwise than it should be.
At the end the record is verified and the rows are made anew from it.
"""
import base64
import collections
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
import time

BANJIE = sys.argv[1]
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 60
RATE = float(sys.argv[3]) if len(sys.argv) > 3 else 1.39
MATERIALS = ("business-licence", "id-card", "premises", "layout", "rules", "health")
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
FOOD = "/api/v1/items?q=%E9%A3%9F%E5%93%81%E7%BB%8F%E8%90%A5%E8%AE%B8%E5%8F%AF"

STAFF = ("wangfang", "zhangmin", "liuwei", "liqiang", "chenjie", "wuyan", "huangting")
SUPERVISOR = "lvping"


class City:
    def __init__(self, folder):
        self.db = os.path.join(folder, "city.db")
        subprocess.run([BANJIE, "demo", "--db", self.db, "--now", "2026-03-31T09:00:00+08:00"], check=True, capture_output=True)
        self.process = subprocess.Popen([BANJIE, "serve", "--db", self.db, "--listen", "127.0.0.1:0", "--virtual-time", "2026-03-31T09:00:00+08:00"],
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)", self.process.stdout.readline()).group(1))
        self.lock = threading.Lock()
        self.took = collections.defaultdict(list)
        self.done = collections.Counter()
        self.wrong = []
        self.over = threading.Event()

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(r"VmRSS:\s*(\d+)", f.read()).group(1)) / 1024


class Person:
    """A login with a connection of its own."""

    def __init__(self, city, login):
        self.city, self.login = city, login
        self.connection = http.client.HTTPConnection("127.0.0.1", city.port, timeout=60)
        basic = base64.b64encode(f"{login}:yunxi-demo".encode()).decode()
        status, data = self.ask("POST", "/api/v1/tokens", {"name": "soak"}, {"Authorization": "Basic " + basic}, ok=(200, 201))
        self.headers = {"Authorization": "Bearer " + data["token"]}

    def ask(self, method, path, body=None, headers=None, raw=None, ok=(200, 201), what=None):
        headers = dict(headers or self.headers)
        if body is not None:
            raw, headers["Content-Type"] = json.dumps(body), "application/json"
        began = time.monotonic()
        try:
            self.connection.request(method, path, raw, headers)
            r = self.connection.getresponse()
            text = r.read()
            data = json.loads(text) if text else None
        except (OSError, http.client.HTTPException, ValueError) as e:
            self.connection.close()
            with self.city.lock:
                self.city.wrong.append(f"{method} {path}: {e!r}")
            return 0, None
        with self.city.lock:
            self.city.took[what or method].append(time.monotonic() - began)
            if r.status not in ok:
                self.city.wrong.append(f"{method} {path} as {self.login}: {r.status} {text[:160]!r}")
        return r.status, data

    def expect(self, good, what):
        if not good:
            with self.city.lock:
                self.city.wrong.append(f"{self.login}: {what}")


def apply(person, item, number):
    documents = []
    for material in MATERIALS:
        _, d = person.ask("POST", f"/api/v1/documents?name={material}.pdf&material={material}",
                          headers={**person.headers, "Content-Type": "application/pdf"}, raw=PDF, what="upload")
        if d:
            documents.append({"document": d["document"], "material": material})
    name = f"云溪小馆{number}"
    body = {"item": item, "documents": documents,
            "form": {"application": "new", "business_name": name, "credit_code": "92990102MA04739877", "business_type": "catering", "processing": "hot",
                     "area": 80, "address": "云溪市望江区茶山路 1 号", "manager": "林晓", "phone": "13900000001"},
            "applicant": {"name": "林晓", "kind": "1", "id_type": "111", "id_no": "990102199003070029", "phone": "13900000001"}}
    key = {**person.headers, "Idempotency-Key": f"soak-{number}"}
    status, first = person.ask("POST", "/api/v1/cases", body, key, what="apply")
    if status != 201:
        return
    if number % 20 == 0:  # the answer was lost: the same again
        _, again = person.ask("POST", "/api/v1/cases", body, key, what="apply")
        person.expect(again and again["case_no"] == first["case_no"], "the same key gave another case")
    _, seen = person.ask("GET", f"/api/v1/cases/{first['case_no']}/track?secret={first['secret']}", what="track")
    person.expect(seen and seen["state"] in ("received", "accepted"), f"a case just opened is {seen and seen['state']}")
    person.ask("GET", "/api/v1/notices", what="read")
    with person.city.lock:
        person.city.done["applications"] += 1


def citizen(city, person, item):
    began, n = time.monotonic(), 0
    while not city.over.is_set():
        apply(person, item, n)
        n += 1
        city.over.wait(max(0, began + n / RATE - time.monotonic()))


PREFERRED = ("accept", "pass", "propose-grant", "grant", "approve", "deliver", "delivered", "done")


def act(person, case_no):
    status, case = person.ask("GET", f"/api/v1/cases/{case_no}", ok=(200, 404), what="case")
    if status != 200:
        return
    person.expect(case["case_no"] == case_no, f"asked for {case_no}, got {case['case_no']}")
    actions = {a["id"]: a for a in case.get("actions", []) if a.get("step")}
    wanted = next((actions[a] for a in PREFERRED if a in actions), None)
    if not wanted:
        return
    # 409: a colleague was faster or is the second who must sign; 422: the form wants more than an opinion
    status, _ = person.ask("POST", f"/api/v1/cases/{case_no}/steps/{wanted['step']}/actions", {"action": wanted["id"], "opinion": "同意", "form": {}},
                           ok=(200, 201, 403, 409, 422), what="act")
    with person.city.lock:
        person.city.done["acts" if status < 300 else "acts refused by rule"] += 1


def staff(city, person):
    while not city.over.is_set():
        _, list_ = person.ask("GET", "/api/v1/worklist?scope=post&limit=50", what="worklist")
        rows = [r["case"]["case_no"] for r in (list_ or {"rows": []})["rows"] if r.get("case")]
        for case_no in random.sample(rows, min(8, len(rows))):
            if not city.over.is_set():
                act(person, case_no)
        city.over.wait(0.5)


def supervisor(city, person):
    while not city.over.is_set():
        _, board = person.ask("GET", "/api/v1/board", what="board")
        person.expect(board is not None, "no board")
        city.over.wait(1)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] * 1000 if values else 0


def report(city, memory, elapsed):
    for name, took in sorted(city.took.items()):
        print(f"soak_{name.replace(' ', '_')} {len(took) / elapsed:.2f} 1/s p50 {percentile(took, .5):.1f} p99 {percentile(took, .99):.1f} p999 {percentile(took, .999):.1f} ms")
    for name, n in sorted(city.done.items()):
        print(f"soak_{name.replace(' ', '_')} {n} in {elapsed:.0f} s")
    print(f"soak_memory {memory[3]:.1f} MiB ratio {memory[3] / memory[0]:.2f} of a quarter into the run; by quarters " + " ".join(f"{m:.1f}" for m in memory))
    print(f"soak_wrong {len(city.wrong)} of {sum(map(len, city.took.values()))} replies")
    for w in city.wrong[:5]:
        print("  ", w, file=sys.stderr)


def main():
    folder = tempfile.mkdtemp(prefix="banjie-soak-")
    try:
        city = City(folder)
        people = [Person(city, login) for login in STAFF]
        lin = Person(city, "linxiao")
        _, found = lin.ask("GET", FOOD)
        item = found["rows"][0]["impl_code"]
        threads = [threading.Thread(target=citizen, args=(city, lin, item)), threading.Thread(target=supervisor, args=(city, Person(city, SUPERVISOR)))]
        threads += [threading.Thread(target=staff, args=(city, p)) for p in people]
        began = time.monotonic()
        for t in threads:
            t.start()
        memory = []
        for _ in range(4):
            city.over.wait(SECONDS / 4)
            memory.append(city.resident_mib())
        city.over.set()
        for t in threads:
            t.join()
        report(city, memory, time.monotonic() - began)
        city.process.send_signal(signal.SIGTERM)
        good = city.process.wait(120) == 0
        for command in (("verify", "--db", city.db), ("rebuild", "--check", "--db", city.db)):
            p = subprocess.run([BANJIE, *command], capture_output=True, text=True)
            print("soak_" + command[0], p.stdout.strip())
            good = good and p.returncode == 0
        return 0 if good and not city.wrong else 1
    finally:
        shutil.rmtree(folder)



sys.exit(main())
