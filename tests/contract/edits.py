#!/usr/bin/env python3
"""edits - two programs that write the same thing, with the real server. Beside a database server (tools/with-postgresql) there, too.

What may be written whole is shown with a version (ETag). Who says with If-Match what the change was made from overwrites nobody unseen; who says nothing
overwrites as ever. Many at once that were made from the same: one is carried out.
"""
import json
import os
import shutil
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from checks import check, ended  # noqa: E402
from served import DATABASE_SERVER, Server, api, ask, banjie, schema  # noqa: E402


def read(port, token, path):
    """The row, and its tag."""
    status, row, reply = api(port, token, "GET", "/api/v1" + path)
    check(f"{path} is shown", status == 200 and "made_from" not in row, (status, row))
    return row, reply.getheader("ETag")


def write(port, token, path, body, tag=None, method="PUT", **headers):
    if tag:
        headers["If-Match"] = tag
    return api(port, token, method, "/api/v1" + path, body, **headers)


def refused(answer):
    status, said, reply = answer
    return (status, said.get("status"), said.get("code"), reply.getheader("Content-Type")) == (412, 412, "edit.overtaken", "application/problem+json")


def things(port, token):
    """What can be written whole at an address that shows it: the body of a change that keeps all, and a member to change."""
    rows = read_lists(port, token)
    yield "/regions/" + rows["region"]["code"], {k: rows["region"][k] for k in ("name", "level", "parent") if rows["region"].get(k)}, "name"
    yield "/organs/" + rows["organ"]["code"], {k: rows["organ"][k] for k in ("name", "region", "nature") if rows["organ"].get(k)}, "name"
    yield "/posts/" + rows["post"]["code"], {k: rows["post"][k] for k in ("name", "organ", "role")}, "name"
    yield "/people/linxiao", {"name": "林晓", "staff": False}, "name"
    item, _ = read(port, token, "/admin/items/" + rows["item"])
    yield "/admin/items/" + rows["item"], dict(item["data"], organ=item["organ"], name=item["name"], kind=item["kind"], pack=item["pack"]), "name"
    yield "/settings/public.city", {"value": "云溪"}, "value"
    yield "/hall/windows/" + rows["window"]["code"], {k: rows["window"][k] for k in ("number", "name", "organ")} | {"services": rows["window"]["letters"]}, "name"
    if rows["counter"]:
        yield "/windows/" + rows["counter"]["code"], {k: rows["counter"][k] for k in ("name", "organ")}, "name"


def read_lists(port, token):
    def first(path, pick=lambda r: True, of="rows"):
        return next((r for r in api(port, token, "GET", "/api/v1" + path)[1][of] if pick(r)), None)
    return {"region": first("/regions"), "organ": first("/organs"), "post": first("/posts"), "item": first("/admin/items", lambda r: r["pack"])["impl_code"],
            "window": first("/hall/setup", of="windows"), "counter": first("/windows")}


def two(port, token, path, body, member):
    """Both read, both write: the second is told, and writes on top of what then stands."""
    _, seen = read(port, token, path)
    check(f"{path} has a strong tag", bool(seen) and seen.startswith('"') and seen.endswith('"'), seen)
    mine, theirs = dict(body, **{member: "甲改"}), dict(body, **{member: "乙改"})
    check(f"{path}: the first is carried out", write(port, token, path, mine, seen)[0] == 200)
    check(f"{path}: the second is not", refused(write(port, token, path, theirs, seen)))
    _, now = read(port, token, path)
    check(f"{path}: the tag is another one", now != seen, now)
    check(f"{path}: on top of what stands it is", write(port, token, path, theirs, now)[0] == 200)
    check(f"{path}: without a version as ever", write(port, token, path, body)[0] == 200)


def conditions(port, token):
    path = "/settings/x.edits"
    check("what is not there is not shown", api(port, token, "GET", "/api/v1" + path)[0] == 404)
    check("what must be there is not", refused(write(port, token, path, {"value": 1}, "*")))
    check("nothing was made of it", api(port, token, "GET", "/api/v1" + path)[0] == 404)
    check("what must not be there is made", write(port, token, path, {"value": 1}, **{"If-None-Match": "*"})[0] == 200)
    check("and once", refused(write(port, token, path, {"value": 2}, **{"If-None-Match": "*"})))
    _, seen = read(port, token, path)
    for name, tag in (("a weak tag", "W/" + seen), ("a tag without quotes", seen.strip('"')), ("another's tag", '"0"'), ("nothing that could be read", ",")):
        check(f"{name} fits nothing", refused(write(port, token, path, {"value": 3}, tag)))
    check("one of several is enough", write(port, token, path, {"value": 4}, f'"0", {seen}')[0] == 200)
    check("any that is there", write(port, token, path, {"value": 5}, "*")[0] == 200)
    check("of what has no version none fits", refused(write(port, token, "/tokens", {"name": "t"}, '"0"', "POST")))
    # in the reader's language
    _, said, _ = write(port, token, path, {"value": 6}, seen, **{"Accept-Language": "en"})
    check("in English", "Somebody else has changed this" in said["detail"], said)
    _, said, _ = write(port, token, path, {"value": 6}, seen, **{"Accept-Language": "zh-CN"})
    check("in Chinese", "别人修改过" in said["detail"], said)


def repeated(port, token):
    """An answer that was lost on its way is given again: nobody is overtaken by himself."""
    path = "/settings/x.again"
    write(port, token, path, {"value": 1})
    _, seen = read(port, token, path)
    for _ in range(2):
        check("the same key, the same answer", write(port, token, path, {"value": 2}, seen, **{"Idempotency-Key": "edits-1"})[0] == 200)
    check("another key is another change", refused(write(port, token, path, {"value": 3}, seen, **{"Idempotency-Key": "edits-2"})))


def many(port, token):
    path = "/settings/x.many"
    write(port, token, path, {"value": 0})
    _, seen = read(port, token, path)
    answers = []
    threads = [threading.Thread(target=lambda n=n: answers.append(write(port, token, path, {"value": n}, seen)[0])) for n in range(1, 41)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    check("of forty at once one is carried out", sorted(answers) == [200] + [412] * 39, sorted(answers))


def for_whom(port, admin, clerk):
    status, _, reply = api(port, clerk, "GET", "/api/v1/organs/" + api(port, admin, "GET", "/api/v1/organs")[1]["rows"][0]["code"])
    check("who may not write it sees no version", status == 200 and reply.getheader("ETag") is None, status)


def described(port):
    document = json.loads(ask(port, "GET", "/api/openapi.json")[1])
    put, get = document["paths"]["/api/v1/posts/{code}"]["put"], document["paths"]["/api/v1/posts/{code}"]["get"]
    check("the description says so", any(p.get("$ref", "").endswith("/IfMatch") for p in put["parameters"]) and "412" in put["responses"] and "ETag" in get["responses"]["200"]["headers"], put)
    other = document["paths"]["/api/v1/tokens"]["post"]
    check("and of nothing else", "412" not in other["responses"])


def city(place):
    check("the city is made", banjie("demo", "--store", place, "--seed", "5", "--cases", "15").returncode == 0)
    admin, clerk = (banjie("token", "--store", place, "--login", login, check=True).stdout.strip() for login in ("caijing", "wangfang"))
    server = Server(place)
    try:
        for path, body, member in things(server.port, admin):
            two(server.port, admin, path, body, member)
        conditions(server.port, admin)
        repeated(server.port, admin)
        many(server.port, admin)
        for_whom(server.port, admin, clerk)
        described(server.port)
    finally:
        check("it ends with 0", server.stop() == 0)
    done = banjie("verify", "--store", place, "--rows")
    check("the record and its rows verify", done.returncode == 0, done.stdout + done.stderr)


def main():
    folder = tempfile.mkdtemp(prefix="banjie-edits-")
    try:
        city(os.path.join(folder, "city.db"))
        if DATABASE_SERVER:
            city(schema("edits"))
    finally:
        shutil.rmtree(folder)
    return ended()


sys.exit(main())
