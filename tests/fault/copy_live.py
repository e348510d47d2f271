#!/usr/bin/env python3
"""copy_live [KILLS] - `banjie copy --follow` from a served system, killed in the middle again and again, loses nothing.

A demo city is served and several clients apply all the time, each under keys of its own. The copy is begun, killed with
SIGKILL while it carries the record, the rows, and what comes since, and begun again; then the clients stop, the server stops,
the copy takes the rest and ends. Afterwards both databases have the same rows, the record verifies, the rows are made anew
from it and compared, and the copy is served: every case that was acknowledged is there under its number, a repeated key is
answered alike, and a new application is taken.

From a file to a file; beside a server (tools/with-postgresql) from a file to the server and from the server to a file.
BANJIE_TEST_LONG=1: a larger city and 60 kills a way.
"""
import base64
import http.client
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from served import BANJIE, ENV, ROOT, Server as Served, application, banjie, some_item  # noqa: E402

LONG = bool(os.environ.get("BANJIE_TEST_LONG"))
TABLE_ROWS = os.environ.get("TABLE_ROWS", os.path.join(ROOT, "build", "tests", "fault", "table_rows"))
SERVER = os.environ.get("BANJIE_TEST_STORE")
NOW = "2026-03-31T09:00:00+08:00"
CITY = ["--seed", "5", "--days", "90" if LONG else "30", "--cases", "2000" if LONG else "300", "--now", NOW]
CLIENTS, PAUSE_S, PATIENCE_S = 3, 0.03, 120
NOT_COMPLETE = 3  # the exit status of a copy that has not reached the end of its source
RECORD, ROWS, FOLLOW = 0, 1, 2  # as the target's copy_state has it
NAMES = ("the record", "the rows", "what came since")
failures, running = [], []


def check(name, true, detail=""):
    if not true:
        failures.append(name)
        print(f"FAIL  {name}: {detail}", flush=True)


def start(*command, talk=None):
    process = subprocess.Popen([BANJIE, *command], stdout=subprocess.PIPE, stderr=talk, text=True, env=ENV)
    running.append(process)
    return process


# ---- the two databases, behind the program's back ----

def is_url(store):
    return "://" in store


def query(store, sql):
    """Rows of text; None while there is no such table, or no such file."""
    if is_url(store):
        said = subprocess.run(["psql", "-qAtX", "-F", "|", store, "-c", sql], capture_output=True, text=True)
        return None if said.returncode else [tuple(line.split("|")) for line in said.stdout.splitlines()]
    if not os.path.exists(store):
        return None
    connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=PATIENCE_S)
    try:
        return [tuple(str(v) for v in row) for row in connection.execute(sql)]
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()


def progress(store):
    """How far a copy under way has come: its stage and how many entries are there; (-1, 0) before it has begun."""
    said = query(store, "SELECT (SELECT max(stage) FROM copy_state), (SELECT count(*) FROM ledger)")
    return (int(said[0][0]), int(said[0][1])) if said and said[0][0].isdigit() else (-1, 0)


def entries(store):
    hashed = "encode(hash, 'hex')" if is_url(store) else "lower(hex(hash))"
    return query(store, f"SELECT seq, at_ms, kind, subject, {hashed} FROM ledger ORDER BY seq")


def tables_of(store):
    """How many rows each table has, and their digest."""
    said = subprocess.run([TABLE_ROWS, store], capture_output=True, text=True, env=ENV)
    check("the tables are read", said.returncode == 0, said.stderr)
    return {line.split()[0]: line.split()[1:] for line in said.stdout.splitlines()}


def rows_that_differ(one, other):
    """How many tables there are, and those that do not hold the same rows."""
    a, b = tables_of(one), tables_of(other)
    own = {"schema_part", "item_search", "store_process"} if is_url(one) != is_url(other) else set()  # each engine's own
    tables = sorted((a.keys() | b.keys()) - own)
    return len(tables), [t for t in tables if a.get(t) != b.get(t)]


# ---- a served city and its clients ----

class Server(Served):
    def __init__(self, store):
        super().__init__(store, "--virtual-time", NOW)
        running.append(self.process)

    def stop(self):
        check("the server stops gently", super().stop(PATIENCE_S) == 0, self.process.returncode)


class Traffic:
    """Clients that apply until told to stop; what was acknowledged, by key."""

    def __init__(self, server, token, item):
        self.server, self.token, self.item = server, token, item
        self.done, self.refused, self.lock, self.over = {}, [], threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.client, args=(n,)) for n in range(CLIENTS)]
        for t in self.threads:
            t.start()

    def client(self, number):
        n = 0
        while not self.over.wait(PAUSE_S):
            key, n = f"live-{number}-{n}", n + 1
            try:
                status, data = self.server.api(self.token, "POST", "/api/v1/cases", application(self.item, "张三" + key), key)
            except (OSError, http.client.HTTPException, ValueError) as e:
                status, data = 0, str(e)
            with self.lock:
                if status == 201:
                    self.done[key] = data["case_no"]
                else:
                    self.refused.append((status, data))

    def more(self, n):
        """Until so many more were acknowledged."""
        want = len(self.done) + n
        wait_for(lambda: len(self.done) >= want, f"{n} more applications")

    def finish(self):
        self.over.set()
        for t in self.threads:
            t.join()
        check("nobody was turned away while it was copied", not self.refused, self.refused[:2])


def wait_for(so, what):
    end = time.monotonic() + PATIENCE_S
    while not so():
        if time.monotonic() > end:
            raise RuntimeError(f"waited in vain for {what}")
        threading.Event().wait(0.005)


# ---- the copy ----

class Copy:
    def __init__(self, source, target, *options):
        self.process = start("copy", "--from", source, "--to", target, "--lang", "en", "--json", *options, talk=subprocess.PIPE)
        self.said, self.caught_up = [], threading.Event()
        self.reader = threading.Thread(target=self.listen)
        self.reader.start()

    def listen(self):
        for line in self.process.stderr:
            self.said.append(line.rstrip())
            if "caught up" in line:
                self.caught_up.set()

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        alive = self.alive()
        self.process.kill()
        self.process.wait()
        self.reader.join()
        check("the copy was still at it when it was killed", alive, self.said)

    def end(self, wanted=0):
        """Its answer, once it ends by itself."""
        status = self.process.wait(PATIENCE_S * 2)
        self.reader.join()
        check("the copy ends as it should", status == wanted, (status, self.said))
        return json.loads(self.process.stdout.read() or "{}")


def kill_carrying(source, target, stage):
    """Killed as soon as it carries: in the record when more entries have come, in the rows a moment after their beginning."""
    _, had = progress(target)
    copy = Copy(source, target, "--follow")
    if stage == RECORD:
        wait_for(lambda: not copy.alive() or progress(target)[1] > had, "entries")
    else:
        wait_for(lambda: not copy.alive() or progress(target)[0] >= ROWS, "rows")
        threading.Event().wait(random.uniform(0, 0.1))
    copy.kill()


def kill_following(source, target, traffic):
    """Killed while it takes what comes since: early, or after having caught up."""
    copy = Copy(source, target, "--follow")
    wait_for(lambda: not copy.alive() or progress(target)[0] >= FOLLOW, "what comes since")
    if random.random() < 0.5:
        threading.Event().wait(random.uniform(0, 0.3))
    else:
        wait_for(lambda: not copy.alive() or copy.caught_up.is_set(), "catching up")
        traffic.more(random.randint(1, 15))
    copy.kill()


def killed(source, target, kills, traffic):
    """How often it was killed in which stage, by what the target says afterwards."""
    hit = [0, 0, 0]
    for n in range(kills):
        if n < kills // 2:
            kill_carrying(source, target, RECORD if n < kills // 3 else ROWS)
        else:
            kill_following(source, target, traffic)
        hit[max(progress(target)[0], RECORD)] += 1
    check("it was killed in the middle of the first pass, and after", hit[RECORD] + hit[ROWS] and hit[FOLLOW], hit)
    return hit


def finish(source, target, traffic, server):
    """As docs/backup.md tells the engineer: follow until it has caught up, stop the server, let it end."""
    once = Copy(source, target).end(wanted=NOT_COMPLETE)
    check("one pass of a served source is not the whole", once.get("whole") is False, once)
    copy = Copy(source, target, "--follow")
    wait_for(lambda: not copy.alive() or copy.caught_up.is_set(), "catching up")
    traffic.more(10)
    check("while the source is served the copy goes on", copy.alive(), copy.said)
    traffic.finish()
    server.stop()
    return copy.end()


# ---- what must be so afterwards ----

def same(source, target, said):
    check("every table was compared by digest", said.get("whole") and len(said.get("digest", "")) == 64, said)
    there, here = entries(source), entries(target)
    check("the record is the same, entry by entry", there and there == here, (len(there or []), len(here or [])))
    check("nothing of the copying is left in the target", query(target, "SELECT stage FROM copy_state") is None)
    count, differ = rows_that_differ(source, target)
    check("every table has the same rows", count > 100 and not differ, (count, differ))
    for command in (("verify",), ("rebuild", "--check")):
        proof = banjie(*command, "--store", target)
        check(" ".join(command), proof.returncode == 0, proof.stdout + proof.stderr)


def pressed_as_well(source, target):
    """The entries that both keep pressed take no more room over there, and letters are pressed too."""
    both = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    both.execute("ATTACH ? AS there", (f"file:{target}?mode=ro",))
    frame = "typeof({0})='blob' AND substr({0}, 1, 4)=x'28b52ffd'"
    n, here, there = both.execute("SELECT count(*), sum(length(a.payload)), sum(length(b.payload)) FROM main.ledger a JOIN there.ledger b ON b.seq=a.seq"
                                  f" WHERE {frame.format('a.payload')} AND {frame.format('b.payload')}").fetchone()
    letters = both.execute(f"SELECT count(*) FROM there.letter WHERE {frame.format('bytes')}").fetchone()[0]
    both.close()
    check("what was copied is pressed as well", n > 500 and there < 1.2 * here and letters > 600, (n, here, there, letters))


def served(target, token, item, traffic):
    server = Server(target)
    found = {no: server.api(token, "GET", f"/api/v1/cases/{no}") for no in traffic.done.values()}
    lost = [(no, answer) for no, answer in found.items() if answer[0] != 200 or answer[1]["case_no"] != no]
    check("every acknowledged case is in the copy", not lost, (len(lost), lost[:2]))
    check("no number was given twice", len(set(traffic.done.values())) == len(traffic.done))
    for key in random.sample(sorted(traffic.done), min(20, len(traffic.done))):
        status, data = server.api(token, "POST", "/api/v1/cases", application(item, "张三" + key), key)
        check("a repeated key is answered as the source did", status in (200, 201) and data["case_no"] == traffic.done[key], (key, status, data))
    status, data = server.api(token, "POST", "/api/v1/cases", application(item, "张三new"), "new")
    check("the copy takes a new application", status == 201 and data["case_no"] not in traffic.done.values(), (status, data))
    server.stop()


def way(name, source, target, kills):
    began, before = time.monotonic(), len(failures)
    made = banjie("demo", "--store", source, *CITY)
    check("the city is made", made.returncode == 0, made.stderr)
    server = Server(source)
    _, made = server.api("Basic " + base64.b64encode(b"linxiao:yunxi-demo").decode(), "POST", "/api/v1/tokens", {"name": "copy_live"})
    token = made["token"]
    item = some_item(server.port, token)
    traffic = Traffic(server, token, item)
    try:
        hit = killed(source, target, kills, traffic)
        said = finish(source, target, traffic, server)
    finally:
        traffic.over.set()
    same(source, target, said)
    if not is_url(source) and not is_url(target):
        pressed_as_well(source, target)
    served(target, token, item, traffic)
    print(f"{name}: {kills} kills ({', '.join(f'{n} in {what}' for n, what in zip(hit, NAMES))}), {len(traffic.done)} acknowledged meanwhile, "
          f"{said.get('entries')} entries and {said.get('rows')} rows the same; {time.monotonic() - began:.0f} s; {len(failures) - before} failures", flush=True)


def ways(folder):
    def file(name):
        return os.path.join(folder, name)

    def schema(name):
        subprocess.run(["psql", "-q", SERVER, "-c", f"CREATE SCHEMA {name}"], check=True)
        return SERVER + ("&" if "?" in SERVER else "?") + f"options=-csearch_path%3D{name}"

    if not SERVER:
        return [("from a file to a file", file("a.db"), file("b.db"))]
    return [("from a file to the server", file("a.db"), schema("live_there")), ("from the server to a file", schema("live_here"), file("b.db"))]


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 60 if LONG else 9
    folder, passed = tempfile.mkdtemp(prefix="banjie-copy-"), 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whoever ends it early: the folder goes all the same
    try:
        for name, source, target in ways(folder):
            before = len(failures)
            way(name, source, target, kills)
            passed += len(failures) == before
    finally:
        for process in running:
            if process.poll() is None:
                process.kill()
        shutil.rmtree(folder)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
