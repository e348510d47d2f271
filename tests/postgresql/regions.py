#!/usr/bin/env python3
"""regions - two regions on one PostgreSQL server, a schema and a record each, behind one proxy (tools/with-postgresql).

The proxy looks at nothing but the name that was asked for. Commands of both regions arrive at once; each region's record grows by its own
commands only, both verify, each has a leader, months and sessions of its own, and a token of the one opens nothing at the other.
"""
import http.client
import http.server
import json
import os
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from cities import Server, check, failures  # noqa: E402
from served import ENV, api, application, banjie, some_item  # noqa: E402

NOW = "2026-03-31T09:00:00+08:00"
REGIONS = {"north.example": "north", "south.example": "south"}
EACH = 12


def store_of(server, schema):
    return f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"


def sql(server, text):
    return subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", server, "-c", text], capture_output=True, text=True, env=ENV, check=True).stdout.strip()


class Proxy(http.server.BaseHTTPRequestHandler):
    """One address for all regions."""
    protocol_version = "HTTP/1.1"
    ports = {}

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        c = http.client.HTTPConnection("127.0.0.1", self.ports[self.headers["Host"]], timeout=60)
        c.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k in ("Host", "Authorization", "Content-Type", "Idempotency-Key")})
        r = c.getresponse()
        data = r.read()
        self.send_response(r.status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = pass_on

    def log_message(self, *_):
        pass


def ask(port, host, method, path, token=None, body=None, key=None):
    return api(port, token, method, path, body, key, Host=host)[:2]


def apply_for(port, host, token, item, made):
    for n in range(EACH):
        status, data = ask(port, host, "POST", "/api/v1/cases", token, application(item, f"{host}{n}"), f"k{n}")
        if status == 201:
            made.append(data["case_no"])


def rights(server):
    """A role that does not own its schema is told so, and makes an office in one that it owns."""
    sql(server, "CREATE ROLE stranger LOGIN")
    sql(server, "CREATE SCHEMA others")
    sql(server, "GRANT USAGE ON SCHEMA others TO stranger")
    store = store_of(server.replace("//banjie@", "//stranger@"), "others")
    said = banjie("init", "--store", store)
    check("without the right to make tables it says what is missing", said.returncode == 1 and "must own its schema" in said.stderr, said.stderr.strip())
    sql(server, "ALTER SCHEMA others OWNER TO stranger")
    said = banjie("init", "--store", store)
    check("the owner makes an office", said.returncode == 0, said.stderr.strip())


def main():
    server = os.environ["BANJIE_TEST_STORE"]
    rights(server)
    stores, servers, tokens, items, made = {}, {}, {}, {}, {}
    for n, (host, schema) in enumerate(REGIONS.items()):
        sql(server, f"CREATE SCHEMA {schema}")
        stores[host] = store_of(server, schema)
        said = banjie("demo", "--store", stores[host], "--seed", str(n + 3), "--days", "2", "--cases", "3", "--now", NOW)
        check(f"the region {schema} is made", said.returncode == 0, said.stderr.strip())
        servers[host] = Server(stores[host])
        Proxy.ports[host] = servers[host].port
        tokens[host] = banjie("token", "--store", stores[host], "--login", "linxiao").stdout.strip()
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    port = proxy.server_address[1]
    before = {h: ask(port, h, "GET", "/api/v1/ledger/head")[1] for h in REGIONS}
    check("two regions, two records", len({json.dumps(b) for b in before.values()}) == 2)
    counts = {s: int(sql(server, f"SELECT count(*) FROM {s}.case_number")) for s in REGIONS.values()}
    threads = []
    for host in REGIONS:
        items[host] = some_item(port, tokens[host], Host=host)
        made[host] = []
        threads.append(threading.Thread(target=apply_for, args=(port, host, tokens[host], items[host], made[host])))
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for host, schema in REGIONS.items():
        now = int(sql(server, f"SELECT count(*) FROM {schema}.case_number"))
        check(f"{schema}: its own commands and no others", len(made[host]) == EACH and now == counts[schema] + EACH, (len(made[host]), now - counts[schema]))
        check(f"{schema}: its history lies in months", sql(server, f"SELECT count(*)>1 FROM pg_inherits WHERE inhparent='{schema}.ledger'::regclass") == "t")
        for command in (("verify",), ("rebuild", "--check")):
            said = banjie(*command, "--store", stores[host])
            check(f"{schema}: {' '.join(command)}", said.returncode == 0, said.stdout.strip())
    north, south = REGIONS
    status, _ = ask(port, south, "GET", "/api/v1/cases", tokens[north])
    check("a token of the one opens nothing at the other", status in (401, 403), status)
    check("both lead", sql(server, "SELECT count(DISTINCT objid) FROM pg_locks WHERE locktype='advisory' AND granted AND mode='ExclusiveLock'") == "2")
    for s in servers.values():
        check("the server stops gently", s.stop() == 0)
    proxy.shutdown()


if __name__ == "__main__":
    main()
    print(f"{0 if failures else 1} passed, {1 if failures else 0} failed")
    sys.exit(1 if failures else 0)
