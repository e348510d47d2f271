#!/usr/bin/env python3
"""files - what the commands leave on the disk and say at their end, with the real program beside a real server.

Whatever the umask: a database, its log, its copies and backups are readable by their owner alone. A copy of a served file says that it is
not complete, by its exit status too; an upgrade is tried beside a server, and without one, and the file stays as it was.
"""
import hashlib
import json
import os
import shutil
import stat
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from served import Server, banjie  # noqa: E402

DONE, NOT_COMPLETE = 0, 3
failures, passed = [], 0


def check(what, good, said=""):
    global passed
    passed += bool(good)
    if not good:
        failures.append(what)
        print("FAIL", what, said, flush=True)


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


def beside_a_server(folder, db):
    server = Server(db)
    try:
        private(folder, "city.db", "city.db-wal", "city.db-shm", "city.db.lock")
        tried(db)  # the server itself writes what falls due
        said = ran(NOT_COMPLETE, "copy", "--from", db, "--to", os.path.join(folder, "copy.db"), "--lang", "en")
        check("a copy of a served file says that it is not complete", "not complete" in said and "still served" in said, said)
        key, vault = os.path.join(folder, "key"), os.path.join(folder, "vault")
        ran(DONE, "backup", "--new-key", key)
        ran(DONE, "backup", "--quick", "--db", db, "--to", vault, "--key", key)
        ran(DONE, "backup", "--quick", "--db", db, "--to", os.path.join(folder, "one.backup"), "--key", key)
        ran(DONE, "restore", "--from", vault, "--to", os.path.join(folder, "restored.db"), "--key", key)
        private(folder, "key", "one.backup", "restored.db", "copy.db")
    finally:
        status = server.stop()
    check("the server ends well", status == DONE, status)
    check("and says so", "has stopped" in server.process.stdout.read())


def main():
    os.umask(0o022)
    folder = tempfile.mkdtemp(prefix="banjie-files-")
    db = os.path.join(folder, "city.db")
    try:
        ran(DONE, "demo", "--db", db, "--seed", "5", "--cases", "20")
        ran(DONE, "init", "--db", os.path.join(folder, "office.db"))
        private(folder, "city.db", "office.db")
        beside_a_server(folder, db)
        tried(db, db)
        said = ran(DONE, "copy", "--from", db, "--to", os.path.join(folder, "copy.db"), "--lang", "en")
        check("with its server stopped the copy is complete", "both sides are the same" in said, said)
        ran(DONE, "upgrade", "--quick", "--db", os.path.join(folder, "restored.db"))
        private(folder)
    finally:
        shutil.rmtree(folder)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())
