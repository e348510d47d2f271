#!/usr/bin/env python3
"""every_call [WAY…] - a command that is ended, or whose disk fails, at any of its calls leaves what is right or says how to mend it.

Each way is a command that writes. It is run once to count its calls that change a file or a folder (every_call.c), then again from the same
beginning, once for each of them: killed before it; killed after half of a write; told of an error (EIO once, ENOSPC from there on, and so on); given
half of a write. What then stands there must be whole, or not be there, or be refused with words; and the command, said again without a fault, must
end well. Some calls are taken by chance (BANJIE_TEST_SEED); with BANJIE_TEST_LONG=1 all, but of many writes alike in a row a few. EVERY_FAULT=kill,5 takes
these faults alone.
"""
import errno
import filecmp
import glob
import gzip
import os
import random
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from served import BANJIE, ENV, ROOT, Server, banjie  # noqa: E402

LONG = bool(os.environ.get("BANJIE_TEST_LONG"))
PRELOAD = os.environ.get("EVERY_CALL", os.path.join(ROOT, "build", "tests", "fault", "libevery_call.so"))
NOW = "2026-03-31T09:00:00+08:00"
LETTERS = 1 << 20
# what happens at the call; from there on?; at which letters (every_call.c); how many of them in a short run
FAULTS = [("kill", False, None, 3), ("torn", False, "wp", 0), ("short", False, "wp", 0), (errno.EIO, False, None, 2), (errno.ENOSPC, True, "wpomtr", 1),
          (errno.EDQUOT, False, "wpom", 0), (errno.EROFS, True, None, 0), (errno.EINTR, False, "wpos", 0)]
SEED = int(os.environ.get("BANJIE_TEST_SEED", "1"))
CHANCE = random.Random(SEED)
failures = 0


class Place:
    """A folder that each try begins with anew."""

    def __init__(self, root, name):
        self.start, self.now = os.path.join(root, name + ".start"), os.path.join(root, name)
        os.mkdir(self.start)

    def begin(self):
        shutil.rmtree(self.now, ignore_errors=True)
        shutil.copytree(self.start, self.now, symlinks=True)
        return self.now


def run(place, command, at=0, act="", on=False):
    """Exit status, what it said, and the letters of its calls."""
    counted = place.now + ".calls"
    with open(counted, "wb") as f:
        f.truncate(8 + LETTERS)
    env = dict(ENV, LD_PRELOAD=PRELOAD, CALLS_FILE=counted, CALLS_AT=str(at), CALLS_DO=str(act), LC_ALL="C.UTF-8")
    if on:
        env["CALLS_ON"] = "1"
    done = subprocess.run([BANJIE, *command], capture_output=True, text=True, env=env, cwd=place.now, timeout=300)
    with open(counted, "rb") as f:
        n = struct.unpack("Q", f.read(8))[0]
        letters = f.read(min(n, LETTERS)).decode()
    return done, letters


def chosen(letters, few, at_letters):
    """Every call of these letters; of a run of writes alike its ends and some between."""
    runs = [(m.start(), m.end()) for m in re.finditer(r"(.)\1*", letters)]
    picked = []
    for begin, end in runs:
        step = 1 if end - begin <= 4 else max(1, (end - begin) // few)
        picked += sorted(set([*range(begin, end, step), end - 1]))
    return [n + 1 for n in picked if not at_letters or letters[n] in at_letters]


def well(db, head=None, rows=True):
    """What is wrong with a database that stands there; empty: nothing."""
    said = banjie("verify", *(["--rows"] if rows else []), "--db", db)
    if said.returncode:
        return f"verify {db}: {said.returncode} {said.stderr.strip()[-300:]}"
    if head and entries(db) != head:
        return f"{db} ends at entry {entries(db)}, not {head}"
    return ""


def entries(db):
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    try:
        return connection.execute("SELECT max(seq) FROM ledger").fetchone()[0] or 0
    except sqlite3.Error as e:
        return str(e)
    finally:
        connection.close()


def others(place, *but):
    return sorted(n for n in os.listdir(place) if not any(re.fullmatch(b, n) for b in but))


# ---- the ways ----

class Way:
    few = 2

    def __init__(self, root):
        self.place = Place(root, self.name)
        self.prepare(self.place.start)

    def same_source(self):
        """What the command only reads is as it was."""
        return [f"{n} was changed" for n in self.keeps if not filecmp.cmp(os.path.join(self.place.start, n), os.path.join(self.place.now, n), shallow=False)]

    keeps = ()

    def words(self, done):
        """What it says of its failure."""
        return done.stderr

    def left(self, done):
        """What is wrong after the fault."""
        return []

    def again(self):
        """What is wrong after it was said again."""
        done, _ = run(self.place, self.command)
        return [] if done.returncode == 0 else [f"said again: {done.returncode} {done.stderr.strip()[-300:]}"]


class Restore(Way):
    name, options = "restore", ()

    def prepare(self, at):
        shutil.copytree(City.vault, os.path.join(at, "vault"))
        shutil.copy(City.key, os.path.join(at, "key"))
        self.head = City.head
        self.command = ["restore", "--from", "vault", "--to", "new.db", "--key", "key", *self.options]
        self.keeps = [os.path.join("vault", n) for n in os.listdir(City.vault)]

    def new(self):
        return os.path.join(self.place.now, "new.db")

    def whole(self):
        return well(self.new(), self.head)

    def left(self, done):
        there = os.path.exists(self.new())
        if not there:
            return [] if done.returncode else ["it says restored, and nothing is there"]
        wrong = self.whole()
        return [wrong] if wrong else []

    def again(self):
        there = os.path.exists(self.new())
        done, _ = run(self.place, self.command)
        wrong = []
        if there and "new.db" not in done.stderr:
            wrong.append(f"said again: {done.returncode} {done.stderr[-300:]}")
        if not there and done.returncode:
            wrong.append(f"said again: {done.returncode} {done.stderr[-300:]}")
        more = self.whole()
        left = others(self.place.now, "vault", "key", "new.db", r"new\.db-(wal|shm)", r"new\.db\.lock")
        return wrong + ([more] if more else []) + ([f"left behind: {left}"] if left else [])


class RestoreAt(Restore):
    name = "restore-at"

    def prepare(self, at):
        self.options = ("--at", City.moment)
        super().prepare(at)
        self.head = None


class Backup(Way):
    options, name = (), "backup"

    def prepare(self, at):
        shutil.copytree(City.vault, os.path.join(at, "vault"))
        shutil.copy(City.key, os.path.join(at, "key"))
        shutil.copy(City.db, os.path.join(at, "city.db"))
        self.command = ["backup", "--db", "city.db", "--to", "vault", "--key", "key", *self.options]

    def vault(self):
        return os.path.join(self.place.now, "vault")

    def usable(self):
        said = banjie("backup", "--check", self.vault(), "--key", City.key)
        if said.returncode:
            return [f"check: {said.stdout[-200:]} {said.stderr[-300:]}"]
        target = os.path.join(self.place.now, "proof.db")
        said = banjie("restore", "--from", self.vault(), "--to", target, "--key", City.key)
        wrong = f"restore: {said.stderr[-300:]}" if said.returncode else well(target, City.head, False)
        for n in glob.glob(target + "*"):
            os.remove(n)
        return [wrong] if wrong else []

    def left(self, done):
        return self.usable()

    def again(self):
        wrong = super().again() + self.usable()
        odd = [n for n in os.listdir(self.vault()) if not re.fullmatch(r"banjie-.*\.backup|\.lock", n)]
        left = others(self.place.now, "vault", "key", r"city\.db.*")
        bad = well(os.path.join(self.place.now, "city.db"), City.head, False)
        return wrong + ([f"left behind: {odd + left}"] if odd or left else []) + ([bad] if bad else [])


class Increment(Backup):
    name, options = "increment", ("--incremental", "--keep", "1")


class Prune(Backup):
    name, options = "prune", ("--keep", "1", "--quick")


class BackupFile(Backup):
    name = "backup-file"

    def prepare(self, at):
        super().prepare(at)
        self.command[4] = "one.backup"

    def usable(self):
        one = os.path.join(self.place.now, "one.backup")
        if not os.path.exists(one):
            return []
        said = banjie("backup", "--check", one, "--key", City.key)
        return [f"check: {said.stderr[-300:]}"] if said.returncode else []

    def again(self):
        there = os.path.exists(os.path.join(self.place.now, "one.backup"))
        done, _ = run(self.place, self.command)
        wrong = [] if done.returncode == (2 if there else 0) else [f"said again: {done.returncode} {done.stderr[-300:]}"]
        left = others(self.place.now, "vault", "key", r"city\.db.*", "one.backup")
        return wrong + self.usable() + ([f"left behind: {left}"] if left else [])


class Copy(Way):
    name, few = "copy", 1

    def prepare(self, at):
        shutil.copy(City.db, os.path.join(at, "city.db"))
        self.command = ["copy", "--from", "city.db", "--to", "new.db"]
        self.head = City.head

    def new(self):
        return os.path.join(self.place.now, "new.db")

    def half_served(self):
        said = banjie("verify", "--db", self.new())
        if said.returncode == 0:  # complete, or not begun: an office without an entry
            return "" if entries(self.new()) == 0 else well(self.new(), self.head)
        return "" if re.search("copy|no database", said.stderr) else f"half a copy is told as {said.stderr[-300:]}"

    def left(self, done):
        if done.returncode == 0:
            return [w for w in [well(self.new(), self.head)] if w]
        return [w for w in [self.half_served()] if w]

    def again(self):
        wrong = super().again()
        bad = well(self.new(), self.head) or well(os.path.join(self.place.now, "city.db"), self.head, False)
        left = others(self.place.now, r"(city|new)\.db(-wal|-shm|\.lock)?")
        return wrong + ([bad] if bad else []) + ([f"left behind: {left}"] if left else [])


class Upgrade(Way):
    name, options, few = "upgrade", (), 1

    def prepare(self, at):
        sql = gzip.open(os.path.join(ROOT, "tests", "data", "schema", "0008.sql.gz")).read().decode()
        db = sqlite3.connect(os.path.join(at, "old.db"))
        db.executescript(sql)
        db.execute("PRAGMA journal_mode=WAL")
        db.close()
        self.command = ["upgrade", "--db", "old.db", *self.options]
        self.head = entries(os.path.join(at, "old.db"))

    def old(self):
        return os.path.join(self.place.now, "old.db")

    def left(self, done):
        wrong = well(self.old(), self.head, False)
        return [wrong] if wrong else []

    def again(self):
        wrong = super().again()
        bad = well(self.old(), self.head, "--dry-run" not in self.options)
        left = others(self.place.now, r"old\.db(-wal|-shm|\.lock)?")
        return wrong + ([bad] if bad else []) + ([f"left behind: {left}"] if left else [])


class DryRun(Upgrade):
    name, options = "upgrade-dry", ("--dry-run",)


class Init(Way):
    name, few = "init", 8

    def prepare(self, at):
        self.command = ["init", "--db", "office.db"]

    def office(self):
        return os.path.join(self.place.now, "office.db")

    def has_admin(self):
        db = sqlite3.connect(f"file:{self.office()}?mode=ro", uri=True)
        try:
            return db.execute("SELECT count(*) FROM post WHERE role='admin'").fetchone()[0] == 1
        except sqlite3.Error:
            return False
        finally:
            db.close()

    def left(self, done):
        """What was left may have been served before it is said again: entries of the server's own are no office."""
        if not os.path.exists(self.office()):
            return [] if done.returncode else ["it says ready, and nothing is there"]
        try:
            server = Server(self.office())
        except RuntimeError:
            return [] if done.returncode else ["it says ready, and it is not served"]
        server.kill()
        return [] if self.has_admin() or done.returncode else ["an office without an administrator is served"]

    def again(self):
        wrong = super().again()
        ready = os.path.exists(self.office()) and self.has_admin()
        if wrong and ready:
            wrong = []
        return wrong + ([] if ready else ["there is no administrator"])


class Import(Way):
    name, few = "import", 3

    def prepare(self, at):
        shutil.copy(City.db, os.path.join(at, "city.db"))
        shutil.copy(os.path.join(ROOT, "tests", "data", "items-small.csv"), os.path.join(at, "items.csv"))
        self.command = ["import", "items", "items.csv", "--db", "city.db"]

    def left(self, done):
        bad = well(os.path.join(self.place.now, "city.db"))
        return [bad] if bad else []

    def again(self):
        return super().again() + self.left(None)


class ImportStructure(Import):
    name = "import-structure"

    def prepare(self, at):
        super().prepare(at)
        shutil.copy(os.path.join(ROOT, "tests", "data", "structure-small.csv"), os.path.join(at, "structure.csv"))
        self.command = ["import", "structure", "structure.csv", "--db", "city.db"]


class Rebuild(Way):
    name, few = "rebuild", 3

    def words(self, done):
        """A proof's answer is what it found, or why it could not look."""
        return done.stderr + (done.stdout if "NOT" in done.stdout or "could not be proved" in done.stdout else "")

    def prepare(self, at):
        shutil.copy(City.db, os.path.join(at, "city.db"))
        self.command = ["rebuild", "--check", "--db", "city.db"]

    def left(self, done):
        bad = well(os.path.join(self.place.now, "city.db"), City.head)
        return [bad] if bad else []


class City:
    """A small city that all ways begin with, and its backups: a full one and two increments."""

    @classmethod
    def make(cls, root):
        cls.db, cls.key, cls.vault = os.path.join(root, "city.db"), os.path.join(root, "key"), os.path.join(root, "vault")

        def must(*command):
            done = banjie(*command)
            if done.returncode:
                raise RuntimeError(f"{command}: {done.stderr}")

        must("demo", "--db", cls.db, "--seed", "5", "--cases", "12", "--days", "8", "--now", NOW)
        must("backup", "--new-key", cls.key)
        must("backup", "--db", cls.db, "--to", cls.vault, "--key", cls.key)
        cls.moment = NOW
        for name in ("items-small.csv", "calendar-2027.csv"):
            must("import", "items" if "items" in name else "calendar", os.path.join(ROOT, "tests", "data", name), "--db", cls.db)
            must("backup", "--db", cls.db, "--to", cls.vault, "--key", cls.key, "--incremental")
        db = sqlite3.connect(cls.db)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        for n in glob.glob(cls.db + "?*"):
            os.remove(n)
        cls.head = entries(cls.db)


WAYS = [Restore, RestoreAt, Backup, Increment, Prune, BackupFile, Copy, Upgrade, DryRun, Init, Import, ImportStructure, Rebuild]


def sweep(way):
    global failures
    way.place.begin()
    done, letters = run(way.place, way.command)
    if done.returncode:
        print(f"FAIL  {way.name} without a fault: {done.stderr}")
        failures += 1
        return
    tries, bad = 0, {}
    wanted = os.environ.get("EVERY_FAULT")
    for act, on, at_letters, short in FAULTS:
        if wanted and str(act) not in wanted.split(","):
            continue
        calls = chosen(letters, way.few, at_letters)
        if not LONG and not wanted:
            calls = sorted(CHANCE.sample(calls, min(short, len(calls))))
        for n in calls:
            way.place.begin()
            done, _ = run(way.place, way.command, n, act, on)
            tries += 1
            killed = done.returncode == -signal.SIGKILL
            wrong = []
            if act in ("kill", "torn") and not killed:
                wrong.append(f"not killed: {done.returncode}")
            elif done.returncode < 0 and not killed:
                wrong.append(f"ended by signal {-done.returncode}: {done.stderr[-300:]}")
            elif done.returncode > 0 and len(way.words(done).strip()) < 10:
                wrong.append("failed without a word")
            wrong += way.left(done) + way.same_source() + way.again()
            for w in wrong:
                kind = f"{errno.errorcode.get(act, act)}{' on' if on else ''}: {re.sub('[0-9a-f]{6,}', '…', w)}"
                bad[kind] = bad.get(kind, 0) + 1
                if bad[kind] == 1:
                    print(f"FAIL  {way.name}, {kind}\n      first at call {n}{letters[n - 1]} of {len(letters)}: {done.returncode} {done.stderr.strip()[-160:]}", flush=True)
    failures += len(bad)
    print(f"{way.name}: {len(letters)} calls, {tries} tries, {len(bad)} kinds of fault{''.join(f'; {n} times {kind}' for kind, n in bad.items())}", flush=True)


def main():
    asked = sys.argv[1:]
    root = tempfile.mkdtemp(prefix="banjie-every-", dir=os.environ.get("BANJIE_TEST_PLACE"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        City.make(root)
        for kind in WAYS:
            if not asked or kind.name in asked:
                sweep(kind(root))
    finally:
        shutil.rmtree(root)
    if failures:
        print(f"rerun: BANJIE_TEST_SEED={SEED} tests/fault/every_call.py {' '.join(asked)}")
    print(f"{len(asked or WAYS)} ways, {failures} failed")
    return 1 if failures else 0


sys.exit(main())
