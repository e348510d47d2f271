#!/usr/bin/env python3
"""failover [ROUNDS] [--fsync] - a primary with a synchronous standby, two servers in front, and one after the other of the primaries killed.

A round: clients send applications, each under a key of its own, until it is acknowledged; the primary gets SIGKILL with all its
processes, the standby is promoted, a new standby is made of it. Then: what was acknowledged is there once, under the number
that was told; a repeated key gives the same answer; no timer fired twice, none that was due is left. At the end the record is
verified and the rows are made anew from it.

With "cut" in place of a number: the network between the servers and the database is cut and mended instead (namespaces; needs root).
With "split": the primary is cut off from its standby, with or without us on its side, and either the cable comes back or the standby is
promoted while the old primary lives on: see split_in_two.
With "replica": pages are read from a standby that is held back, killed and started again; nobody misses what he has just written.
--fsync: the servers bring their log to the disk, as in production; without, the operating system does when it likes, which a killed process
does not notice. Neither is a loss of power.
Without PostgreSQL's server: skipped. BANJIE_TEST_LONG=1: 200 primaries, 20 cuts, 24 splits.
"""
import base64
import glob
import http.client
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cities import login  # noqa: E402
from served import BANJIE, ENV, Server as Served, api, application, ask, banjie, some_item  # noqa: E402

BINS = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: int(p.split("/")[-2]))
USER = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
CLIENTS, PATIENCE_S = 4, 60
FSYNC = "--fsync" in sys.argv
NO_SYNC = [] if FSYNC else ["--no-sync"]
failures, SERVERS = [], []
SAID = tempfile.TemporaryFile("w+")  # what the servers complain of


def check(name, true, detail=""):
    if not true:
        failures.append(name)
        print(f"FAIL  {name}: {detail}", flush=True)


def run(*command, user=(), **more):
    return subprocess.run([*user, *command], capture_output=True, text=True, cwd="/", **more)


def must(*command, user=()):
    done = run(*command, user=user)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr}{done.stdout}")
    return done.stdout.strip()


class Node:
    """One PostgreSQL; its folder holds the data and the socket. `address`: where it listens; `peer`: where its standby finds it."""

    def __init__(self, folder, number, address=None, inside=(), peer=None):
        self.folder, self.port, self.address, self.inside = os.path.join(folder, f"n{number}"), 5500 + number, address, list(inside)
        self.name, self.peer = f"n{number}", peer or self.folder
        os.mkdir(self.folder, 0o711)
        if USER:
            shutil.chown(self.folder, "postgres", "postgres")
        self.data, self.process = os.path.join(self.folder, "data"), None

    def configure(self):
        with open(os.path.join(self.data, "postgresql.conf"), "a") as f:
            f.write(f"\nport={self.port}\nunix_socket_directories='{self.folder}'\nlisten_addresses='{self.address or ''}'\ncluster_name={self.name}\nfsync={'on' if FSYNC else 'off'}\nwal_level=replica\n"
                    "max_wal_senders=8\nhot_standby=on\nmax_connections=60\nmax_locks_per_transaction=1000\nshared_buffers=64MB\nwal_receiver_timeout=5s\n"
                    "wal_sender_timeout=5s\nwal_retrieve_retry_interval=100ms\n")
        if self.address:
            with open(os.path.join(self.data, "pg_hba.conf"), "a") as f:
                f.write("host all all 0.0.0.0/0 trust\nhost replication all 0.0.0.0/0 trust\n")

    def create(self):
        must(f"{BINS[-1]}/initdb", "-D", self.data, "-U", "banjie", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", *NO_SYNC, user=USER)
        self.configure()

    def copy_of(self, other):
        """A cable that was just plugged in takes a moment until it is a way."""
        until = time.monotonic() + PATIENCE_S
        while True:
            shutil.rmtree(self.data, ignore_errors=True)
            done = run(*self.inside, *USER, f"{BINS[-1]}/pg_basebackup", "-D", self.data, "-h", other.peer, "-p", str(other.port), "-U", "banjie", "-R", "-X", "stream",
                       "-c", "fast", *NO_SYNC)
            if done.returncode == 0:
                break
            if "No route to host" not in done.stderr or time.monotonic() > until:
                raise RuntimeError(f"pg_basebackup: {done.stderr}")
            time.sleep(0.5)
        self.configure()

    def start(self):
        log = open(os.path.join(self.folder, "log"), "a")
        self.process = subprocess.Popen([*self.inside, *USER, f"{BINS[-1]}/postgres", "-D", self.data], stdout=log, stderr=log, cwd="/", start_new_session=True)
        self.until("SELECT 1", "1")

    def kill(self):
        """Every process of it, at once, as when the machine loses its power."""
        os.killpg(self.process.pid, signal.SIGSTOP)
        os.killpg(self.process.pid, signal.SIGKILL)
        for child in run("pgrep", "-f", self.data).stdout.split():
            try:
                os.kill(int(child), signal.SIGKILL)
            except OSError:
                pass
        self.process.wait()
        for left in glob.glob(os.path.join(self.folder, ".s.PGSQL*")):
            os.remove(left)

    def stop(self):
        must(f"{BINS[-1]}/pg_ctl", "stop", "-w", "-m", "fast", "-D", self.data, user=USER)
        self.process.wait()

    def sql(self, text):
        return run("psql", "-qAtX", "-h", self.folder, "-p", str(self.port), "-U", "banjie", "postgres", "-c", text).stdout.strip()

    def until(self, text, wanted):
        deadline = time.monotonic() + PATIENCE_S
        while self.sql(text) != wanted:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.folder}: {text} did not become {wanted}")
            time.sleep(0.05)

    def sync_with_standby(self, standby):
        self.sql(f"ALTER SYSTEM SET synchronous_standby_names='{standby.name}'")
        self.sql("SELECT pg_reload_conf()")
        self.until("SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')", "1")

    def promote(self):
        self.sql("ALTER SYSTEM SET synchronous_standby_names=''")  # alone until the next standby is there
        must(f"{BINS[-1]}/pg_ctl", "promote", "-w", "-D", self.data, user=USER)
        self.sql("SELECT pg_reload_conf()")


class Server(Served):
    def __init__(self, store, day, *options):
        now = time.strftime("%Y-%m-%dT09:00:00+08:00", time.gmtime(1774915200 + day * 86400))  # 2026-03-31 and on
        super().__init__(store, "--virtual-time", now, *options, said=SAID)
        SERVERS.append(self.process)

    @classmethod
    def at(cls, process):
        """One that was started otherwise."""
        server = cls.__new__(cls)
        server.process = process
        server.port = server.port_told()
        return server

    def api(self, token, method, path, body=None, key=None, timeout=15):
        status, data, reply = api(self.port, token, method, path, body, key, timeout)
        return status, data, reply.headers.get("Retry-After")


class Traffic:
    """Clients that repeat a command under its key until it is acknowledged; they go on from server to server."""

    def __init__(self, servers, token, item, name):
        self.servers, self.token, self.item, self.name = servers, token, item, name
        self.done, self.lock, self.over = {}, threading.Lock(), threading.Event()
        self.refused, self.silent_s, self.given_up = 0, 0.0, []
        self.threads = [threading.Thread(target=self.client, args=(n,)) for n in range(CLIENTS)]
        for t in self.threads:
            t.start()

    def client(self, number):
        n = 0
        while not self.over.is_set():
            n += 1
            self.acknowledged(f"{self.name}-{number}-{n}", number)

    def acknowledged(self, key, number):
        body = application(self.item, "张三" + key)
        began, attempt = time.monotonic(), 0
        while time.monotonic() - began < PATIENCE_S:
            attempt += 1
            try:
                status, data, retry = self.servers[(number + attempt) % len(self.servers)].api(self.token, "POST", "/api/v1/cases", body, key)
            except (OSError, http.client.HTTPException, ValueError):
                continue
            if status in (200, 201):
                with self.lock:
                    self.done[key] = data["case_no"]
                    self.silent_s = max(self.silent_s, time.monotonic() - began)
                return
            with self.lock:
                self.refused += 1
            check("a command that is put off says for how long", status != 503 or retry, (status, data))
            if status not in (500, 502, 503):
                check("a command is taken or put off", False, (status, data))
                return
            time.sleep(0.05)
        self.given_up.append(key)

    def finish(self):
        self.over.set()
        for t in self.threads:
            t.join()
        check("every command was acknowledged in the end", not self.given_up, self.given_up[:3])


def answered(server, token, body, key):
    """A server that is on its way back puts a command off, and says for how long."""
    began = time.monotonic()
    while True:
        status, data, retry = server.api(token, "POST", "/api/v1/cases", body, key)
        if status != 503 or not retry or time.monotonic() - began > PATIENCE_S:
            return status, data
        time.sleep(0.2)


def questions(node, server, token, traffic, sample):
    """Of what was acknowledged nothing is lost and nothing is there twice."""
    check("no number was given twice", len(set(traffic.done.values())) == len(traffic.done))
    twice = node.sql("SELECT count(*) FROM (SELECT applicant_name FROM case_open WHERE applicant_name LIKE '张三%' GROUP BY 1 HAVING count(*)>1) t")
    check("no command was carried out twice", twice == "0", twice)
    names = dict(line.split("|") for line in node.sql(f"SELECT applicant_name, case_no FROM case_open WHERE applicant_name LIKE '张三{traffic.name}-%'").splitlines())
    lost = [k for k, no in traffic.done.items() if names.get("张三" + k) != no]
    check("what was acknowledged is there", not lost, lost[:3])
    for key in random.sample(sorted(traffic.done), min(sample, len(traffic.done))):
        body = application(traffic.item, "张三" + key)
        status, data = answered(server, token, body, key)
        check("a repeated command is answered alike", status in (200, 201) and data["case_no"] == traffic.done[key], (key, status, data))


def timers(node, day):
    """Every timer that was due by the day's beginning has fired, and each once."""
    now_ms = (1774915200 + day * 86400 + 3600) * 1000
    deadline = time.monotonic() + PATIENCE_S
    while node.sql(f"SELECT count(*) FROM timer WHERE due_ms<={now_ms}") != "0" and time.monotonic() < deadline:
        time.sleep(0.1)
    left = node.sql(f"SELECT count(*) FROM timer WHERE due_ms<={now_ms}")
    check("every timer that was due has fired", left == "0", left)
    twice = node.sql("SELECT count(*) FROM (SELECT 1 FROM alert WHERE clock IS NOT NULL GROUP BY case_id, clock, step, level HAVING count(*)>1) t")
    check("no timer fired twice", twice == "0", twice)


def make_city(folder, store):
    made = banjie("demo", "--store", store, "--seed", "5", "--days", "7", "--cases", "15", "--now", "2026-03-31T09:00:00+08:00")
    if made.returncode:
        raise RuntimeError(made.stderr)
    server = Server(store, 0)
    token = must(BANJIE, "token", "--store", store, "--login", "linxiao").splitlines()[-1]
    item = some_item(server.port, token)
    server.stop()
    return token, item


def whole(store):
    for command in (("verify",), ("rebuild", "--check")):
        said = banjie(*command, "--store", store)
        check(" ".join(command), said.returncode == 0, said.stdout + said.stderr)
        print(" ".join(command) + ":", said.stdout.strip(), flush=True)


def kill_primaries(folder, rounds):
    nodes = [Node(folder, 1), Node(folder, 2)]
    nodes[0].create()
    nodes[0].start()
    store = f"postgresql://banjie@/postgres?host={nodes[0].folder},{nodes[1].folder}&port={nodes[0].port},{nodes[1].port}&target_session_attrs=read-write"
    token, item = make_city(folder, store)
    nodes[1].copy_of(nodes[0])
    nodes[1].start()
    nodes[0].sync_with_standby(nodes[1])
    total, silent, alerts = 0, [], 0
    for n in range(1, rounds + 1):
        primary, standby = nodes
        servers = [Server(store, n), Server(store, n)]
        traffic = Traffic(servers, token, item, f"r{n}")
        time.sleep(random.uniform(0.2, 1.2))
        primary.kill()
        standby.promote()
        time.sleep(random.uniform(0.2, 0.6))
        traffic.finish()
        timers(standby, n)
        questions(standby, servers[n % 2], token, traffic, 3)
        for s in servers:
            check("a server stops gently", s.stop() == 0)
        total += len(traffic.done)
        silent.append(traffic.silent_s)
        alerts = int(standby.sql("SELECT count(*) FROM alert"))
        primary.copy_of(standby)
        primary.start()
        standby.sync_with_standby(primary)
        nodes = [standby, primary]
        print(f"round {n}: {len(traffic.done)} acknowledged, longest wait {traffic.silent_s:.1f} s, {traffic.refused} put off; {alerts} alerts; {len(failures)} failures", flush=True)
        if failures:
            break
    whole(store)
    silent.sort()
    print(f"{len(silent)} primaries killed, {total} commands acknowledged; longest wait of a round: median {silent[len(silent) // 2]:.1f} s, worst {silent[-1]:.1f} s")
    for node in nodes:
        node.kill()


def apply_and_look(server, token, item, name, times):
    """Applications, each looked up at once by whoever made it."""
    for n in range(times):
        body = application(item, f"张三{name}-{n}")
        status, data, _ = server.api(token, "POST", "/api/v1/cases", body, f"{name}-{n}")
        check("an application is taken", status == 201, (status, data))
        began = time.monotonic()
        status, _, _ = server.api(token, "GET", f"/api/v1/cases/{data['case_no']}")
        check(f"it is there for whoever made it ({name})", status == 200, status)
        check("nobody waits for a replica", time.monotonic() - began < 4, time.monotonic() - began)


def known_elsewhere(nodes, other, stores, admin):
    """Another server has not heard of it yet, and its replica does not have it: who has logged in is logged in there, who has a token may call, and who had one may not."""
    primary, replica = nodes
    primary.sql("CREATE ROLE deaf LOGIN SUPERUSER")
    served = Server(stores[0].replace("banjie@", "deaf@"), 0, "--read-from", stores[1])
    deadline = time.monotonic() + PATIENCE_S
    while not served.figure(admin, "banjie_replica_reads_total") and time.monotonic() < deadline:
        served.ask("GET", "/items")
    before = other.api(admin, "POST", "/api/v1/tokens", {"name": "before"}, "before")[1]
    status = served.api(before["token"], "GET", "/api/v1/my/cases")[0]
    check("a token is known", status == 200, status)
    replica.sql("SELECT pg_wal_replay_pause()")
    primary.sql("ALTER ROLE deaf NOLOGIN")
    primary.sql("SELECT count(pg_terminate_backend(a.pid)) FROM pg_stat_activity a JOIN pg_locks l ON l.pid=a.pid WHERE l.locktype='advisory' AND l.mode='ShareLock' AND a.usename='deaf'")
    cookie = login(other, "linxiao")
    status = served.ask("GET", "/my/cases", headers={"Cookie": cookie})[0].status
    check("a session begun elsewhere is known before its news", status == 200, status)
    status = served.ask("GET", "/my/cases", headers={"Cookie": cookie[:-8] + "AAAAAAAA"})[0].status
    check("and none that nobody began", status != 200, status)
    status = other.api(admin, "DELETE", f"/api/v1/tokens/{before['id']}", None, "revoke")[0]
    check("a token is revoked", status == 204, status)
    status = served.api(before["token"], "GET", "/api/v1/my/cases")[0]
    check("who calls with it elsewhere is refused before the news", status == 401, status)
    after = other.api(admin, "POST", "/api/v1/tokens", {"name": "after"}, "after")[1]
    status = served.api(after["token"], "GET", "/api/v1/my/cases")[0]
    check("and a new one is known", status == 200, status)
    status = other.api(None, "POST", "/api/v1/people", {"login": "newcomer", "name": "新来", "password": "a word of ten"}, "newcomer")[0]
    check("an account is opened", status == 201, status)
    status = served.api("Basic " + base64.b64encode(b"newcomer:a word of ten").decode(), "POST", "/api/v1/tokens", {"name": "first"}, "first")[0]
    check("and its owner is known elsewhere before the news", status == 201, status)
    replica.sql("SELECT pg_wal_replay_resume()")
    primary.sql("ALTER ROLE deaf LOGIN")
    check("a server stops gently", served.stop() == 0)


def led_astray(nodes, token, item):
    """An address of both that does not say which may be taken leads to the replica while the primary is away: nobody reads or leads there, and afterwards all is as before."""
    store = f"postgresql://banjie@/postgres?host={nodes[0].folder},{nodes[1].folder}&port={nodes[0].port},{nodes[1].port}"
    served = Server(store, 0)
    apply_and_look(served, token, item, "astray", 1)
    nodes[0].kill()
    for _ in range(2):  # each waits for a connection for some seconds
        check("what may be old is not shown", served.ask("GET", "/items")[0].status == 503)
        check("nobody leads there", nodes[1].sql("SELECT count(*) FROM pg_locks WHERE locktype='advisory' AND mode='ExclusiveLock'") == "0")
    nodes[0].start()
    deadline = time.monotonic() + PATIENCE_S
    while served.api(token, "POST", "/api/v1/cases", application(item, "张三back"), "back-again")[0] != 201 and time.monotonic() < deadline:
        time.sleep(0.2)
    apply_and_look(served, token, item, "led", 10)
    check("a server stops gently", served.stop() == 0)


def promoted_by_mistake(standby, server, store, token, item):
    """The primary lives on, and somebody writes at the standby: it has as many batches as are looked for, and they are of another record."""
    standby.promote()
    other = Server(store, 0)
    numbers = [other.api(token, "POST", "/api/v1/cases", application(item, f"张三那边{n}"), f"there-{n}")[1]["case_no"] for n in range(20)]
    check("the other server stops gently", other.stop() == 0)
    seen = [server.api(token, "GET", f"/api/v1/cases/{n}")[0] for n in numbers]
    check("what was written there is not shown here", seen == [404] * len(numbers), seen)
    apply_and_look(server, token, item, "here", 10)


def read_from_replica(folder):
    nodes = [Node(folder, 1), Node(folder, 2)]
    nodes[0].create()
    nodes[0].start()
    stores = [f"postgresql://banjie@/postgres?host={n.folder}&port={n.port}" for n in nodes]
    token, item = make_city(folder, stores[0])
    nodes[1].copy_of(nodes[0])
    nodes[1].start()
    admin = must(BANJIE, "token", "--store", stores[0], "--login", "caijing").splitlines()[-1]
    servers = [Server(stores[0], 0, "--read-from", stores[1]), Server(stores[0], 0)]
    server = servers[0]

    def read_there():
        before, deadline = server.figure(admin, "banjie_replica_reads_total"), time.monotonic() + PATIENCE_S
        while server.figure(admin, "banjie_replica_reads_total") < before + 20 and time.monotonic() < deadline:
            server.api(token, "GET", "/api/v1/my/cases")
        return server.figure(admin, "banjie_replica_reads_total") >= before + 20

    check("pages are read from the replica", read_there())
    apply_and_look(server, token, item, "level", 10)
    nodes[1].sql("SELECT pg_wal_replay_pause()")
    behind = server.figure(admin, "banjie_replica_behind_total")
    apply_and_look(server, token, item, "behind", 10)
    check("what the replica does not have is read at the primary", server.figure(admin, "banjie_replica_behind_total") >= behind + 10)
    status, data, _ = servers[1].api(token, "POST", "/api/v1/cases", application(item, "张三别处"), "elsewhere")
    time.sleep(0.5)  # until the other server has heard of it
    check("and what another server wrote", server.api(token, "GET", f"/api/v1/cases/{data['case_no']}")[0] == 200)
    nodes[1].sql("SELECT pg_wal_replay_resume()")
    check("once it has caught up it is read again", read_there())
    known_elsewhere(nodes, servers[1], stores, admin)
    nodes[1].kill()
    apply_and_look(server, token, item, "away", 10)
    check("a replica that is away is not missed", server.figure(admin, "banjie_replica_away_total") >= 1)
    nodes[1].start()
    check("back again it is read again", read_there())
    led_astray(nodes, token, item)
    promoted_by_mistake(nodes[1], server, stores[1], token, item)
    for s in servers:
        check("a server stops gently", s.stop() == 0)
    for node in nodes:
        node.kill()


class Network:
    """Namespaces, and cables between them and here (the namespace None)."""

    def __init__(self):
        self.tag, self.spaces, self.cables = f"bj{os.getpid() % 10000}", [], {}

    def space(self):
        name = f"{self.tag}n{len(self.spaces)}"
        if run("ip", "netns", "add", name).returncode:
            print("skipped: no network namespaces here")
            print("0 passed, 0 failed, 1 skipped")
            sys.exit(0)
        self.spaces.append(name)
        must(*self.within(name), "ip", "link", "set", "lo", "up")
        return name

    @staticmethod
    def within(space):
        return ["ip", "netns", "exec", space] if space else []

    def cable(self, name, *ends):
        """Each end: a namespace and an address."""
        links = [f"{self.tag}{name}{side}" for side in "ab"]
        must("ip", "link", "add", links[0], "type", "veth", "peer", "name", links[1])
        self.cables[name] = [(space, link) for (space, _), link in zip(ends, links)]
        for (space, address), link in zip(ends, links):
            if space:
                must("ip", "link", "set", link, "netns", space)
            must(*self.within(space), "ip", "addr", "add", address, "dev", link)
            must(*self.within(space), "ip", "link", "set", link, "up")

    def pull(self, *names):
        """At one of its ends: at the other it looks whole, and nothing comes through."""
        for name in names:
            space, link = random.choice(self.cables[name])
            must(*self.within(space), "ip", "link", "set", link, "down")

    def plug(self, *names):
        for name in names:
            for space, link in self.cables[name]:
                must(*self.within(space), "ip", "link", "set", link, "up")

    def remove(self):
        for name, ends in self.cables.items():
            for space, link in ends:
                run(*self.within(space), "ip", "link", "del", link)
        for space in self.spaces:
            run("ip", "netns", "del", space)


def cut_network(folder, rounds):
    """The database in a network of its own; its cable is pulled for longer than the peer is waited for, and for less."""
    net, node = Network(), None
    try:
        there = net.space()
        net.cable("c", (None, "10.213.77.1/24"), (there, "10.213.77.2/24"))
        node = Node(folder, 1, "10.213.77.2", net.within(there))
        node.create()
        node.start()
        store = f"postgresql://banjie@10.213.77.2:{node.port}/postgres"
        token, item = make_city(folder, store)
        total = 0
        for n in range(1, rounds + 1):
            servers = [Server(store, n), Server(store, n)]
            traffic = Traffic(servers, token, item, f"c{n}")
            time.sleep(random.uniform(0.3, 1))
            net.pull("c")
            away = 14 if n % 2 else 2
            time.sleep(away)
            if away > 10:  # the sessions of those who cannot be reached end: another may lead
                node.until("SELECT count(*) FROM pg_locks WHERE locktype='advisory'", "0")
            net.plug("c")
            time.sleep(1)
            traffic.finish()
            timers(node, n)
            questions(node, servers[n % 2], token, traffic, 3)
            for s in servers:
                check("a server stops gently", s.stop() == 0)
            total += len(traffic.done)
            print(f"cut {n} of {away} s: {len(traffic.done)} acknowledged, longest wait {traffic.silent_s:.1f} s, {traffic.refused} put off; {len(failures)} failures", flush=True)
        whole(store)
        print(f"{rounds} cuts, {total} commands acknowledged")
    finally:
        if node and node.process:
            node.kill()
        net.remove()


WAITING = "FROM pg_stat_activity WHERE wait_event='SyncRep'"
OTHERS = "FROM pg_stat_activity WHERE backend_type='client backend' AND pid<>pg_backend_pid()"


def fence(node):
    """The old primary, alive and within our reach: it takes no more writes, and whoever is there must look for another."""
    node.sql("ALTER SYSTEM SET default_transaction_read_only=on")
    node.sql("SELECT pg_reload_conf()")
    node.until("SHOW default_transaction_read_only", "on")
    node.sql(f"SELECT pg_terminate_backend(pid) {OTHERS}")


class Pair:
    """A primary and its synchronous standby, each in a namespace; cables n1 and n2 from us to them, r between them."""

    def __init__(self, folder, net):
        self.net, self.nodes, self.addresses = net, [], {}
        spaces = [net.space(), net.space()]
        net.cable("r", (spaces[0], "10.213.80.1/24"), (spaces[1], "10.213.80.2/24"))
        for i, space in enumerate(spaces):
            net.cable(f"n{i + 1}", (None, f"10.213.{81 + i}.1/24"), (space, f"10.213.{81 + i}.2/24"))
            node = Node(folder, i + 1, "*", net.within(space), f"10.213.80.{i + 1}")
            self.nodes.append(node)
            self.addresses[node] = f"10.213.{81 + i}.2:{node.port}"
        self.store = f"postgresql://banjie@{','.join(self.addresses.values())}/postgres?target_session_attrs=read-write"
        self.nodes[0].create()
        self.nodes[0].start()
        self.token, self.item = make_city(folder, self.store)
        self.make_standby(*self.nodes)

    def make_standby(self, primary, standby):
        standby.copy_of(primary)
        standby.start()
        primary.sync_with_standby(standby)
        self.nodes = [primary, standby]

    def apply(self, server, key, timeout=15):
        return server.api(self.token, "POST", "/api/v1/cases", application(self.item, "张三" + key), key, timeout)[:2]

    def close(self):
        for node in self.nodes:
            if node.process and node.process.poll() is None:
                node.kill()


class Split:
    """A round: under traffic the cable between primary and standby is pulled, and ours to the primary too where we are on the standby's side."""

    def __init__(self, pair, number, side):
        self.pair, self.number, self.side = pair, number, side
        self.primary, self.standby = pair.nodes
        self.cables = ["r"] + ([self.primary.name] if side == "apart" else [])
        self.servers = [Server(pair.store, number), Server(pair.store, number)]
        self.traffic = Traffic(self.servers, pair.token, pair.item, f"s{number}")
        time.sleep(random.uniform(0.3, 1))
        pair.net.pull(*self.cables)
        time.sleep(0.7)  # what was confirmed before is on its way
        self.before = list(self.traffic.done)
        check("there were commands before", self.before)
        names = self.standby.sql(f"SELECT applicant_name FROM case_open WHERE applicant_name LIKE '张三s{number}-%'").splitlines()
        absent = {"张三" + k for k in self.before} - set(names)
        check("what was acknowledged is at the standby when the cable is out", not absent, sorted(absent)[:3])

    def nothing_acknowledged(self, when):
        more = len(self.traffic.done) - len(self.before)
        check(f"nothing is acknowledged {when}", more == 0, more)

    def goes_on(self):
        """Some commands of each client are acknowledged; how long it took until the first was."""
        began, had = time.monotonic(), len(self.traffic.done)
        first = None
        while len(self.traffic.done) < had + 4 * CLIENTS and time.monotonic() < began + PATIENCE_S:
            time.sleep(0.02)
            if not first and len(self.traffic.done) > had:
                first = time.monotonic() - began
        check("work goes on", len(self.traffic.done) >= had + 4 * CLIENTS)
        return first or PATIENCE_S

    def mended(self):
        self.pair.net.plug(*self.cables)
        took = self.goes_on()
        self.finish(self.primary)
        return took

    def promoted(self):
        took = self.promoted_within_reach() if self.side == "with" else self.promoted_out_of_reach()
        self.primary.stop()
        self.finish(self.standby)
        self.pair.make_standby(self.standby, self.primary)
        return took

    def promoted_within_reach(self):
        """We hang on the old primary until it is fenced; then it lives on, and gets nothing."""
        self.primary.sql(f"SELECT pg_cancel_backend(pid) {WAITING}")  # a mistake: PostgreSQL then answers as if the standby had it
        time.sleep(1)
        self.nothing_acknowledged("when the wait is cancelled")
        self.standby.promote()
        time.sleep(1)
        self.nothing_acknowledged("by the old primary beside the new one")
        fence(self.primary)
        took = self.goes_on()
        self.pair.net.plug(*self.cables)
        head = self.primary.sql("SELECT max(seq) FROM ledger")
        self.goes_on()
        late = Server(self.pair.store, self.number)
        said = self.pair.apply(late, f"late-{self.number}")
        check("a server that starts later finds the new primary", said[0] == 201, said)
        check("a server stops gently", late.stop() == 0)
        check("the old primary has no more than it had", self.primary.sql("SELECT max(seq) FROM ledger") == head)
        return took

    def promoted_out_of_reach(self):
        """The old primary lives where we do not reach it, and comes back unfenced."""
        self.standby.promote()
        took = self.goes_on()
        self.pair.net.plug(*self.cables)
        self.goes_on()
        self.traffic.finish()
        self.never_acknowledges()
        return took

    def never_acknowledges(self):
        """A server that knows the old primary alone does not even begin, or gets no command acknowledged."""
        store = f"postgresql://banjie@{self.pair.addresses[self.primary]}/postgres"
        lone = subprocess.Popen([BANJIE, "serve", "--store", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, env=ENV)
        SERVERS.append(lone)
        heard = select.select([lone.stdout], [], [], 4)[0]
        if heard:
            server = Server.at(lone)
            try:
                said = self.pair.apply(server, f"old-{self.number}", 4)
                check("an old primary acknowledges nothing", said[0] not in (200, 201), said)
            except OSError:
                pass  # no answer
        lone.kill()
        lone.wait()
        check("the old primary waits for a standby that it does not have", self.primary.sql(f"SELECT count(*)>0 {WAITING}") == "t")

    def finish(self, primary):
        self.traffic.finish()
        timers(primary, self.number)
        questions(primary, self.servers[self.number % 2], self.pair.token, self.traffic, 3)
        for s in self.servers:
            check("a server stops gently", s.stop() == 0)


def split_in_two(folder, plans):
    """A plan: the side that we are on ("with" the primary, or "apart" from it), for how many seconds, and what then: the cable comes back
    ("mended"), or the standby is promoted while the old primary lives ("promoted")."""
    net, pair, total, waits = Network(), None, 0, []
    try:
        pair = Pair(folder, net)
        for n, (side, seconds, then) in enumerate(plans, 1):
            split = Split(pair, n, side)
            time.sleep(seconds)
            split.nothing_acknowledged("while the standby is away")
            took = split.mended() if then == "mended" else split.promoted()
            total += len(split.traffic.done)
            waits.append(took)
            print(f"split {n}, we {side}, {seconds} s, {then}: {len(split.traffic.done)} acknowledged, after {took:.1f} s the first again, "
                  f"longest wait {split.traffic.silent_s:.1f} s, {split.traffic.refused} put off; {len(failures)} failures", flush=True)
            if failures:
                break
        whole(pair.store)
        waits.sort()
        print(f"{len(waits)} splits, {total} commands acknowledged; until the first again: median {waits[len(waits) // 2]:.1f} s, worst {waits[-1]:.1f} s")
    finally:
        if pair:
            pair.close()
        net.remove()


SPLITS = [("with", 2, "promoted"), ("apart", 3, "promoted")]
SPLITS_LONG = [(side, seconds, then) for seconds in (2, 8, 18) for side in ("with", "apart") for then in ("mended", "promoted")] * 2


def no_false_alarms(rounds):
    """Of what is gone through in a fail-over nothing is told as if somebody had to act: the month that begins later, the server's own farewells.
    That requests were put off, or timers wait because the server has been away for long, may be told.
    One farewell cannot be kept back: where it comes in the packet that ends the connecting, the library says it before anybody can tell it to be
    quiet. That is seldom, and one connection of many; were they not quiet, each would say it at each fall."""
    SAID.seek(0)
    said = [line.strip() for line in SAID]
    alarms = [line for line in said if "next month" in line or "FATAL" in line or "WARNING" in line]
    farewells = [line for line in alarms if line.startswith("FATAL:  terminating connection due to ")]
    check("no false alarms", len(alarms) == len(farewells) and len(farewells) <= 1 + rounds // 10, (len(alarms), alarms[:3]))
    others = sorted(set(line for line in said if not line.startswith("{")))
    print("\n".join(["the servers also said:", *others[:10]]) if others else "the servers said nothing", flush=True)


def main():
    if not BINS:
        print("skipped: PostgreSQL's server is not installed")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    what = ([a for a in sys.argv[1:] if not a.startswith("--")] or [""])[0]
    long = os.environ.get("BANJIE_TEST_LONG")
    rounds = 0
    folder = tempfile.mkdtemp(prefix="banjie-failover-")
    os.chmod(folder, 0o711)
    try:
        if what == "replica":
            read_from_replica(folder)
        elif what == "cut":
            cut_network(folder, 20 if long else 2)
        elif what == "split":
            split_in_two(folder, SPLITS_LONG if long else SPLITS)
        else:
            rounds = int(what) if what else 200 if long else 2
            kill_primaries(folder, rounds)
        no_false_alarms(rounds)
    finally:
        for process in SERVERS:
            process.kill()
        run("pkill", "-9", "-f", folder)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{0 if failures else 1} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
