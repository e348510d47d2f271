"""served - a `banjie serve` of a test's own, and what is asked of it over HTTP. For the tests in Python:

    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    from served import Server, banjie
"""
import http.client
import json
import os
import re
import signal
import subprocess

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
BANJIE = os.environ.get("BANJIE", os.path.join(ROOT, "build", "banjie"))
ENV = dict(os.environ, BANJIE_DATA=os.environ.get("BANJIE_DATA", ROOT))


def banjie(*command, **more):
    return subprocess.run([BANJIE, *command], capture_output=True, text=True, env=ENV, **more)


def ask(port, method, path, body=None, headers=None, timeout=60):
    """The reply, and its bytes."""
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        c.request(method, path, body, headers or {})
        reply = c.getresponse()
        return reply, reply.read()
    finally:
        c.close()


def api(port, token, method, path, body=None, key=None, timeout=60, **headers):
    """Status, answer and reply. `token`: of a bearer, or the whole of another Authorization ("Basic …"), or None."""
    if token:
        headers["Authorization"] = token if " " in token else "Bearer " + token
    if key:
        headers["Idempotency-Key"] = key
    headers["Content-Type"] = "application/json"
    reply, data = ask(port, method, path, json.dumps(body) if body is not None else None, headers, timeout)
    return reply.status, json.loads(data or b"null"), reply


def application(item, name):
    return {"item": item, "form": {}, "applicant": {"name": name, "kind": "1"}}


def some_item(port, token=None, **headers):
    """The code of one that is applied for online."""
    found = api(port, token, "GET", "/api/v1/items?online=true&limit=50", **headers)[1]
    return next(i["impl_code"] for i in found["rows"] if i["can_apply"])


DATABASE_SERVER = os.environ.get("BANJIE_TEST_STORE")


def schema(name):
    subprocess.run(["psql", "-q", DATABASE_SERVER, "-c", f"CREATE SCHEMA {name}"], check=True)
    return DATABASE_SERVER + ("&" if "?" in DATABASE_SERVER else "?") + f"options=-csearch_path%3D{name}"


class Server:
    """`store`: a file or an address. `said`: where its complaints go. `env`: what its environment has besides. `before`: done in the child."""

    def __init__(self, store, *options, said=None, env=(), before=None):
        self.process = subprocess.Popen([BANJIE, "serve", "--store", store, "--listen", "127.0.0.1:0", *options],
                                        stdout=subprocess.PIPE, stderr=said, text=True, env=dict(ENV, **dict(env)), preexec_fn=before)
        self.port = self.port_told()

    def port_told(self):
        line = self.process.stdout.readline()
        found = re.search(r":(\d+)/", line)
        if not found:
            raise RuntimeError(f"the server does not start: {line}")
        return int(found.group(1))

    def ask(self, method, path, body=None, headers=None):
        return ask(self.port, method, path, body, headers)

    def api(self, token, method, path, body=None, key=None, timeout=60):
        return api(self.port, token, method, path, body, key, timeout)[:2]

    def figure(self, token, name):
        text = ask(self.port, "GET", "/metrics", headers={"Authorization": "Bearer " + token}, timeout=15)[1].decode()
        return float(re.search(rf"^{name} (\S+)$", text, re.M).group(1))

    def stop(self, seconds=90):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self):
        self.process.kill()
        self.process.wait()
