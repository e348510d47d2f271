#!/usr/bin/env python3
"""around - what stands round a database, and changes while it is served, beside a server (tools/with-postgresql).

A pooler (pgbouncer, where it is installed) that keeps sessions is served through, with fewer of them than people want and by two servers at once; one that gives a session to
several by turns is refused at the start, by every command, with words that say how to mend it, and so is one that leaves out the schema of the address. A role's search path
that leads to another office leaves a server where it began. A server that lets nobody in any more is asked for it now and then, not all the time, is not said to
refuse the person, and is served on when it does again. One that said nothing for long is read from as soon as anybody finds it back. Sessions that are ended all the time lose
nothing and do nothing twice, and a copy whose connection goes with its last word is complete all the same.
"""
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cities import CITY, Server, check, eventually, failures, server_or_skip  # noqa: E402
from connections import LEADING, SERVING, Crowd, all_answered  # noqa: E402
from far import Wire  # noqa: E402
from regions import sql, store_of  # noqa: E402
from served import application, ask, banjie, some_item  # noqa: E402
from settings import database, role_of  # noqa: E402

POOLER = shutil.which("pgbouncer", path=os.environ["PATH"] + ":/usr/sbin")
PEOPLE = 12
SESSIONS = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename='surrounded'"


class Pooler:
    """Between here and the server, at a socket of its own. It does not run as root."""

    def __init__(self, server, name, *settings):
        self.folder = tempfile.mkdtemp(prefix="banjie-pooler-")
        here = re.search(r"host=([^&]+)", server).group(1)
        with open(os.path.join(self.folder, "pgbouncer.ini"), "w") as ini:
            ini.write(f"[databases]\n{name} = host={here} user=surrounded\n[pgbouncer]\nlisten_addr=\nlisten_port=6432\nunix_socket_dir={self.folder}\nauth_type=any\n"
                      + "".join(s + "\n" for s in settings))
        as_user = []
        if os.getuid() == 0:
            shutil.chown(self.folder, "nobody", "nogroup")
            as_user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        os.chmod(self.folder, 0o755)
        self.process = subprocess.Popen([*as_user, POOLER, "-q", os.path.join(self.folder, "pgbouncer.ini")], stderr=subprocess.DEVNULL)
        self.store = f"postgresql://surrounded@/{name}?host={self.folder}&port=6432"
        check("the pooler is there", eventually(lambda: os.path.exists(os.path.join(self.folder, ".s.PGSQL.6432"))))

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)


class Door(Wire):
    """Between here and the server, at a port: it may say nothing to who comes, send every other one away as a server that is full does, or close at a word for the `at`th time."""
    FULL = b"SFATAL\0VFATAL\0C53300\0Mtoo many connections\0\0"

    def __init__(self, server, word=None, at=0):
        self.silent = self.full = False
        self.ends, self.came, self.word, self.left = [], 0, word, at
        super().__init__(re.search(r"host=([^&]+)", server).group(1))

    def accept(self):
        while True:
            client, server = self.listening.accept()[0], socket.socket(socket.AF_UNIX)
            self.came += 1
            self.ends += [client, server]
            if self.silent:
                continue
            if self.full and self.came % 2:
                client.recv(1 << 16)
                client.sendall(b"E" + struct.pack("!i", len(self.FULL) + 4) + self.FULL)
                client.shutdown(socket.SHUT_RDWR)
                continue
            server.connect(self.there)
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self.carry, args=(*ends, ends[0] is client, [None]), daemon=True).start()

    def carry(self, source, target, asks, turn):
        class Heard:
            def sendall(_, data):
                self.left -= bool(asks and self.word and self.word in data)
                if self.word and not self.left:
                    self.word = None
                    raise OSError
                target.sendall(data)

            def shutdown(_, how):
                target.shutdown(how)

        super().carry(source, Heard(), asks, turn)

    def cut(self):
        ends, self.ends = self.ends, []
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def of(self, store):
        here = self.store(store).replace("banjie@", "surrounded@")
        return here + ("&" if "?" in here else "?") + "sslmode=disable&gssencmode=disable"


class Deaf(Door):
    """Who says the word is answered no more from then on; when `then` is done his connection ends."""

    def __init__(self, server, word, then):
        self.secret, self.then, self.deaf = word, then, None
        super().__init__(server)

    def carry(self, source, target, asks, turn):
        class Heard:
            def sendall(_, data):
                if asks and not self.deaf and self.secret in data:
                    self.deaf = source
                    threading.Thread(target=self.end, daemon=True).start()
                if asks or target is not self.deaf:
                    target.sendall(data)

            def shutdown(_, how):
                target.shutdown(how)

        Wire.carry(self, source, Heard(), asks, turn)

    def end(self):
        self.then()
        self.deaf.shutdown(socket.SHUT_RDWR)


def refused(what, store, *words):
    for command in (("init", "--login", "admin"), ("serve", "--listen", "127.0.0.1:0"), ("verify",), ("token", "--login", "linxiao")):
        said = banjie(*command, "--store", store, timeout=60)
        check(f"{what}: {command[0]} is refused", said.returncode in (1, 2) and "store.pooler" in said.stderr and all(w in said.stderr for w in words), said.stderr)


def pooled(server, name):
    entries = sql(server, "SELECT count(*) FROM city.ledger")
    for settings in (("pool_mode=transaction",), ("pool_mode=transaction", "server_round_robin=1", "min_pool_size=3"), ("pool_mode=transaction", "server_reset_query_always=1"),
                     ("pool_mode=statement",)):
        with Pooler(server, name, *settings) as pooler:
            refused(" ".join(settings), pooler.store, "pool_mode=session")
    check("nothing is written through them", sql(server, "SELECT count(*) FROM city.ledger") == entries)
    with Pooler(server, name, "pool_mode=session", "ignore_startup_parameters=options") as pooler:
        refused("a pooler that leaves out the schema", store_of(pooler.store, "other"), "search_path")


def sessions_kept(server, name, token):
    """Two servers want more sessions than the pooler has: it lets people wait, or refuses them."""
    for few in ("default_pool_size=9", "max_client_conn=9"):
        with Pooler(server, name, "pool_mode=session", few) as pooler:
            servers = [Server(pooler.store)]
            try:
                crowd = Crowd(servers, token, 24)
                eventually(lambda: len(crowd.said) > 200, 60)
                servers.append(Server(pooler.store))
                crowd.servers = servers
                item = some_item(servers[1].port, token)
                written = [servers[n % 2].api(token, "POST", "/api/v1/cases", application(item, f"{few}{n}"))[0] for n in range(6)]
                check(f"{few}: both listen", eventually(lambda: sql(server, SERVING) == "2"), sql(server, SERVING))
                all_answered(few, crowd.leave())
                check(f"{few}: commands too", written == [201] * 6, written)
                check(f"{few}: they stop gently", [s.stop() for s in servers] == [0, 0])
            finally:
                for s in servers:
                    s.kill()


def path_changed(server, store, token):
    """The role's path leads to another office from now on: new sessions of a server that runs stay in its own."""
    entries = "SELECT count(*) FROM other.ledger"
    before = sql(server, entries)
    served = Server(store)
    try:
        item = some_item(served.port, token)
        number = served.api(token, "POST", "/api/v1/cases", application(item, "李四"))[1]["case_no"]
        sql(server, "ALTER ROLE surrounded SET search_path=other")
        sql(server, SESSIONS)
        status = served.api(token, "GET", f"/api/v1/cases/{number}")[0]
        check("a page shows the office that is served", status == 200, status)
        status = served.api(token, "POST", "/api/v1/cases", application(item, "王五"))[0]
        check("a command is carried out there", status == 201, status)
        check("it listens there again", eventually(lambda: sql(server, SERVING) == "1"))
        check("nothing is written in the other", sql(server, entries) == before, (before, sql(server, entries)))
    finally:
        served.kill()
        sql(server, "ALTER ROLE surrounded SET search_path=city")


def path_changed_and_full(server, store):
    """The same where there was no room at first."""
    others = " + ".join(f"(SELECT count(*) FROM pg_locks WHERE locktype='advisory' AND objid=CAST(hashtextextended('banjie.{what}.other', 0) & 4294967295 AS oid))" for what in ("serve", "lead"))
    door = Door(server)
    served = Server(door.of(store))
    try:
        check("it listens and leads", eventually(lambda: (sql(server, SERVING), sql(server, LEADING)) == ("1", "1")))
        sql(server, "ALTER ROLE surrounded SET search_path=other")
        door.full = True
        for _ in range(6):
            door.cut()
            check("it listens and leads again", eventually(lambda: (sql(server, SERVING), sql(server, LEADING)) == ("1", "1")))
            there = sql(server, "SELECT " + others)
            check("in the office that is served, not in the other", there == "0", there)
    finally:
        served.kill()
        sql(server, "ALTER ROLE surrounded SET search_path=city")


def back_again(server, store, token):
    """Nothing answers for so long that nobody is asked to wait. What is back is found by who listens: people need not ask until their own pause is over."""
    door = Door(server)
    served = Server(door.of(store))

    def look():
        began = time.monotonic()
        return served.api(token, "GET", "/api/v1/my/cases")[0], time.monotonic() - began

    try:
        check("people are served", look()[0] == 200)
        door.silent = True
        door.cut()
        check("nobody waits any more", eventually(lambda: (said := look())[0] == 503 and said[1] < 1, 60))
        check("now and then somebody tries", eventually(lambda: look()[1] > 2, 60))
        door.silent = False
        door.cut()
        check("it listens again", eventually(lambda: sql(server, SERVING) == "1"))
        status = look()[0]
        check("people are served as soon as that", status == 200, status)
    finally:
        served.kill()


def last_word(server, store):
    """Both sides are the same and the target's mark is gone, and then the connection is, before the server said that its disk has it."""
    sql(server, "CREATE SCHEMA taken AUTHORIZATION surrounded")
    door = Door(server, b"SELECT pg_current_xact_id(); COMMIT", 3)
    said = banjie("copy", "--from", store_of(store, "city"), "--to", store_of(door.of(store), "taken"), "--lang", "en")
    check("the last word is lost", door.left == 0, door.left)
    check("the copy is complete, and is said to be", said.returncode == 0 and "both sides are the same" in said.stdout, (said.returncode, said.stdout, said.stderr))


def forgotten(server, store, token):
    """A commit's answer is lost, and the row by which it could be learned is gone: as of a process that a new primary, years ahead, takes for one that went long ago."""
    there = "SELECT count(*) FROM city.case_open WHERE applicant_name='陈十一'"

    def then():
        check("the commit took place", eventually(lambda: sql(server, there) == "1"))
        sql(server, "DELETE FROM city.store_process")

    door = Deaf(server, "陈十一".encode(), then)
    served = Server(door.of(store))
    try:
        item = some_item(served.port, token)
        for n in range(2):
            check("all is well", served.api(token, "POST", "/api/v1/cases", application(item, "陈十"))[0] == 201)
        status, said = served.api(token, "POST", "/api/v1/cases", application(item, "陈十一"))
        check("the answer was lost", door.deaf)
        check("what cannot be learned is not done again", sql(server, there) == "1" and status in (500, 503), (sql(server, there), status, said))
        check("and work goes on", served.api(token, "POST", "/api/v1/cases", application(item, "陈十二"))[0] == 201)
    finally:
        served.kill()


def shut_out(server, store, token):
    """As who has another password than the server's, or is refused by pg_hba.conf, is."""
    with tempfile.TemporaryFile("w+") as words:
        served = Server(store, said=words)
        try:
            item = some_item(served.port, token)
            with open(sql(server, "SELECT current_setting('data_directory') || '/../log'")) as log:
                sql(server, "ALTER ROLE surrounded NOLOGIN")
                check("sessions that are there go on", served.api(token, "POST", "/api/v1/cases", application(item, "孙七"), "shut-out")[0] == 201)
                sql(server, SESSIONS)
                log.seek(0, os.SEEK_END)
                said = []
                people = [threading.Thread(target=lambda: said.append(served.api(token, "GET", "/api/v1/my/cases", timeout=30))) for _ in range(PEOPLE)]
                began = time.monotonic()
                for p in people:
                    p.start()
                for p in people:
                    p.join()
                asked, seconds = log.read().count("FATAL"), time.monotonic() - began
            check("people are put off, none after another's waiting, and not told that they may not", [(s, a["code"]) for s, a in said] == [(503, "system.fault")] * PEOPLE, said)
            check("the server is not asked all the time", asked < 25 * seconds, (asked, seconds))
            check("health is answered", ask(served.port, "GET", "/healthz")[0].status == 200)
            sql(server, "ALTER ROLE surrounded LOGIN")
            check("people are served again", eventually(lambda: served.api(token, "GET", "/api/v1/my/cases")[0] == 200))
            check("a repeated command is the same", served.api(token, "POST", "/api/v1/cases", application(item, "孙七"), "shut-out")[0] == 201)
            check("it stops gently", served.stop() == 0)
        finally:
            served.kill()
            sql(server, "ALTER ROLE surrounded LOGIN")
        words.seek(0)
        said = words.read()
        check("a line says why", "not permitted to log in" in said, said)


def unwritten(server, store, token):
    """Changes are refused from one moment to the next: commands are put off, and a line says why in the server's words."""
    with tempfile.TemporaryFile("w+") as words:
        served = Server(store, said=words)
        try:
            item = some_item(served.port, token)
            sql(server, "ALTER ROLE surrounded SET default_transaction_read_only=on")
            sql(server, SESSIONS)
            status, said = served.api(token, "POST", "/api/v1/cases", application(item, "周八"), "unwritten")
            check("a command is put off, without a word of the machinery", status == 503 and "read-only" not in said["detail"] and "event" not in said["detail"], (status, said))
            check("pages go on", served.api(token, "GET", "/api/v1/my/cases")[0] == 200)
            sql(server, "ALTER ROLE surrounded RESET default_transaction_read_only")
            sql(server, SESSIONS)
            check("it is carried out when it may be", eventually(lambda: served.api(token, "POST", "/api/v1/cases", application(item, "周八"), "unwritten")[0] == 201))
        finally:
            served.kill()
        words.seek(0)
        said = words.read()
        check("a line says why nothing is written", "read-only" in said, said)


def storm(server, store, token, times=60):
    served, done, enough = Server(store), [], []

    def apply(number):
        n = 0
        while not enough:
            key, n = f"storm{number}-{n}", n + 1
            if served.api(token, "POST", "/api/v1/cases", application(item, key), key)[0] == 201:
                done.append(key)

    try:
        item = some_item(served.port, token)
        people = [threading.Thread(target=apply, args=(n,)) for n in range(4)]
        for p in people:
            p.start()
        for _ in range(times):
            sql(server, SESSIONS)
        enough.append(True)
        for p in people:
            p.join()
        cases = sql(server, "SELECT count(DISTINCT name), count(*) FROM (SELECT substring(payload FROM '\"applicant_name\":\"(storm[0-9-]+)\"') AS name FROM city.ledger) e"
                            " WHERE name IS NOT NULL").split("|")
        check("some are acknowledged, all are there, and once", done and cases[0] == cases[1] and int(cases[0]) >= len(done), (cases, len(done)))
        check("it stops gently", served.stop() == 0)
    finally:
        served.kill()


def main():
    server = server_or_skip()
    sql(server, "CREATE ROLE surrounded LOGIN")
    sql(server, "ALTER ROLE surrounded SET search_path=city")
    sql(server, "CREATE DATABASE around")
    server = database(server, "around")
    store = role_of(server, "surrounded")
    for schema in ("city", "other"):
        sql(server, f"CREATE SCHEMA {schema} AUTHORIZATION surrounded")
        made = banjie("demo", "--store", store_of(store, schema), *CITY)
        check("the city is made", made.returncode == 0, made.stderr.strip())
    token = banjie("token", "--store", store, "--login", "linxiao").stdout.strip()
    if POOLER:
        pooled(server, "around")
        sessions_kept(server, "around", token)
    path_changed(server, store, token)
    path_changed_and_full(server, store)
    back_again(server, store, token)
    last_word(server, store)
    forgotten(server, store, token)
    shut_out(server, store, token)
    unwritten(server, store, token)
    storm(server, store, token)
    said = banjie("verify", "--store", store)
    check("verify", said.returncode == 0, said.stdout.strip())
    skipped = "" if POOLER else ", 1 skipped"
    print(f"{0 if failures else 1} passed, {len(failures)} failed{skipped}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
