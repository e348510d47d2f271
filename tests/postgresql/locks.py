#!/usr/bin/env python3
"""locks - somebody keeps for himself what pages read, beside a server (tools/with-postgresql).

An administrator has locked a table: pages that read it are refused and do not wait for him, others are answered, the page of health always is, and /readyz and a line say why.
The database says nothing at all to those who read: the page of health is answered all the same, whoever comes is sent away after a while and not left waiting, and nothing is left of it
when the database speaks again.
"""
import os
import signal
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cities import CITY, Server, check, eventually, failures, server_or_skip  # noqa: E402
from regions import sql, store_of  # noqa: E402
from served import ENV, ask, banjie  # noqa: E402
from settings import role_of  # noqa: E402

PEOPLE, PATIENCE = 12, 60
LOCKED, OTHER = "/api/v1/my/cases", "/items"


class Holder:
    """Who has a table locked until he is done."""

    def __init__(self, server, table):
        self.psql = subprocess.Popen(["psql", "-qAtX", server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENV)
        self.psql.stdin.write(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; SELECT 'had';\n")
        self.psql.stdin.flush()
        check("the table is locked", self.psql.stdout.readline().strip() == "had")

    def end(self):
        self.psql.stdin.close()
        self.psql.wait()


class People:
    """Each asks once for a page that nobody has asked for before, for what is kept needs no table; what each was told."""
    asked = 0

    def __init__(self, served, token, path, count=PEOPLE):
        self.said = []
        self.threads = [threading.Thread(target=self.one, args=(served, token, f"{path}?limit={self.asked + n + 1}")) for n in range(count)]
        People.asked += count
        for t in self.threads:
            t.start()

    def one(self, served, token, path):
        try:
            self.said.append(ask(served.port, "GET", path, headers={"Authorization": "Bearer " + token}, timeout=PATIENCE)[0].status)
        except OSError as e:
            self.said.append(repr(e))

    def answers(self):
        for t in self.threads:
            t.join()
        return self.said


def status(served, path, token=None):
    try:
        reply, data = ask(served.port, "GET", path, headers={"Authorization": "Bearer " + token} if token else None, timeout=PATIENCE)
        return reply.status, data.decode()
    except OSError as e:
        return repr(e), ""


def healthy(served, name):
    said = [status(served, "/healthz")[0] for _ in range(5)]
    check(f"{name}: health is answered", said == [200] * 5, said)


def table_locked(server, store, token):
    with tempfile.TemporaryFile("w+") as words:
        served = Server(store, said=words)
        holder = None
        try:
            check("pages are there", status(served, OTHER, token)[0] == 200)  # of the others nothing is kept yet that would need no table
            holder = Holder(server, "kept.case_open")
            waiting = People(served, token, LOCKED)
            healthy(served, "a table is locked")
            check("who needs the table is refused", waiting.answers() == [503] * PEOPLE, waiting.said)
            told = status(served, "/readyz")[1]
            check("/readyz says why", '"locked"' in told, told)
            more, others = People(served, token, LOCKED), People(served, token, OTHER, 4)
            check("who comes later is refused too", more.answers() == [503] * PEOPLE, more.said)
            check("others are answered", others.answers() == [200] * 4, others.said)
            holder.end()
            check("and all are when he is done", People(served, token, LOCKED).answers() == [200] * PEOPLE)
            check("the server stops gently", served.stop() == 0)
        finally:
            served.kill()
            if holder:
                holder.psql.kill()
        words.seek(0)
        said = words.read()
        check("a line says so, once", said.count("somebody has locked a table") == 1, said)


def nothing_said(server, store, token):
    """The sessions that read are stopped in the middle, as by a disk that does not answer."""
    served = Server(store)
    stopped = []
    try:
        check("pages are there", set(People(served, token, LOCKED).answers()) == {200})
        first = sql(server, "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")  # who would let others in
        stopped = [int(p) for p in [first, *sql(server, "SELECT pid FROM pg_stat_activity WHERE usename='keeper'").split()]]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        waiting = People(served, token, LOCKED)
        healthy(served, "the database says nothing")
        sent_away = eventually(lambda: waiting.said.count(503) > 0)
        check("who finds all at work is sent away after a while", sent_away, waiting.said)
        healthy(served, "and still")
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        stopped = []
        check("who was waited for is answered then", {200, 503} >= set(waiting.answers()), waiting.said)
        check("and so is everybody", eventually(lambda: set(People(served, token, LOCKED).answers()) == {200}))
        check("the server stops gently", served.stop() == 0)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        served.kill()


def main():
    server = server_or_skip()
    sql(server, "CREATE ROLE keeper LOGIN; CREATE SCHEMA kept AUTHORIZATION keeper")
    store = store_of(role_of(server, "keeper"), "kept")
    made = banjie("demo", "--store", store, *CITY)
    check("the city is made", made.returncode == 0, made.stderr.strip())
    token = banjie("token", "--store", store, "--login", "linxiao").stdout.strip()
    table_locked(server, store, token)
    nothing_said(server, store, token)
    print(f"{0 if failures else 1} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
