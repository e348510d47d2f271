#!/usr/bin/env python3
"""restart - a server is started anew while people work, with the real program. Beside a database server (tools/with-postgresql) there, too.

Where the socket is handed over (LISTEN_FDS, as systemd does) nobody is refused and nothing is asked twice: whoever comes while no server is there waits in
the socket's queue. Where two serve one database and are started anew one after the other nobody is refused either who goes to the other when the door of the one is shut, as every
proxy does; what was let in is answered. Nobody is logged out, every command is there once, a live board goes on. What is no socket to be served at is refused.
"""
import contextlib
import http.client
import os
import re
import shutil
import socket
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import served  # noqa: E402
from checks import check, ended  # noqa: E402
from served import BANJIE, DATABASE_SERVER, application, ask, api, banjie, schema, some_item  # noqa: E402

PEOPLE, RESTARTS, WAIT_S = 12, 3, 60
HAND_OVER = 'exec 3<&"$0"; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def handed(fd, *command, hand_over=HAND_OVER):
    """A command with that descriptor as what systemd calls a socket: how it ends, None where it does not, and its complaints."""
    try:
        done = served.subprocess.run(["sh", "-c", hand_over, str(fd), BANJIE, *command], capture_output=True, text=True, env=served.ENV, pass_fds=(fd,), timeout=WAIT_S)
        return done.returncode, done.stderr
    except served.subprocess.TimeoutExpired:
        return None, ""


class Handed(served.Server):
    def __init__(self, store, listener):
        self.process = served.subprocess.Popen(["sh", "-c", HAND_OVER, str(listener.fileno()), BANJIE, "serve", "--store", store, "--listen", "192.0.2.1:1"],
                                               stdout=served.subprocess.PIPE, text=True, env=served.ENV, pass_fds=(listener.fileno(),))
        self.port = self.port_told()


class People:
    """Each asks again and again, by a connection of his own each time: a command, and a page of his session. `ports`: where, in order; the next where one is refused."""

    def __init__(self, ports, token, cookie, item):
        self.ports, self.token, self.cookie, self.item = ports, token, cookie, item
        self.numbers, self.wrong, self.enough, self.lock = [], [], threading.Event(), threading.Lock()
        self.asks = [0] * PEOPLE
        self.threads = [threading.Thread(target=self.work, args=(n,), daemon=True) for n in range(PEOPLE)]
        for t in self.threads:
            t.start()

    def somewhere(self, n, ask_it):
        """As a proxy does: what no door has let in may go to another."""
        self.asks[n] += 1
        for _ in range(1000):
            for port in self.ports[n % 2:] + self.ports[:n % 2]:
                with contextlib.suppress(ConnectionRefusedError):
                    return ask_it(port)
            time.sleep(0.01)
        raise ConnectionRefusedError("nobody is there")

    def work(self, n):
        turn = 0
        while not self.enough.is_set():
            turn += 1
            try:
                status, said, _ = self.somewhere(n, lambda port: api(port, self.token, "POST", "/api/v1/cases", application(self.item, f"张三{n}-{turn}"), f"{n}-{turn}"))
                page = self.somewhere(n, lambda port: ask(port, "GET", "/my/cases", headers={"Cookie": self.cookie}))[0].status
            except Exception as e:  # noqa: BLE001 - whatever it is, somebody was not answered
                status, said, page = 0, {"code": repr(e)}, 0
            with self.lock:
                if status == 201:
                    self.numbers.append(said["case_no"])
                if (status, page) != (201, 200):
                    self.wrong.append((n, turn, status, said.get("code"), page))

    def all_ask(self):
        """Each has begun to ask something new."""
        before = list(self.asks)
        return eventually(lambda: all(now > then for now, then in zip(self.asks, before)))

    def leave(self):
        self.enough.set()
        for t in self.threads:
            t.join(WAIT_S)
        check("everybody has been answered", not any(t.is_alive() for t in self.threads))


class Board:
    """Somebody who looks at a live board: where the stream ends it is begun again, as a browser does, at whichever server is there."""

    def __init__(self, ports, token):
        self.ports, self.token, self.heard, self.begun, self.over = ports, token, 0, 0, False
        threading.Thread(target=self.look, daemon=True).start()

    def look(self):
        while not self.over:
            for port in list(self.ports):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    self.listen(port)
            time.sleep(0.01)

    def listen(self, port):
        c = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
        try:
            c.request("GET", "/api/v1/board/events", headers={"Authorization": "Bearer " + self.token})
            reply = c.getresponse()
            self.begun += reply.status == 200
            for line in reply if reply.status == 200 else ():
                self.heard += line.startswith(b"event: board")
        finally:
            c.close()

    def goes_on(self):
        before = self.heard
        return eventually(lambda: self.heard > before)


def eventually(true):
    end = time.monotonic() + WAIT_S
    while not (yes := true()) and time.monotonic() < end:
        time.sleep(0.01)
    return yes


def cookies_of(reply):
    return "; ".join(c.split(";")[0] for c in reply.headers.get_all("Set-Cookie") or [])


def logged_in(port, name):
    reply, page = ask(port, "GET", "/login")
    password = re.search(rb'data-login="%s" data-password="([^"]+)"' % name.encode(), page).group(1).decode()
    form = urllib.parse.urlencode({"login": name, "password": password})
    return cookies_of(ask(port, "POST", "/login", form, {"Cookie": cookies_of(reply), **FORM})[0])


def total(port, token):
    return api(port, token, "GET", "/api/v1/my/cases")[1]["total"]


def worked(what, people, before, port, token):
    people.leave()
    check(f"{what}: everybody was answered as on any other day", not people.wrong, (len(people.wrong), people.wrong[:5]))
    check(f"{what}: {len(people.numbers)} commands, each with a number of its own", len(set(people.numbers)) == len(people.numbers) > 0)
    there = total(port, token) - before
    check(f"{what}: each command is there once", there == len(people.numbers), (there, len(people.numbers)))


def waits_in_the_queue(store, token):
    """One server at a time, and a socket that outlives each."""
    with socket.create_server(("127.0.0.1", 0), backlog=4 * PEOPLE) as listener:
        server, people = Handed(store, listener), None
        try:
            port = listener.getsockname()[1]
            check("it serves at what was handed over", server.port == port, (server.port, port))
            before, item, cookie = total(port, token), some_item(port, token), logged_in(port, "linxiao")
            people = People([port], token, cookie, item)
            for _ in range(RESTARTS):
                check("they work", people.all_ask())
                check("it ends with 0", server.stop() == 0)
                counted = len(people.numbers) + len(people.wrong)
                check("who comes meanwhile waits", not people.wrong and people.threads[0].is_alive() and counted == len(people.numbers), people.wrong[:5])
                server = Handed(store, listener)
            check("they are served again", people.all_ask())
            worked("handed over", people, before, port, token)
            check("it ends with 0 at last", server.stop() == 0)
        finally:
            if people:
                people.enough.set()
            server.kill()


def goes_to_the_other(store, token, supervisor):
    servers = [served.Server(store), served.Server(store)]
    people = None
    try:
        ports = [s.port for s in servers]
        before, item, cookie = total(ports[0], token), some_item(ports[0], token), logged_in(ports[0], "linxiao")
        people, board = People(ports, token, cookie, item), Board(ports, supervisor)
        for n in range(RESTARTS):
            check("they work at both", people.all_ask())
            check("a live board goes on", board.goes_on())
            check("it ends with 0", servers[n % 2].stop() == 0)
            servers[n % 2] = served.Server(store)
            ports[n % 2] = servers[n % 2].port
        check("they are served at both again", people.all_ask())
        check("a live board goes on, which its server left meanwhile", board.goes_on() and board.begun > 1, (board.heard, board.begun))
        board.over = True
        worked("one after the other", people, before, ports[0], token)
        check("they end with 0", [s.stop() for s in servers] == [0, 0])
    finally:
        if people:
            people.enough.set()
        for s in servers:
            s.kill()


def refused(store):
    """What is handed over and is no place to be served at; and what is another's."""
    with tempfile.TemporaryFile() as file, socket.socket() as deaf, socket.socket(socket.AF_UNIX) as local, socket.create_server(("127.0.0.1", 0)) as listener:
        local.bind(store + ".socket")
        local.listen()
        rows = (("a file", file.fileno(), HAND_OVER), ("a socket that does not listen", deaf.fileno(), HAND_OVER), ("a socket without a port", local.fileno(), HAND_OVER),
                ("two of them", listener.fileno(), HAND_OVER.replace("FDS=1", "FDS=2")), ("a number that is none", listener.fileno(), HAND_OVER.replace("FDS=1", "FDS=one")))
        for what, fd, hand_over in rows:
            status, said = handed(fd, "serve", "--store", store, "--listen", "127.0.0.1:0", hand_over=hand_over)
            check(f"{what} is refused", status == 2 and "os.handed" in said and "ListenStream" in said, (status, said))
        port = listener.getsockname()[1]
        status, said = handed(listener.fileno(), "serve", "--store", store, "--listen", f"127.0.0.1:{port}", hand_over=HAND_OVER.replace("PID=$$", "PID=1"))
        check("a note for another process is none: it listens itself", status == 1 and "http.cannot-listen" in said, (status, said))


def city(store):
    check("the city is made", banjie("demo", "--store", store, "--seed", "5", "--cases", "15").returncode == 0)
    return token_of(store, "linxiao")


def token_of(store, login):
    return banjie("token", "--store", store, "--login", login, check=True).stdout.strip()


def main():
    folder = tempfile.mkdtemp(prefix="banjie-restart-")
    file = os.path.join(folder, "city.db")
    try:
        token = city(file)
        refused(file)
        waits_in_the_queue(file, token)
        if DATABASE_SERVER:
            store = schema("restart")
            goes_to_the_other(store, city(store), token_of(store, "lvping"))
            done = banjie("verify", "--store", store)
            check("the record holds", done.returncode == 0, done.stdout)
    finally:
        shutil.rmtree(folder)
    return ended()


sys.exit(main())
