#!/usr/bin/env python3
"""connections - a role that may have few connections, beside a server (tools/with-postgresql).

Servers live with what they are given: pages and commands wait for a reader that is there, whoever writes and whoever listens has a connection, and a
server that comes later gets its own from those that have many.
"""
import os
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cities import CITY, Server, check, eventually, failures, server_or_skip  # noqa: E402
from regions import sql, store_of  # noqa: E402
from served import BANJIE, ENV, application, ask, banjie, some_item  # noqa: E402
from settings import database, role_of  # noqa: E402

NEEDED = 4  # docs/postgresql.md: writing, listening, leading, and one for reading
PATHS = ("/", "/items", "/api/v1/items?q=%E8%AF%81", "/api/v1/me", "/api/v1/my/cases", "/api/v1/notices")
SERVING = "SELECT count(*) FROM pg_locks WHERE locktype='advisory' AND mode='ShareLock'"
SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE usename='few' AND query LIKE '%pg_sleep%'"
LEADING = "SELECT count(*) FROM pg_locks WHERE locktype='advisory' AND mode='ExclusiveLock'"


class Crowd:
    """Many at once who read, at each of the servers in turn, until they are told that it is enough."""

    def __init__(self, servers, token, people):
        self.servers, self.token, self.enough, self.said = list(servers), token, False, []
        self.threads = [threading.Thread(target=self.person, args=(i,)) for i in range(people)]
        for t in self.threads:
            t.start()

    def person(self, n):
        while not self.enough:
            servers = self.servers
            self.said.append(ask(servers[n % len(servers)].port, "GET", PATHS[n % len(PATHS)], headers={"Authorization": "Bearer " + self.token})[0].status)
            n += 1

    def leave(self):
        self.enough = True
        for t in self.threads:
            t.join()
        return self.said


def limited(server, n):
    sql(server, f"ALTER ROLE few CONNECTION LIMIT {n}")


def all_answered(name, said):
    check(f"{name}: all are answered", said and set(said) == {200}, {s: said.count(s) for s in set(said)})


def three_of_twelve(server, store, token, admin):
    limited(server, 3 * NEEDED)
    with tempfile.TemporaryFile("w+") as words:
        servers = [Server(store, said=words) for _ in range(3)]
        try:
            check("three listen", eventually(lambda: sql(server, SERVING) == "3"), sql(server, SERVING))
            check("one leads", eventually(lambda: sql(server, LEADING) == "1"), sql(server, LEADING))
            crowd = Crowd(servers, token, 24)
            item = some_item(servers[0].port, token)
            written = [servers[n % 3].api(token, "POST", "/api/v1/cases", application(item, f"李四{n}"))[0] for n in range(12)]
            eventually(lambda: len(crowd.said) > 1200, 60)
            all_answered("three servers with twelve connections", crowd.leave())
            check("commands too", written == [201] * len(written), written)
            check("figures tell of it", all(1 <= s.figure(admin, "banjie_readers") <= 3 * NEEDED for s in servers) and
                  sum(s.figure(admin, "banjie_readers_refused_total") for s in servers) >= 1)
            check("three listen still, and one leads", eventually(lambda: (sql(server, SERVING), sql(server, LEADING)) == ("3", "1"), 5))  # whoever has the turn holds a lock too
            check("the servers stop gently", [s.stop() for s in servers] == [0] * 3)
        finally:
            for s in servers:
                s.kill()
        words.seek(0)
        said = words.read()
        check("a line says so, and not one for each request", 1 <= said.count("gives no further connection") <= 3 and "too many connections" in said, said)


def one_later(server, store, token, admin):
    """One has taken all there are; another comes, which the first knows nothing of."""
    limited(server, 2 * NEEDED)
    servers = [Server(store)]
    try:
        crowd = Crowd(servers, token, 24)
        check("the first has more than it needs", eventually(lambda: servers[0].figure(admin, "banjie_readers") > 1))
        servers.append(Server(store))
        crowd.servers = servers
        check("the later one listens too", eventually(lambda: sql(server, SERVING) == "2"), sql(server, SERVING))
        at = len(crowd.said)
        eventually(lambda: len(crowd.said) > at + 400, 60)
        all_answered("one server, and one that came later", crowd.leave())
        check("the later one leads when the first has gone", servers[0].stop() == 0 and eventually(lambda: sql(server, LEADING) == "1"))
    finally:
        for s in servers:
            s.kill()


def no_more_than_needed(server, store, token):
    limited(server, NEEDED)
    s = Server(store)
    try:
        check("it listens", eventually(lambda: sql(server, SERVING) == "1"))
        crowd = Crowd([s], token, 8)
        item = some_item(s.port, token)
        written = [s.api(token, "POST", "/api/v1/cases", application(item, f"王五{n}"))[0] for n in range(4)]
        eventually(lambda: len(crowd.said) > 400, 60)
        all_answered("one server with what it needs", crowd.leave())
        check("commands too, with what it needs", written == [201] * 4, written)
        check("it leads", eventually(lambda: sql(server, LEADING) == "1"))
        # its sessions are ended: of those it gets back, the one that writes is the first
        sql(server, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename='few'")
        check("a command is carried out on new connections", s.api(token, "POST", "/api/v1/cases", application(item, "赵六"))[0] == 201)
        check("it listens and leads again", eventually(lambda: (sql(server, SERVING), sql(server, LEADING)) == ("1", "1")))
    finally:
        s.kill()


def unfinished(server, store):
    """A copy that is not complete, on a server that has no connection left just then: it is looked at before it is served, or not served."""
    sql(server, "CREATE TABLE city.copy_state(id bigint PRIMARY KEY, stage bigint NOT NULL, seq bigint NOT NULL); ALTER TABLE city.copy_state OWNER TO few")
    limited(server, 1)
    holder = subprocess.Popen(["psql", "-qAtX", role_of(server, "few"), "-c", "SELECT 1; SELECT pg_sleep(60)"], stdout=subprocess.DEVNULL, env=ENV)
    try:
        check("the only connection is taken", eventually(lambda: sql(server, SLEEPING) == "1"))
        server_log = tempfile.TemporaryFile("w+")
        begins = subprocess.Popen([BANJIE, "serve", "--store", store, "--listen", "127.0.0.1:0"], stdout=server_log, stderr=subprocess.STDOUT, text=True, env=ENV)
        eventually(lambda: begins.poll() is not None, 2)
        limited(server, 2 * NEEDED)
        sql(server, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename='few' AND query LIKE '%pg_sleep%'")
        eventually(lambda: begins.poll() is not None or sql(server, SERVING) == "1")
        ended = begins.poll()
        begins.kill()
        begins.wait()
        server_log.seek(0)
        words = server_log.read()
        check("nor is the address told, which may have a password", "not complete" in words and "few@" not in words, words)
        check("a copy that is not complete is not served for want of a connection", ended not in (None, 0) and sql(server, SERVING) == "0", (ended, words))
    finally:
        holder.kill()
        holder.wait()
        sql(server, "DROP TABLE city.copy_state")


def too_few(server, store):
    """Not even what one needs to begin: it says why, in the server's words."""
    limited(server, 1)
    said = banjie("serve", "--store", store, "--listen", "127.0.0.1:0", timeout=120)
    check("who gets one connection alone ends, and is told why", said.returncode not in (0, 2) and "serve.start" not in said.stderr and
          said.stderr.strip().splitlines()[-1].count("too many connections") == 1, (said.returncode, said.stderr))


def main():
    server = server_or_skip()
    sql(server, "CREATE ROLE few LOGIN")
    sql(server, "CREATE DATABASE connections")
    server = database(server, "connections")
    sql(server, "CREATE SCHEMA city AUTHORIZATION few")
    store = store_of(role_of(server, "few"), "city")
    made = banjie("demo", "--store", store, *CITY)
    check("the city is made", made.returncode == 0, made.stderr.strip())
    token = banjie("token", "--store", store, "--login", "linxiao").stdout.strip()
    admin = banjie("token", "--store", store, "--login", "caijing").stdout.strip()
    three_of_twelve(server, store, token, admin)
    one_later(server, store, token, admin)
    no_more_than_needed(server, store, token)
    unfinished(server, store)
    too_few(server, store)
    print(f"{0 if failures else 1} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
