#!/usr/bin/env python3
"""overload - more than the system can take at once.

Past the bounded queue one is told to come again, at once and with Retry-After, and what was acknowledged is there; thousands of idle
connections cost little memory and nobody else's place; many large uploads at once lie on the disk and not in memory; a stop in the middle of a burst answers what is under way and ends with 0.

With few open files allowed clients never take all of them; with too few threads it says so and does not begin; a file that may grow no further is told like a full disk; nobody
who has closed his end (a terminal, a reader of the log) ends the server, and what it complains of goes into no file of its own.
"""
import http.client
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import served  # noqa: E402
from served import BANJIE, ENV, api, application, ask, banjie, some_item  # noqa: E402

CLIENTS = 24
IDLE = int(os.environ.get("IDLE", "10000"))
failures = []


def check(good, what):
    if not good:
        failures.append(what)
        print("FAIL", what, flush=True)


class Server(served.Server):
    def __init__(self, db, *options, before=None):
        self.log = tempfile.TemporaryFile(mode="w+")
        super().__init__(db, *options, said=self.log, before=before)

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(r"VmRSS:\s*(\d+)", f.read()).group(1)) * 1024

    def anonymous(self):
        """Memory that is the program's own, and not a file's that the system may drop."""
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(r"RssAnon:\s*(\d+)", f.read()).group(1)) * 1024


class Burst:
    """Clients that apply without pause until told to end, or until the server ends."""

    def __init__(self, port, token, item):
        self.port, self.token, self.item = port, token, item
        self.acknowledged, self.busy, self.odd = [], 0, []
        self.lock, self.over = threading.Lock(), threading.Event()
        self.enough = threading.Event()
        self.threads = [threading.Thread(target=self.client, args=(i,)) for i in range(CLIENTS)]
        for t in self.threads:
            t.start()

    def client(self, number):
        n = 0
        while not self.over.is_set():
            n += 1
            try:
                status, data, r = api(self.port, self.token, "POST", "/api/v1/cases", application(self.item, f"张三{number}-{n}"))
            except (OSError, http.client.HTTPException):
                return
            with self.lock:
                if status == 201:
                    self.acknowledged.append(data["case_no"])
                elif status == 503 and r.getheader("Retry-After") and data["code"] == "http.busy":
                    self.busy += 1
                else:
                    self.odd.append((status, data))
                if len(self.acknowledged) >= 60:
                    self.enough.set()

    def end(self):
        self.over.set()
        for t in self.threads:
            t.join()


def figures(port, token):
    r, data = ask(port, "GET", "/metrics", headers={"Authorization": "Bearer " + token})
    check(r.status == 200, f"/metrics answers {r.status}")
    lines = [line.rsplit(" ", 1) for line in data.decode().splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def all_there(port, token, case_nos):
    for case_no in case_nos:
        r, _ = ask(port, "GET", f"/api/v1/cases/{case_no}", headers={"Authorization": "Bearer " + token})
        if r.status != 200:
            return False
    return True


def past_the_queue(db, tokens, item):
    server = Server(db, "--queue", "2", "--log")
    burst = Burst(server.port, tokens["linxiao"], item)
    burst.enough.wait(120)
    r, _ = ask(server.port, "GET", "/items")
    check(r.status == 200, "a page is served in the middle of it")
    burst.end()
    check(not burst.odd, f"other answers: {burst.odd[:2]}")
    check(burst.busy > 0, "nobody was told to come again")
    check(all_there(server.port, tokens["linxiao"], burst.acknowledged), "an acknowledged case is missing")
    r, data = ask(server.port, "GET", "/readyz")
    check(r.status == 200 and json.loads(data)["status"] == "ready", f"/readyz: {r.status} {data[:100]}")
    r, _ = ask(server.port, "GET", "/metrics")
    check(r.status == 401, f"/metrics without a token answers {r.status}")
    f = figures(server.port, tokens["caijing"])
    check(f["banjie_queue_full_total"] >= burst.busy, "the figures count the busy answers")
    check(f['banjie_http_requests_total{route="api.submitCase",status="2xx"}'] == len(burst.acknowledged), "the figures count by route")
    check(f["banjie_batch_commands_sum"] >= len(burst.acknowledged) and f["banjie_open_cases"] > 0, "batches and open cases are counted")
    check(server.stop() == 0, "it ends with 0")
    server.log.seek(0)
    lines = [json.loads(line) for line in server.log if line.startswith("{")]
    check(sum(x["event"] == "request" and x["status"] == 201 for x in lines) == len(burst.acknowledged), "every answer has its line")
    server.log.seek(0)
    check("张三" not in server.log.read(), "no name stands in the log")
    print(f"queue of 2: {len(burst.acknowledged)} acknowledged, {burst.busy} told to come again", flush=True)


def stop_in_a_burst(db, tokens, item):
    server = Server(db)
    burst = Burst(server.port, tokens["linxiao"], item)
    burst.enough.wait(120)
    status = server.stop()
    burst.end()
    check(status == 0, f"stopped in a burst it ends with {status}")
    check(not burst.odd, f"other answers while stopping: {burst.odd[:2]}")
    server = Server(db)
    check(all_there(server.port, tokens["linxiao"], burst.acknowledged), "a case acknowledged before the stop is missing")
    server.stop()
    print(f"stop in a burst: {len(burst.acknowledged)} acknowledged and there", flush=True)


def idle_connections(db):
    limit = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], IDLE + 200)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    many = limit - 200
    server = Server(db)
    ask(server.port, "GET", "/items")
    before = server.resident()
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(many)]
    r, _ = ask(server.port, "GET", "/items")
    check(r.status == 200, "a page is served beside idle connections")
    each = (server.resident() - before) / many
    check(each < 64 << 10, f"an idle connection takes {each / 1024:.1f} KiB")
    for s in idle:
        s.close()
    check(server.stop() == 0, "it ends with 0")
    print(f"{many} idle connections: {each / 1024:.1f} KiB each", flush=True)


def limited(limit, most):
    return lambda: resource.setrlimit(limit, (most, most))


def few_files(db, tokens, item):
    """Clients that only hold connections: some files stay free for the work, and whoever comes when they have gone is served."""
    for files in (64, 256):
        server = Server(db, before=limited(resource.RLIMIT_NOFILE, files))
        ask(server.port, "GET", "/items", timeout=20)
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(files)]
        open_files = len(os.listdir(f"/proc/{server.process.pid}/fd"))
        check(open_files < files - 8, f"of {files} files clients leave {files - open_files}")
        for s in idle:
            s.close()
        status, data, _ = api(server.port, tokens["linxiao"], "POST", "/api/v1/cases", application(item, "张三"))
        check(status == 201, f"with {files} files an application is answered {status} {data}")
        check(server.stop() == 0, "it ends with 0")
    print("few open files: clients leave some for the work", flush=True)


def few_threads(folder):
    """Wherever it first meets that there are no more, it says so and not something else. Of root the system counts none, so it is somebody else's."""
    somebody = 61234
    if os.getuid() != 0:
        print("few threads: not tried, for that needs root", flush=True)
        return
    place = os.path.join(folder, "threads")
    os.chmod(folder, 0o711)
    os.mkdir(place)
    os.chown(place, somebody, somebody)

    def as_somebody(most):
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
        os.setgroups([])
        os.setgid(somebody)
        os.setuid(somebody)

    for most in (1, 3, 6, 9, 12, 15, 18):
        done = subprocess.run([BANJIE, "serve", "--db", os.path.join(place, "office.db"), "--listen", "127.0.0.1:0"], capture_output=True, text=True, env=ENV, timeout=60,
                              preexec_fn=lambda: as_somebody(most))
        check(done.returncode == 1 and "serve.threads" in done.stderr and "TasksMax" in done.stderr, f"with {most} threads: {done.returncode} {done.stderr}")
    print("few threads: it says so", flush=True)


def a_file_that_may_not_grow(db, tokens, item):
    """As with a quota: there is room on the disk, and still nothing more is taken."""
    server = Server(db, before=limited(resource.RLIMIT_FSIZE, 2 << 20))
    acknowledged, status = [], 201
    while status == 201 and len(acknowledged) < 2000:
        status, data, _ = api(server.port, tokens["linxiao"], "POST", "/api/v1/cases", application(item, "张三"))
        if status == 201:
            acknowledged.append(data["case_no"])
    check(status == 503 and data["code"] == "system.fault", f"what cannot be written is answered {status} {data}")
    r, data = ask(server.port, "GET", "/readyz")
    check(r.status == 503 and "writer" in json.loads(data)["failing"], f"/readyz says so: {r.status} {data}")
    check(figures(server.port, tokens["caijing"])["banjie_commits_failed_total"] > 0, "the figures count it")
    check(ask(server.port, "GET", "/items")[0].status == 200, "pages are served")
    check(server.stop() == 0, "it ends with 0")
    server = Server(db)
    check(all_there(server.port, tokens["linxiao"], acknowledged), "what was acknowledged is there")
    server.stop()
    print(f"a file that may not grow: {len(acknowledged)} acknowledged and there, the rest refused", flush=True)


def ends(name, process, sign):
    process.send_signal(sign)
    try:
        status = process.wait(90)
    except subprocess.TimeoutExpired:
        process.kill()
        status = "not at all"
    check(status == 0, f"{name}: it ends with {status}")


def nobody_looks_on(db):
    """Whoever started it has closed everything, or is gone."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    gone, there = os.pipe()
    os.close(gone)
    full = open("/dev/full", "w")
    rows = (
        ("its complaints are closed", dict(preexec_fn=lambda: os.close(2)), signal.SIGTERM),
        ("all three are closed", dict(preexec_fn=lambda: os.closerange(0, 3)), signal.SIGTERM),
        ("who read is gone", dict(stdout=there, stderr=there), signal.SIGTERM),
        ("their disk is full", dict(stdout=full, stderr=full), signal.SIGTERM),
        # whoever runs the tests may not want to hear of it (nohup), and that is inherited
        ("the terminal is closed", dict(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)), signal.SIGHUP),
    )
    for name, how, sign in rows:
        process = subprocess.Popen([BANJIE, "serve", "--log", "--db", db, "--listen", f"127.0.0.1:{port}"], env=ENV, **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **how})
        try:
            wait_until_served(process, port)
            check(all(ask(port, "GET", "/items")[0].status == 200 for _ in range(5)), f"{name}: pages are served")
            check(os.path.getsize(db + ".lock") == 0, f"{name}: the log does not go into the lock")
            standard = [os.readlink(f"/proc/{process.pid}/fd/{fd}") for fd in range(3)]
            check(not any(path.startswith(db) for path in standard), f"{name}: {standard}")
        finally:
            ends(name, process, sign)
    os.close(there)
    full.close()
    print("nobody looks on: served, and ended with 0", flush=True)


def wait_until_served(process, port):
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            threading.Event().wait(0.02)


UPLOADS, UPLOAD_BYTES, UPLOADS_MEMORY = 20, 19 << 20, 160 << 20


def upload(port, token, number, answers):
    body = b"%PDF-1.4\n" + os.urandom(UPLOAD_BYTES - 9)
    while True:
        r, data = ask(port, "POST", f"/api/v1/documents?name=plan{number}.pdf", body, {"Authorization": "Bearer " + token, "Content-Type": "application/pdf"}, 120)
        if r.status != 503:
            answers[number] = (r.status, json.loads(data).get("size"))
            return
        threading.Event().wait(0.05)  # too many bytes at once: come again


def large_uploads(db, tokens):
    """Twenty of nearly the largest size at once: a copy of each in memory would be 380 MB."""
    server = Server(db)
    upload(server.port, tokens["linxiao"], 0, {})  # whatever is taken once for all
    before, peak, answers = server.anonymous(), 0, {}
    threads = [threading.Thread(target=upload, args=(server.port, tokens["linxiao"], n + 1, answers)) for n in range(UPLOADS)]
    for t in threads:
        t.start()
    while any(t.is_alive() for t in threads):
        peak = max(peak, server.anonymous())
        threading.Event().wait(0.002)
    check(sorted(answers) == list(range(1, UPLOADS + 1)) and set(answers.values()) == {(201, UPLOAD_BYTES)}, f"uploads answered {answers}")
    grown = peak - before
    check(grown < UPLOADS_MEMORY, f"{UPLOADS} uploads of {UPLOAD_BYTES >> 20} MiB take {grown >> 20} MiB")
    check(server.stop() == 0, "it ends with 0")
    said = banjie("verify", "--db", db)
    check(said.returncode == 0, f"what was uploaded is as it was sent: {said.stdout}")
    print(f"{UPLOADS} uploads of {UPLOAD_BYTES >> 20} MiB at once: at most {grown >> 20} MiB of memory more", flush=True)


def main():
    folder = tempfile.mkdtemp(prefix="banjie-overload-")
    db = os.path.join(folder, "city.db")
    try:
        banjie("demo", "--db", db, "--seed", "5", "--cases", "20", check=True)
        tokens = {login: banjie("token", "--db", db, "--login", login, check=True).stdout.strip()
                  for login in ("linxiao", "caijing")}
        server = Server(db)
        item = some_item(server.port)
        server.stop()
        past_the_queue(db, tokens, item)
        stop_in_a_burst(db, tokens, item)
        large_uploads(db, tokens)
        few_files(db, tokens, item)
        few_threads(folder)
        a_file_that_may_not_grow(db, tokens, item)
        nobody_looks_on(db)
        idle_connections(db)
    finally:
        shutil.rmtree(folder)
    print(f"{max(0, 8 - len(failures))} passed, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())
