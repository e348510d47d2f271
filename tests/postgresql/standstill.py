#!/usr/bin/env python3
"""standstill - nothing can be committed for a while, beside a server (tools/with-postgresql): somebody else has the turn and keeps it.

People who are logged in, people who log in and people who guess come meanwhile. Pages and the page of health are answered all the same, for no thread of
theirs waits for the commit; who logged in is answered when it is there. Who was logged out at another server stays so.

A server that is ended while it begins, and waits for its turn or for a word of the database's, ends at once.

A server that is stopped in the middle of its turn, as a debugger or a machine without memory does, keeps the others waiting for half a minute and not for ever. When it
goes on it does its work again: nothing is lost, and nothing there twice.
"""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cities import CITY, Server, check, cookies_of, eventually, failures, login, server_or_skip  # noqa: E402
from regions import sql, store_of  # noqa: E402
from served import BANJIE, ENV, application, ask, banjie, some_item  # noqa: E402

PATIENCE = 30  # seconds; the turn is kept until all has been looked at
PEOPLE = 5


class Turn:
    """The turn of a schema, as another process has it that does not come to an end."""

    def __init__(self, server, schema):
        self.psql = subprocess.Popen(["psql", "-qAtX", server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENV)
        self.say(f"BEGIN; SELECT 'had' FROM pg_advisory_xact_lock(hashtextextended('banjie.{schema}', 0));")
        check("the turn is had", self.psql.stdout.readline().strip() == "had")

    def say(self, text):
        self.psql.stdin.write(text + "\n")
        self.psql.stdin.flush()

    def end(self):
        self.say("COMMIT;")
        self.psql.stdin.close()
        self.psql.wait()


class Asked:
    """A request on its way."""

    def __init__(self, *what):
        self.status = self.cookie = None
        self.thread = threading.Thread(target=self.run, args=what)
        self.thread.start()

    def run(self, port, method, path, body=None, headers=None):
        try:
            reply, _ = ask(port, method, path, body, headers, timeout=4 * PATIENCE)
            self.status, self.cookie = reply.status, cookies_of(reply)
        except OSError as e:
            self.status = repr(e)

    def soon(self):
        self.thread.join(PATIENCE)
        return self.status


def form(server, name, password):
    reply, _ = server.ask("GET", "/login")
    return ("POST", "/login", urllib.parse.urlencode({"login": name, "password": password}),
            {"Cookie": cookies_of(reply), "Content-Type": "application/x-www-form-urlencoded"})


def answers(server, path):
    try:
        return ask(server.port, "GET", path, timeout=PATIENCE)[0].status
    except OSError as e:
        return repr(e)


def passwords(server):
    page = server.ask("GET", "/login")[1].decode()
    return re.findall(r'data-login="([^"]+)" data-password="([^"]+)"', page)


def seen_long_ago(server):
    sql(server, "UPDATE still.session SET data=regexp_replace(data, '^(\\d+ \\d+) \\d+', '\\1 ' || (CAST(split_part(data, ' ', 3) AS bigint)-120000))")


def standing_still(server, served):
    known = passwords(served)
    cookies = [login(served, name) for name, _ in known[:PEOPLE]]
    guesses = [form(served, f"nobody{n}", "a guess at it") for n in range(2 * PEOPLE)]
    right = form(served, *known[PEOPLE])
    seen_long_ago(server)
    turn = Turn(server, "still")
    try:
        visits = [Asked(served.port, "GET", "/", None, {"Cookie": c}) for c in cookies]
        guessed = [Asked(served.port, *g) for g in guesses]
        entered = Asked(served.port, *right)
        for path in ("/healthz", "/readyz", "/items"):
            status = answers(served, path)
            check(f"{path} is answered meanwhile", status == 200, status)
        check("who is logged in gets pages", [v.soon() for v in visits] == [200] * PEOPLE)
        check("who guesses is refused", [g.soon() for g in guessed] == [422] * len(guessed), [g.status for g in guessed])
        check("who logs in waits for it", entered.status is None, entered.status)
        turn.say("DELETE FROM still.session WHERE data LIKE (SELECT id || ' %' FROM still.person WHERE login='" + known[0][0] + "');")
    finally:
        turn.end()
    check("and is logged in then", entered.soon() == 303, entered.status)
    status = served.ask("GET", "/my/cases", headers={"Cookie": entered.cookie or ""})[0].status
    check("with a session that is there", status == 200, status)
    check("it is kept when it was used last", sql(server, "SELECT count(*) FROM still.session WHERE CAST(split_part(data, ' ', 1) AS bigint)>0"
                                                  " AND CAST(split_part(data, ' ', 3) AS bigint)>=CAST(split_part(data, ' ', 2) AS bigint)") == str(PEOPLE))
    check("who was logged out elsewhere stays so", sql(server, "SELECT count(*) FROM still.session s JOIN still.person p ON s.data LIKE p.id || ' %'"
                                                       f" WHERE p.login='{known[0][0]}'") == "0")


def ended_while_standing_still(server, store):
    """What it has taken it answers, however long that takes; whoever comes meanwhile is turned away and not left waiting."""
    served = Server(store)
    token = banjie("token", "--store", store, "--login", "linxiao").stdout.strip()
    item = some_item(served.port)
    turn = Turn(server, "still")
    try:
        taken = Asked(served.port, "POST", "/api/v1/cases", json.dumps(application(item, "张三")), {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
        check("a command waits for the turn", eventually(lambda: waits_for_turn(server)))
        served.process.send_signal(signal.SIGTERM)
        check("nobody new is taken in", eventually(lambda: "refused" in str(answers(served, "/healthz"))))
        check("and what was taken is not answered yet", (taken.status, served.process.poll()) == (None, None), (taken.status, served.process.poll()))
    finally:
        turn.end()
    check("it is carried out", taken.soon() == 201, taken.status)
    check("the server stops gently", served.process.wait(PATIENCE) == 0)


class Starting:
    """A server that does not get to serve."""

    def __init__(self, store):
        self.process = subprocess.Popen([BANJIE, "serve", "--store", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV)

    def ended(self, name, how):
        self.process.send_signal(how)
        try:
            out, err = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
        check(f"{name}: it ends, and well", self.process.returncode == 0 and "stopped before it served" in out, (self.process.returncode, out, err))


def waits_for_turn(server):
    return sql(server, "SELECT count(*) FROM pg_locks WHERE locktype='advisory' AND NOT granted") == "1"


def ended_while_starting(server):
    """What it waits for never comes: the turn, or a word of the server."""
    turn = Turn(server, "still")
    for how in (signal.SIGTERM, signal.SIGINT):
        s = Starting(store_of(server, "still"))
        end = time.monotonic() + PATIENCE
        while not waits_for_turn(server) and time.monotonic() < end:
            time.sleep(0.02)
        s.ended("a server that waits for its turn", how)
    turn.end()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        s = Starting(f"postgresql://banjie@127.0.0.1:{silent.getsockname()[1]}/city")
        with silent.accept()[0]:
            s.ended("a server whose database says nothing", signal.SIGTERM)
    said = banjie("serve", "--store", store_of(server, "nowhere"), "--listen", "127.0.0.1:0", timeout=PATIENCE)
    check("one that cannot start fails as before", said.returncode != 0 and "nowhere" in said.stderr, (said.returncode, said.stderr))


HAD = ("SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l ON l.pid=a.pid WHERE l.locktype='advisory' AND l.mode='ExclusiveLock' AND l.granted"
       " AND l.objid=CAST(hashtextextended('banjie.still', 0) & 4294967295 AS oid) AND a.wait_event='ClientRead'")


def applying(server, token, item, names, done):
    while names:
        name = names.pop()
        status = server.api(token, "POST", "/api/v1/cases", application(item, name), name, timeout=4 * PATIENCE)[0]
        if status == 201:
            done.append(name)


def stopped_in_turn(server):
    """Caught by chance, and let go again until it is."""
    store = store_of(server, "still")
    token = banjie("token", "--store", store, "--login", "linxiao").stdout.strip()
    one, other = Server(store), Server(store)
    try:
        item, done, names = some_item(one.port, token), [], [f"stopped{n}" for n in range(4000)]
        threads = [threading.Thread(target=applying, args=(one, token, item, names, done)) for _ in range(PEOPLE)]
        for t in threads:
            t.start()
        caught = False
        while names and not caught:
            one.process.send_signal(signal.SIGSTOP)
            caught = all(sql(server, HAD) == "1" for _ in range(5))  # what it had sent before has arrived
            if not caught:
                one.process.send_signal(signal.SIGCONT)
                time.sleep(0.02)
        check("a server is stopped in its turn", caught)
        try:
            status = other.api(token, "POST", "/api/v1/cases", application(item, "李四"), timeout=4 * PATIENCE)[0]
        except OSError as e:
            status = repr(e)
        check("another's command is carried out before it goes on", status == 201, status)
        names.clear()
        one.process.send_signal(signal.SIGCONT)
        for t in threads:
            t.join()
        again = [other.api(token, "POST", "/api/v1/cases", application(item, name), name)[0] for name in done[-PEOPLE:]]
        check("what it had begun is carried out when it does", again and set(again) == {201}, again)
        check("servers stop gently", [s.stop() for s in (one, other)] == [0, 0])
        cases = sql(server, "SELECT count(DISTINCT applicant_name), count(*) FROM (SELECT substring(payload FROM '\"applicant_name\":\"(stopped[0-9]+)\"') AS applicant_name FROM still.ledger) e"
                            " WHERE applicant_name IS NOT NULL").split("|")
        check("no case is there twice", cases[0] == cases[1] and int(cases[0]) >= len(done), (cases, len(done)))
        said = banjie("verify", "--store", store)
        check("verify", said.returncode == 0, said.stdout.strip())
    finally:
        one.kill()
        other.kill()


def main():
    server = server_or_skip()
    sql(server, "CREATE SCHEMA still")
    store = store_of(server, "still")
    made = banjie("demo", "--store", store, *CITY)
    check("the city is made", made.returncode == 0, made.stderr.strip())
    served = Server(store)
    try:
        standing_still(server, served)
        check("the server stops gently", served.stop() == 0)
    finally:
        served.kill()
    ended_while_standing_still(server, store)
    ended_while_starting(server)
    stopped_in_turn(server)
    print(f"{0 if failures else 1} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
