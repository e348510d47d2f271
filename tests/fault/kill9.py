#!/usr/bin/env python3
"""kill9 [ROUNDS] - kill -9 in the middle of a burst loses nothing that was acknowledged.

Each round: several clients apply for the same item through the API, with idempotency keys; the
server is killed while they do. Restarted, every acknowledged case is there, a retry of every key
gives the same case, the record verifies and the rows are what the record says.

Then the same while timers fire: a month of limits falls due at once, the server is killed again and again
until it rests; each alarm was raised once. And while a backup and a restore are made: what stands in
the folder under a backup's name proves true, and no half restored database bears its name.

BANJIE_TEST_LONG=1: 300 rounds of each.
"""
import http.client
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from served import BANJIE, Server, api, application, banjie, some_item  # noqa: E402

CLIENTS = 8
ANEW = 20  # rounds on one database


def client(port, token, number, acknowledged, lock):
    for n in range(100000):
        key = f"burst-{number}-{n}"
        try:
            status, data = api(port, token, "POST", "/api/v1/cases", application(ITEM, f"张三{n}"), key)[:2]
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
        status, data = server.api(token, "GET", f"/api/v1/cases/{case_no}")
        lost += status != 200 or data["case_no"] != case_no
    for key, (n, case_no) in list(acknowledged.items())[-20:]:
        status, data = server.api(token, "POST", "/api/v1/cases", application(ITEM, f"张三{n}"), key)
        changed += status not in (200, 201) or data["case_no"] != case_no
    assert server.stop() == 0, "the server did not stop gently"
    return lost, changed


def one_number(db, sql):
    connection = sqlite3.connect(db)
    n = connection.execute(sql).fetchone()[0] or 0
    connection.close()
    return n


LATER = "2026-05-15T12:00:00+08:00"  # six weeks after the city below: most of its limits have passed
LATER_MS = 1778817600000
TWICE = """SELECT count(*) FROM (SELECT clock, level FROM alert WHERE clock IS NOT NULL AND clock>0 GROUP BY clock, level HAVING count(*)>1)"""


def storm(db, folder, round_number):
    """A month of timers in a copy of the city, killed until nothing is due; returns what is wrong."""
    copy = os.path.join(folder, f"storm-{round_number}.db")
    shutil.copy(db, copy)
    kills = 0
    while True:
        server = Server(copy, "--virtual-time", LATER)
        if kills == 6:
            threading.Event().wait(1)
            while one_number(copy, f"SELECT count(*) FROM timer WHERE due_ms<={LATER_MS}"):
                threading.Event().wait(0.2)
            assert server.stop() == 0, "the server did not stop gently"
            break
        threading.Event().wait(random.uniform(0.0, 0.3))
        server.kill()
        kills += 1
    before, after = one_number(db, "SELECT count(*) FROM alert"), one_number(copy, "SELECT count(*) FROM alert")
    twice = one_number(copy, TWICE)
    proofs = [banjie("verify", "--db", copy), banjie("rebuild", "--check", "--db", copy)]
    print(f"storm {round_number}: {kills} kills, {after - before} alerts raised, {twice} raised twice; "
          f"{'; '.join(p.stdout.strip() for p in proofs)}", flush=True)
    for name in os.listdir(folder):
        if name.startswith(f"storm-{round_number}.db"):
            os.remove(os.path.join(folder, name))
    return twice or after <= before or any(p.returncode for p in proofs)


def killed(seconds, *command):
    """Runs a command and kills it after that time; True when it was faster."""
    process = subprocess.Popen([BANJIE, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False


def carried(db, folder, key, round_number):
    """A backup, then a restore, each killed somewhere; returns what is wrong."""
    vault, target = os.path.join(folder, f"vault-{round_number}"), os.path.join(folder, f"restored-{round_number}.db")
    made = killed(random.uniform(0.01, 0.6), "backup", "--db", db, "--to", vault + "/", "--key", key)
    whole = os.path.isdir(vault) and any(n.endswith(".backup") for n in os.listdir(vault))
    check = os.path.isdir(vault) and (banjie("backup", "--check", vault, "--key", key).returncode == 0) != whole  # without one it says so
    again = banjie("backup", "--db", db, "--to", vault + "/", "--key", key, "--incremental")
    left = [n for n in os.listdir(vault) if ".proof" in n or re.search(r"\.backup\.(?!failed)", n)]
    restored = killed(random.uniform(0.01, 0.4), "restore", "--from", vault, "--to", target, "--key", key)
    half = os.path.exists(target) and banjie("verify", "--db", target).returncode
    if not os.path.exists(target):
        half = banjie("restore", "--from", vault, "--to", target, "--key", key).returncode
    rebuilt = banjie("rebuild", "--check", "--db", target)
    print(f"carried {round_number}: backup {'made' if made else 'killed'}, restore {'made' if restored else 'killed'}; {rebuilt.stdout.strip()}", flush=True)
    shutil.rmtree(vault)
    os.remove(target)
    return check or again.returncode or left or half or rebuilt.returncode


def main():
    global ITEM
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300 if os.environ.get("BANJIE_TEST_LONG") else 3
    folder = tempfile.mkdtemp(prefix="banjie-kill-")
    db = os.path.join(folder, "city.db")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whoever ends it early: the folder goes all the same
    failed = 0
    try:
        subprocess.run([BANJIE, "demo", "--db", db, "--seed", "5", "--cases", "500"], check=True, capture_output=True)
        assert one_number(db, "SELECT count(*) FROM press_dictionary"), "the city is large enough that its texts are pressed"
        token = subprocess.run([BANJIE, "token", "--db", db, "--login", "linxiao"], check=True, capture_output=True, text=True).stdout.strip()
        server = Server(db)
        ITEM = some_item(server.port, token)
        assert server.stop() == 0, "the server did not stop gently"
        clean = os.path.join(folder, "clean.db")
        shutil.copy(db, clean)
        for n in range(rounds):
            if n % ANEW == 0:  # the proofs read the whole record: it must not grow for ever
                shutil.copy(clean, db)
            acknowledged = burst(db, token, random.uniform(0.4, 1.2))
            lost, changed = check(db, token, acknowledged)
            verify, rebuild = banjie("verify", "--db", db), banjie("rebuild", "--check", "--db", db)
            bad = lost or changed or not acknowledged or verify.returncode or rebuild.returncode
            failed += bool(bad)
            print(f"round {n + 1}: {len(acknowledged)} acknowledged, {lost} lost, {changed} answered otherwise on retry; "
                  f"{verify.stdout.strip()}; {rebuild.stdout.strip()}", flush=True)
        city, key = os.path.join(folder, "spring.db"), os.path.join(folder, "key")
        subprocess.run([BANJIE, "demo", "--db", city, "--seed", "5", "--cases", "60", "--now", "2026-03-31T09:00:00+08:00"], check=True, capture_output=True)
        subprocess.run([BANJIE, "backup", "--new-key", key], check=True, capture_output=True)
        for n in range(rounds):
            failed += bool(storm(city, folder, n + 1))
            failed += bool(carried(city, folder, key, n + 1))
    finally:
        shutil.rmtree(folder)
    print(f"{3 * rounds - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
