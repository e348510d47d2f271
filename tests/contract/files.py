#!/usr/bin/env python3
"""files - what the commands leave on the disk and say at their end, with the real program beside a real server.

Whatever the umask: a database, its log, its copies and backups are readable by their owner alone. A copy of a served file says that it is
not complete, by its exit status too; an upgrade is tried beside a server, and without one, and the file stays as it was, also when two are tried
at once or one is killed. What is restored is kept pressed like what was backed up.
"""
import gzip
import hashlib
import json
import os
import pty
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from checks import check, ended  # noqa: E402
from served import BANJIE, ENV, ROOT, Server, application, banjie, some_item  # noqa: E402

DONE, REFUSED, NOT_COMPLETE = 0, 2, 3


def ran(status, *command):
    """Runs the command, which is to end so; what it said."""
    done = banjie(*command)
    check(" ".join(command[:2]), done.returncode == status, (done.returncode, done.stdout, done.stderr))
    return done.stdout


def modes(folder):
    """Every file below it and who may read it."""
    found = (os.path.join(place, name) for place, _, names in os.walk(folder) for name in names)
    return {os.path.relpath(path, folder): stat.S_IMODE(os.stat(path).st_mode) for path in found}


def private(folder, *wanted):
    all_modes = modes(folder)
    for name in wanted:
        check(f"{name} is there", name in all_modes, sorted(all_modes))
    open_to_others = {name: oct(mode) for name, mode in all_modes.items() if mode & 0o077}
    check("nobody else may read a file", not open_to_others, open_to_others)


def digest(*paths):
    return [hashlib.sha256(open(path, "rb").read()).hexdigest() for path in paths]


def tried(db, *files):
    """A dry run of the upgrade; these files are as they were."""
    before = digest(*files)
    said = json.loads(ran(DONE, "upgrade", "--dry-run", "--json", "--db", db) or "{}")
    check("it says that it was tried only, and what it read", said.get("dry_run") and said["entries"] > 0 and said["copied_bytes"] > 0, said)
    check("the database and its log are as they were", digest(*files) == before)
    check("the copy is gone", not any("upgrade-copy" in name for name in os.listdir(os.path.dirname(db))), os.listdir(os.path.dirname(db)))


def copies(db):
    return sorted(name for name in os.listdir(os.path.dirname(db)) if "upgrade-copy" in name)


def start_trial(db, talk=subprocess.PIPE):
    return subprocess.Popen([BANJIE, "upgrade", "--dry-run", "--json", "--lang", "en", "--db", db], stdout=subprocess.PIPE, stderr=talk, text=True, env=ENV)


def copy_of(process, db, others=()):
    """The copy that this trial has made and opened: stopped there, it has it for as long as we like, and holds nothing of the database."""
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        found = [name.removesuffix(".lock") for name in copies(db) if name.endswith(".lock")]
        found = [name for name in found if name not in others]
        if found:
            process.send_signal(signal.SIGSTOP)
            return found[0]
        threading.Event().wait(0.0005)
    raise RuntimeError("the trial was over before it was seen")


def tried_at_once(db):
    """One stands still in the middle; others come and go, one of them killed. Nobody takes the copy of another."""
    first = start_trial(db)
    held = copy_of(first, db)
    killed = start_trial(db)
    copy_of(killed, db, others=(held,))
    killed.kill()
    killed.wait()
    before = [name for name in copies(db) if name.startswith(held)]
    check("one that is killed leaves its copy", len(copies(db)) > len(before), copies(db))
    beside = start_trial(db)
    said, talk = beside.communicate(timeout=120)
    check("a second trial beside the first ends well", beside.returncode == DONE, (said, talk))
    check("it has taken away what the killed one left, and what lives is there", copies(db) == before, (copies(db), before))
    first.send_signal(signal.SIGCONT)
    said, talk = first.communicate(timeout=120)
    check("and the first ends as well", first.returncode == DONE and json.loads(said)["entries"] > 0, (said, talk))
    check("it told in lines how far it was", all(word in talk for word in ("copying", "migrating", "verifying the record", "rebuilding the rows")), talk)
    both = [start_trial(db) for _ in range(2)]
    ends = [(process.communicate(timeout=120), process.returncode)[1] for process in both]
    check("two at the same moment end well", ends == [DONE, DONE], ends)
    check("no copy is left", not copies(db), copies(db))


def shown_on_a_terminal(db):
    ours, theirs = pty.openpty()
    trial = start_trial(db, talk=theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:  # the other side is closed
        pass
    os.close(ours)
    trial.communicate(timeout=120)
    for what in (b"copying [", b"verifying the record [#", b"rebuilding the rows [#"):
        check("a terminal shows a bar", what in shown, (what, shown[-200:]))


def pressed(db):
    """How many entries and letters stand pressed in the file, of those that are long enough."""
    c = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    count = [c.execute(f"SELECT count(*) FROM {table} WHERE typeof({column})='blob' AND substr({column}, 1, 4)=x'28b52ffd'").fetchone()[0]
             for table, column in (("ledger", "payload"), ("letter", "bytes"))]
    c.close()
    return count


def beside_a_server(folder, db):
    server = Server(db)
    try:
        private(folder, "city.db", "city.db-wal", "city.db-shm", "city.db.lock")
        tried(db)  # the server itself writes what falls due
        said = ran(NOT_COMPLETE, "copy", "--from", db, "--to", os.path.join(folder, "copy.db"), "--lang", "en")
        check("a copy of a served file says that it is not complete", "not complete" in said and "still served" in said, said)
        before = digest(os.path.join(folder, "copy.db"))
        for command in (("serve", "--listen", "127.0.0.1:0"), ("upgrade",), ("upgrade", "--dry-run")):
            done = banjie(*command, "--db", os.path.join(folder, "copy.db"), timeout=60)
            check(f"what is not complete is refused by {command[0]}", done.returncode == REFUSED and "not complete" in done.stderr, (done.returncode, done.stdout, done.stderr))
        check("and stays as it was", digest(os.path.join(folder, "copy.db")) == before)
        key, vault = os.path.join(folder, "key"), os.path.join(folder, "vault")
        ran(DONE, "backup", "--new-key", key)
        ran(DONE, "backup", "--quick", "--db", db, "--to", vault, "--key", key)
        ran(DONE, "backup", "--quick", "--db", db, "--to", os.path.join(folder, "one.backup"), "--key", key)
        ran(DONE, "restore", "--from", vault, "--to", os.path.join(folder, "restored.db"), "--key", key)
        was, now = pressed(db), pressed(os.path.join(folder, "restored.db"))
        check("what is restored stands pressed too", was[0] > 1000 and now[0] > 0.5 * was[0] and now[1] > 0.5 * was[1] > 0, (was, now))
        private(folder, "key", "one.backup", "restored.db", "copy.db")
    finally:
        status = server.stop()
    check("the server ends well", status == DONE, status)
    check("and says so", "has stopped" in server.process.stdout.read())


def into_what_is_used(folder, db):
    """The wrong target: an office of an older program, which goes on with that one."""
    used = os.path.join(folder, "used.db")
    with gzip.open(os.path.join(ROOT, "tests", "data", "schema", "0008.sql.gz"), "rt") as f:
        c = sqlite3.connect(used)
        c.executescript(f.read())
        c.close()
    os.chmod(used, 0o600)
    before = digest(used)
    done = banjie("copy", "--from", db, "--to", used, "--lang", "en")
    check("a copy into a used database is refused", done.returncode == REFUSED and "already holds a record" in done.stderr, (done.returncode, done.stderr))
    check("which stays as it was, also of its older schema", digest(used) == before)


def another_in_its_place(folder, db):
    """A server is killed, and another city's file moved over its own: the log that stays is not of that one. Each is whole afterwards as it was before."""
    mine, theirs, place = (os.path.join(folder, name) for name in ("mine.db", "theirs.db", "place.db"))
    shutil.copy(db, place)
    ran(DONE, "demo", "--db", theirs, "--seed", "6", "--cases", "15")
    token = ran(DONE, "token", "--db", place, "--login", "linxiao").strip()
    server = Server(place)
    try:
        item = some_item(server.port)
        said = [server.api(token, "POST", "/api/v1/cases", application(item, f"张{n}")) for n in range(20)]
    finally:
        server.kill()
    check("commands are acknowledged before it is killed", all(status == 201 for status, _ in said), said[:1])
    os.rename(place, mine)
    os.rename(theirs, place)
    log = place + "-wal"
    before = digest(place, log)
    for command in (("serve", "--listen", "127.0.0.1:0"), ("pack", "add", os.path.join(ROOT, "packs", "complaint")), ("verify",)):
        done = banjie(*command, "--db", place, timeout=60)
        check(f"{command[0]}: another's log spoils it", done.returncode in (1, 2), (done.returncode, done.stdout, done.stderr))
        if command[0] == "serve":
            check("it is said what may have happened", f"the log {log}" in done.stderr and "store.damaged" in done.stderr, done.stderr)
        check(f"{command[0]}: both files are as they were", digest(place, log) == before)
    for end in ("-wal", "-shm"):
        os.rename(place + end, mine + end)
    ran(DONE, "verify", "--rows", "--db", place)
    server = Server(mine)
    try:
        there = [server.api(token, "GET", f"/api/v1/cases/{case['case_no']}")[0] for _, case in said]
    finally:
        check("it ends with 0", server.stop() == 0)
    check("beside its own file the log has all that was acknowledged", there == [200] * len(said), there)


def main():
    os.umask(0o022)
    folder = tempfile.mkdtemp(prefix="banjie-files-")
    db = os.path.join(folder, "city.db")
    try:
        ran(DONE, "demo", "--db", db, "--seed", "5", "--cases", "300")
        ran(DONE, "init", "--db", os.path.join(folder, "office.db"))
        private(folder, "city.db", "office.db")
        beside_a_server(folder, db)
        tried(db, db)
        tried_at_once(db)
        shown_on_a_terminal(db)
        said = ran(DONE, "copy", "--from", db, "--to", os.path.join(folder, "copy.db"), "--lang", "en")
        check("with its server stopped the copy is complete", "both sides are the same" in said, said)
        ran(DONE, "upgrade", "--quick", "--db", os.path.join(folder, "restored.db"))
        into_what_is_used(folder, db)
        another_in_its_place(folder, db)
        private(folder)
    finally:
        shutil.rmtree(folder)
    return ended()


sys.exit(main())
