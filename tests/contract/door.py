#!/usr/bin/env python3
"""door - what comes in from outside in odd shapes, with the real program. Beside a database server (tools/with-postgresql) there, too.

A key of a repeated command is refused where not every store could keep it, and so is a text; what was taken can be copied to the other store.
What is asked in letters of any kind leaves lines of JSON in the log, and in none of them a name, a password or a token.
"""
import json
import os
import shutil
import socket
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from checks import check, ended  # noqa: E402
from served import DATABASE_SERVER, Server, api, application, ask, banjie, schema, some_item  # noqa: E402


def keys(server, token, item):
    """Long ones that cannot be pressed: an index keeps them as they are."""
    longest = os.urandom(400).hex()[:255]
    for name, key in (("a long key", os.urandom(4000).hex()), ("a key a byte too long", longest + "0"), ("half a character as a key", "\xe5\x8a"), ("no text as a key", "\xff")):
        status, said, _ = api(server.port, token, "POST", "/api/v1/cases", application(item, "张三"), key=key)
        check(name, (status, said.get("code")) == (422, "command.key"), (status, said))
    for name, key in (("the longest key", longest), ("a key of letters", "办结".encode().decode("latin1"))):
        once, again = (api(server.port, token, "POST", "/api/v1/cases", application(item, "张三"), key=key)[:2] for _ in range(2))
        check(name, once[0] == 201 and once == again, (once, again))
        status, said, _ = api(server.port, token, "POST", "/api/v1/cases", application(item, "李四"), key=key)
        check(f"{name} with other words", (status, said.get("code")) == (409, "command.key-reused"), (status, said))


def texts(server, token, item):
    for name, body in (("a text", application(item, "a\0b")), ("the name of a member", {**application(item, "张三"), "form": {"a\0b": "1"}})):
        status, said, _ = api(server.port, token, "POST", "/api/v1/cases", body)
        check(f"{name} with U+0000", (status, said.get("code")) == (422, "http.not-text"), (status, said))


def raw(port, *lines):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as s:
        s.sendall("\r\n".join((*lines, "Host: x", "Connection: close", "", "")).encode("latin1"))
        s.makefile("rb").read()


def odd_requests(port, token):
    odd = "\xe5\x8a\"\\\x80"
    for method in ("OPTIONS", "TRACE", 'A"B\\', "\xe5\x8a"):
        raw(port, f"{method} /items HTTP/1.1")
    raw(port, f"GET /cases/{odd}%22%0a HTTP/1.1", f"User-Agent: {odd}", f"Authorization: Bearer {token}", f"Cookie: banjie={token}{odd}", f"Referer: {odd}")
    for path in ("/items?q=%22%0a%e5%8a%9e", "/login?next=%0d%0a%22", "/api/v1/cases/%22%5C"):
        ask(port, "GET", path, headers={"Authorization": "Bearer " + token})
    ask(port, "POST", "/login", 'login=linxiao&password=only"for%0athis-test', {"Content-Type": "application/x-www-form-urlencoded"})


def log_lines(text, token):
    for word in (token, "only", "linxiao", "张三", "\x80", "OPTIONS", "TRACE"):
        check(f"{word!a} does not stand in the log", word not in text)
    lines = [json.loads(line) for line in text.splitlines()]
    check("a method that nobody knows is called none that somebody does", sum(x["method"] == "other" for x in lines) >= 2 and not any(x["method"] == "DELETE" for x in lines), lines)


def city(place, folder):
    log = os.path.join(folder, "log")
    check("the city is made", banjie("demo", "--store", place, "--seed", "5", "--cases", "15").returncode == 0)
    token = banjie("token", "--store", place, "--login", "linxiao", check=True).stdout.strip()
    with open(log, "w") as said:
        server = Server(place, "--log", said=said)
        try:
            item = some_item(server.port)
            keys(server, token, item)
            texts(server, token, item)
            odd_requests(server.port, token)
        finally:
            check("it ends with 0", server.stop() == 0)
    with open(log, encoding="utf-8") as said:
        log_lines(said.read(), token)


def main():
    folder = tempfile.mkdtemp(prefix="banjie-door-")
    file = os.path.join(folder, "city.db")
    try:
        city(file, folder)
        if DATABASE_SERVER:
            city(schema("door"), folder)
            done = banjie("copy", "--from", file, "--to", schema("door_copied"))
            check("what one store took the other takes", done.returncode == 0, done.stderr)
    finally:
        shutil.rmtree(folder)
    return ended()


sys.exit(main())
