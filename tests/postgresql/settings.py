#!/usr/bin/env python3
"""settings - databases, schemas and roles that are set up otherwise, beside a server (tools/with-postgresql).

What cannot hold the record is refused with its reason and left as it was. What a role has for its defaults changes no answer: commands of
three servers at once are all carried out, what was acknowledged outlives the server, a copy is not ended for its pauses, and a large upload lies on the disk. Two
schemas on one search path stay two offices, each with its own months.
"""
import http.client
import json
import os
import re
import shutil
import socketserver
import struct
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cities import CITY, Server, check, eventually, failures, server_or_skip  # noqa: E402
from regions import sql, store_of  # noqa: E402
from served import application, banjie, some_item  # noqa: E402

CLIENTS, EACH, HURRIED = 4, 8, 8


def database(server, name):
    return re.sub(r"@/\w+", "@/" + name, server, count=1)


def role_of(server, name):
    return server.replace("//banjie@", f"//{name}@", 1)


def refused(what, store, code, *words):
    for command in (("init", "--login", "admin"), ("serve", "--listen", "127.0.0.1:0")):
        said = banjie(*command, "--store", store, timeout=120)
        check(f"{what}: {command[0]} is refused", said.returncode in (1, 2) and code in said.stderr and all(w in said.stderr for w in words), said.stderr)


def unfit(server):
    for encoding in ("LATIN1", "SQL_ASCII"):
        name = encoding.lower()
        sql(server, f"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        refused(encoding, database(server, name), "store.encoding", encoding, "UTF8")
        check("nothing is written there", sql(database(server, name), "SELECT count(*) FROM pg_tables WHERE schemaname='public'") == "0")
    sql(server, "CREATE ROLE unfit_stranger LOGIN; CREATE SCHEMA closed")
    refused("no such schema", store_of(server, "nowhere"), "store.schema", "nowhere")
    refused("a schema that the role may not use", store_of(role_of(server, "unfit_stranger"), "closed"), "store.schema", "closed")
    sql(server, "CREATE ROLE unfit_reader LOGIN SUPERUSER; ALTER ROLE unfit_reader SET default_transaction_read_only=on; CREATE SCHEMA unwritten")
    refused("read only", store_of(role_of(server, "unfit_reader"), "unwritten"), "store.read-only")
    sql(server, "CREATE SCHEMA hurried; CREATE ROLE unfit_hurried LOGIN SUPERUSER; ALTER ROLE unfit_hurried SET statement_timeout='1ms'")
    for _ in range(HURRIED):  # wherever the time is up: in connecting, in looking, in beginning or ending a transaction
        refused("no time for a migration", store_of(role_of(server, "unfit_hurried"), "hurried"), "store.", "canceling statement")  # the server says "due to user request" where the time was up before it looked


def gone(server):
    """An office whose table somebody dropped, or whose server has no room to write what is written at the start, is not opened, and it is said why."""
    sql(server, "CREATE SCHEMA gone")
    check("an office", banjie("init", "--login", "admin", "--store", store_of(server, "gone")).returncode == 0)
    sql(server, "DROP TABLE gone.webhook")
    said = banjie("token", "--login", "admin", "--store", store_of(server, "gone"), timeout=120)
    line = [words for words in said.stderr.splitlines() if "casework.open" in words]
    check("what is not opened is told with the server's words", said.returncode == 1 and line and 'relation "webhook" does not exist' in line[0], said.stderr[-600:])


class Refuser(socketserver.StreamRequestHandler):
    """Takes everybody in, and refuses what he asks then; it counts who came."""
    came = 0

    def say(self, kind, body):
        self.wfile.write(kind + struct.pack("!i", len(body) + 4) + body)

    def read(self):
        size = self.rfile.read(4)
        return self.rfile.read(struct.unpack("!i", size)[0] - 4) if len(size) == 4 else None

    def handle(self):
        type(self).came += 1
        self.read()
        self.say(b"R", struct.pack("!i", 0))
        self.say(b"Z", b"I")
        while (kind := self.rfile.read(1)) and self.read() is not None and kind != b"X":
            self.say(b"E", b"SERROR\0C0A000\0Mthis is not supported here\0\0")
            self.say(b"Z", b"I")


def taken_in_and_refused():
    """A server that will go on refusing is not asked again and again for half a minute."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refuser) as refuser:
        refuser.daemon_threads = True
        threading.Thread(target=refuser.serve_forever, daemon=True).start()
        address = f"postgresql://banjie@127.0.0.1:{refuser.server_address[1]}/city?sslmode=disable&gssencmode=disable"
        said = banjie("init", "--login", "admin", "--store", address, timeout=120)
        refuser.shutdown()
    check("what a server does not take is told, in its words", said.returncode == 1 and "this is not supported here" in said.stderr, said.stderr)
    check("and is asked once", Refuser.came == 1, Refuser.came)


def apply(servers, token, item, said, number):
    for n in range(EACH):
        said.append(servers[(number + n) % len(servers)].api(token, "POST", "/api/v1/cases", application(item, f"张三{number}-{n}"))[0])


def at_once(server, setting):
    sql(server, f"CREATE ROLE unfit_other LOGIN SUPERUSER; ALTER ROLE unfit_other SET {setting}")
    store, said = store_of(role_of(server, "unfit_other"), "city"), []
    token = banjie("token", "--store", store, "--login", "linxiao").stdout.strip()
    servers = [Server(store) for _ in range(3)]
    try:
        item = some_item(servers[0].port, token)
        threads = [threading.Thread(target=apply, args=(servers, token, item, said, i)) for i in range(CLIENTS)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        check(f"{setting}: all is carried out", said == [201] * (CLIENTS * EACH), sorted(s for s in said if s != 201))
        check("the servers stop gently", [s.stop() for s in servers] == [0] * 3)
    finally:
        for s in servers:
            s.kill()
    sql(server, "DROP ROLE unfit_other")
    said = banjie("verify", "--store", store_of(server, "city"))
    check("verify", said.returncode == 0, said.stdout.strip())


def kept_though_lax(server):
    """A role whose commits need not be on the disk, and a server that takes its time to bring them there, and falls."""
    sql(server, "CREATE ROLE unfit_lax LOGIN SUPERUSER; ALTER ROLE unfit_lax SET synchronous_commit=off")
    sql(server, "ALTER SYSTEM SET wal_writer_delay='10s'")
    sql(server, "SELECT pg_reload_conf()")
    store = store_of(role_of(server, "unfit_lax"), "city")
    token = banjie("token", "--store", store, "--login", "linxiao").stdout.strip()
    served = Server(store)
    try:
        item = some_item(served.port, token)
        numbers = [served.api(token, "POST", "/api/v1/cases", application(item, f"钱五{n}"))[1]["case_no"] for n in range(EACH)]
        subprocess.run([os.environ["BANJIE_TEST_RESTART"]], check=True)
        there = sum(served.api(token, "GET", f"/api/v1/cases/{n}")[0] == 200 for n in numbers)
        check("what was acknowledged outlives the server, whatever the role's defaults", there == EACH, there)
        check("the server stops gently", served.stop() == 0)
    finally:
        served.kill()
    sql(server, "ALTER SYSTEM RESET wal_writer_delay")
    sql(server, "SELECT pg_reload_conf()")


def unheard(server):
    """The standby that has to confirm never comes, an administrator cancels the wait, and the role wants to hear no warnings."""
    sql(server, "CREATE ROLE unfit_quiet LOGIN SUPERUSER; ALTER ROLE unfit_quiet SET client_min_messages=error")
    store = store_of(role_of(server, "unfit_quiet"), "city")
    token = banjie("token", "--store", store, "--login", "linxiao").stdout.strip()
    served, said = Server(store), []
    try:
        item = some_item(served.port, token)
        check("a command is carried out", served.api(token, "POST", "/api/v1/cases", application(item, "吴九"), "unheard0")[0] == 201)
        sql(server, "ALTER SYSTEM SET synchronous_standby_names='nobody'")
        sql(server, "SELECT pg_reload_conf()")
        asking = threading.Thread(target=lambda: said.append(served.api(token, "POST", "/api/v1/cases", application(item, "吴九"), "unheard1")[0]))
        asking.start()
        waits = "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE wait_event='SyncRep' AND usename='unfit_quiet'"
        for _ in range(3):  # whose batch it is that waits: a command's, or one of the server's own
            check("a commit waits for the standby", eventually(lambda: said or sql(server, waits)))
            sql(server, "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event='SyncRep' AND usename='unfit_quiet'")
            check("what no standby has is not acknowledged", not eventually(lambda: said, 1), said)
        sql(server, "ALTER SYSTEM RESET synchronous_standby_names")
        sql(server, "SELECT pg_reload_conf()")
        asking.join()
        check("it is when none has to confirm any more", said == [201], said)
    finally:
        sql(server, "ALTER SYSTEM RESET synchronous_standby_names")
        sql(server, "SELECT pg_reload_conf()")
        served.kill()


def not_idle(server):
    """A copy reads at one place while it writes at another, and a command reckons between two questions."""
    sql(server, "CREATE SCHEMA swift; CREATE ROLE unfit_idle LOGIN SUPERUSER; ALTER ROLE unfit_idle SET idle_session_timeout='300ms'")
    made = banjie("demo", "--store", store_of(role_of(server, "unfit_idle"), "swift"), *CITY)
    check("a city is made in spite of its pauses", made.returncode == 0, made.stderr.strip())
    sql(server, "CREATE ROLE unfit_swift LOGIN SUPERUSER; ALTER ROLE unfit_swift SET idle_in_transaction_session_timeout='5ms'")
    folder = tempfile.mkdtemp(prefix="banjie-settings-")
    try:
        said = banjie("copy", "--from", store_of(role_of(server, "unfit_swift"), "city"), "--to", os.path.join(folder, "copy.db"))
        check("a copy is not ended for its pauses", said.returncode == 0, said.stderr.strip())
    finally:
        shutil.rmtree(folder)


def two_on_one_path(server):
    sql(server, "CREATE SCHEMA first")
    made = banjie("init", "--store", store_of(server, "first,city"), "--login", "admin")
    check("an office in a schema before another's on the path", made.returncode == 0, made.stderr)
    tables = sql(server, "SELECT count(*) FILTER (WHERE schemaname='first'), count(*) FILTER (WHERE schemaname='city') FROM pg_tables WHERE tablename='store_process'")
    check("has processes of its own", tables == "1|1", tables)
    batches = sql(server, "SELECT (SELECT max(total) FROM first.store_process)<(SELECT max(total) FROM city.store_process)")
    check("and counts its own batches", batches == "t", batches)
    served = Server(store_of(server, "first,city"))
    months = "SELECT string_agg(schemaname, ' ' ORDER BY schemaname) FROM pg_tables WHERE tablename='ledger_m202603' AND schemaname IN ('city', 'first')"
    try:
        check("and begins its own months", eventually(lambda: sql(server, months) == "city first"), sql(server, months))
    finally:
        served.kill()


def months_read(server):
    """A backslash means another thing to this role: the second month is found by the bounds of the first."""
    sql(server, "CREATE SCHEMA slashed; CREATE ROLE unfit_slash LOGIN SUPERUSER; ALTER ROLE unfit_slash SET standard_conforming_strings=off")
    store = store_of(role_of(server, "unfit_slash"), "slashed")
    made = banjie("demo", "--store", store, *CITY)
    check("the city is made, and its months with it", made.returncode == 0 and "month" not in made.stderr, made.stderr.strip())
    served = Server(store)
    try:
        months = "SELECT count(*) FROM pg_tables WHERE schemaname='slashed' AND tablename='ledger_m202603'"
        check("a month begins", eventually(lambda: sql(server, months) == "1"), sql(server, months))
    finally:
        served.kill()


def another_type(server):
    """Tables that are asked and written all the time get columns of another type: what was prepared at the server is of no use any more."""
    store = store_of(server, "city")
    token = banjie("token", "--store", store, "--login", "linxiao").stdout.strip()
    served = Server(store)
    try:
        item = some_item(served.port, token)
        for n in range(2):
            check("all is well", served.api(token, "POST", "/api/v1/cases", application(item, "郑十"), f"typed{n}")[0] == 201)
            sql(server, f"ALTER TABLE city.setting ALTER COLUMN value TYPE {'varchar(4000)' if n == 0 else 'text'} COLLATE \"C\"")
            sql(server, f"ALTER TABLE city.organ ALTER COLUMN name TYPE {'varchar(4000)' if n == 0 else 'text'} COLLATE \"C\"")
            check("pages are answered again", eventually(lambda: served.api(token, "GET", "/api/v1/my/cases")[0] == 200))
            said = served.api(token, "POST", "/api/v1/cases", application(item, "郑十"), f"anew{n}")[0]
            check("a command is carried out as if nothing had been", said == 201, said)
    finally:
        served.kill()


def large_upload(server):
    """There is no folder beside a database on a server: what is being sent lies in the one for temporary files."""
    store, folder = store_of(server, "city"), tempfile.mkdtemp(prefix="banjie-settings-")
    token = banjie("token", "--store", store, "--login", "linxiao").stdout.strip()
    served = Server(store, env={"TMPDIR": folder})
    try:
        c = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
        c.putrequest("POST", "/api/v1/documents?name=plan.pdf")
        for name, value in (("Authorization", "Bearer " + token), ("Content-Type", "application/pdf"), ("Content-Length", str(19 << 20)), ("Expect", "100-continue")):
            c.putheader(name, value)
        c.endheaders()
        check("a large upload may be sent", c.sock.recv(64).startswith(b"HTTP/1.1 100"))
        with open(f"/proc/{served.process.pid}/maps") as f:
            check("and lies on the disk", any(folder in line for line in f))
        c.sock.sendall(b"%PDF-1.4\n" + bytes((19 << 20) - 9))
        reply = c.getresponse()
        said = json.loads(reply.read())
        check("it is taken", reply.status == 201 and said["size"] == 19 << 20, said)
        c.close()
        check("the server stops gently", served.stop() == 0)
    finally:
        served.kill()
        shutil.rmtree(folder)


def main():
    server = server_or_skip()
    sql(server, "CREATE DATABASE settings")
    server = database(server, "settings")  # others use the schemas of the one that is there
    unfit(server)
    gone(server)
    taken_in_and_refused()
    sql(server, "CREATE SCHEMA city")
    made = banjie("demo", "--store", store_of(server, "city"), *CITY)
    check("the city is made", made.returncode == 0, made.stderr.strip())
    for setting in ("default_transaction_isolation='repeatable read'", "default_transaction_isolation='serializable'", "timezone='America/New_York'",
                    "bytea_output='escape'", "standard_conforming_strings=off", "idle_session_timeout='200ms'"):
        at_once(server, setting)
    kept_though_lax(server)
    unheard(server)
    not_idle(server)
    months_read(server)
    another_type(server)
    large_upload(server)
    two_on_one_path(server)
    print(f"{0 if failures else 1} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
