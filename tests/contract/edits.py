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


def signed(port, admin, supervisor, head):
    """Who signs says which version was read; another one stands: nothing is signed."""
    rule = "/watch/rules/D-06"
    draft = lambda text: write(port, supervisor, rule + "/draft", {"reason": "表述", "text": text})[0]  # noqa: E731
    check("a draft", draft("初稿") == 200)
    _, seen = read(port, admin, rule)
    check("changed after it was read", draft("改过的稿") == 200)
    check("it is not signed", refused(write(port, admin, rule + "/signature", None, seen, "POST")))
    for name, tag in (("unread", None), ("whatever stands", "*")):
        status, said, _ = write(port, admin, rule + "/signature", None, tag, "POST")
        check(f"{name}: it is not signed", (status, said["code"]) == ((422, "sign.unread") if tag is None else (412, "edit.overtaken")), (status, said))
    status, _, reply = api(port, admin, "GET", "/api/v1" + rule + "?version=1")
    check("an older version has no tag", status == 200 and reply.getheader("ETag") is None, status)
    _, now = read(port, admin, rule)
    check("as it stands it is", write(port, admin, rule + "/signature", None, now, "POST")[0] == 200)
    check("the second signature is under what the first one made", refused(write(port, admin, rule + "/approval", None, now, "POST")))

    organ = next(p["organ"]["code"] for p in api(port, head, "GET", "/api/v1/me")[1]["posts"] if p["role"] == "head")
    powers = f"/powers/{organ}/duty"
    entry = lambda code, basis: write(port, head, f"{powers}/draft/{code}", {"name": "一次性告知", "basis": basis})[0]  # noqa: E731
    check("an entry", entry("Z-1", "第32条") == 200)
    _, seen = read(port, admin, powers + "/draft")
    check("another word", entry("Z-1", "第33条") == 200)
    check("it is not published", refused(write(port, admin, powers + "/publication", None, seen, "POST")))
    _, now = read(port, admin, powers + "/draft")
    check("as it stands it is published", write(port, admin, powers + "/publication", None, now, "POST")[0] == 200)
    check("an entry that is there is not added", refused(write(port, head, f"{powers}/draft/Z-1", {"name": "另一项", "basis": "第1条"}, **{"If-None-Match": "*"})))

    items = [i for i in api(port, admin, "GET", "/api/v1/admin/items?limit=200")[1]["rows"] if i["statutory"]]
    status, made, _ = write(port, admin, "/promises", {"item": items[0]["impl_code"], "amount": 1, "reason": "流程优化"}, method="POST")
    check("a promise is proposed", status == 201, made)
    path = f"/promises/{made['promise']}"
    _, seen = read(port, supervisor, path)
    check("a promise unread is not signed", write(port, supervisor, path + "/signature", None, None, "POST")[0] == 422)
    check("as it was read it is", write(port, supervisor, path + "/signature", None, seen, "POST")[0] == 200)
    check("who does not decide on it sees no version", api(port, None, "GET", "/api/v1" + path)[2].getheader("ETag") is None)


def away(port, clerk):
    status, made, _ = write(port, clerk, "/absences", {"kind": "trip", "until": "2027-12-01T12:00", "from": "2027-11-01T09:00", "whereabouts": "省里"}, method="POST")
    check("an absence", status == 201, made)
    path = f"/absences/{made['absence']}"
    _, seen = read(port, clerk, path)
    change = {"until": "2027-12-02T12:00", "whereabouts": "省里"}
    check("it is changed", write(port, clerk, path, change, seen)[0] == 200)
    check("not by who read it before", refused(write(port, clerk, path, {"whereabouts": "市里"}, seen)))
    check("nor ended", refused(write(port, clerk, path, None, seen, "DELETE")))
    _, now = read(port, clerk, path)
    check("by who reads it now", write(port, clerk, path, None, now, "DELETE")[0] == 204)


def read_in(port, token):
    """A list that was written, changed and is read in again: what somebody changed in between is named, and nothing is overwritten."""
    rows = api(port, token, "GET", "/api/v1/structure/export")[1]["rows"]
    posts = [{k: v for k, v in r.items() if v is not None} for r in rows if r["kind"] == "post"][:2]
    check("each row says what it is of", all(len(p["made_from"]) == 32 for p in posts), posts)
    mine = [dict(p, name=p["name"] + "改") for p in posts]
    theirs = {k: posts[1][k] for k in ("organ", "role")} | {"name": "别人改的"}
    check("one is changed meanwhile", write(port, token, "/posts/" + posts[1]["code"], theirs)[0] == 200)
    status, said, _ = api(port, token, "POST", "/api/v1/structure/import", {"rows": [dict(p, line=n + 2) for n, p in enumerate(mine)]})
    check("the list is not read in", status == 200 and not said["applied"] and said["broken"] == 1, said)
    check("the row is named", [(e["line"], e["code"], e["key"]) for e in said["errors"]] == [(3, "edit.overtaken", posts[1]["code"])], said)
    status, said, _ = api(port, token, "POST", "/api/v1/structure/import", {"rows": [dict(mine[0], line=2)]})
    check("without it the rest is", status == 200 and said["applied"] and said["changed"] == 1, said)
    status, said, _ = api(port, token, "POST", "/api/v1/structure/import", {"rows": [{k: v for k, v in m.items() if k != "made_from"} for m in mine]})
    check("who says nothing overwrites as ever", status == 200 and said["applied"], said)


def found_among_many(port, token):
    """One whose name is a part of many others' is found by it."""
    many = [{"kind": "person", "line": n, "login": f"ou{n:04}", "name": f"欧阳{n}"} for n in range(1, 301)]
    status, said, _ = api(port, token, "POST", "/api/v1/structure/import", {"rows": many + [{"kind": "person", "line": 301, "login": "ou", "name": "欧"}]})
    check("three hundred are read in", status == 200 and said["applied"], said)
    check("the one of that login is found", read(port, token, "/people/ou")[0]["name"] == "欧")


def emptied(port, token):
    """What is not said stays; what is said to be empty is empty."""
    person = lambda **more: write(port, token, "/people/linxiao", {"name": "林晓", "staff": False, **more})[0]  # noqa: E731
    seen = lambda *keys: tuple(read(port, token, "/people/linxiao")[0][k] for k in keys)  # noqa: E731
    check("a person", person(email="lin@example.com", phone="13800000009", name_en="Lin Xiao") == 200)
    check("not said: it stays", person() == 200 and seen("email", "phone", "name_en") == ("lin@example.com", "13800000009", "Lin Xiao"), seen("email", "phone", "name_en"))
    check("an empty text empties", person(email="") == 200 and seen("email", "phone") == ("", "13800000009"), seen("email", "phone"))
    check("so does null", person(phone=None) == 200 and not seen("phone")[0], seen("phone"))
    check("who may not sign in", person(enabled=False) == 200 and not seen("enabled")[0])
    check("is not let in by who does not say so", person() == 200 and not seen("enabled")[0], seen("enabled"))
    check("but by who does", person(enabled=True) == 200 and seen("enabled")[0])
    post = next(r for r in api(port, token, "GET", "/api/v1/posts?limit=200")[1]["rows"] if r["a"] and r["b"])
    body = {"name": post["name"], "organ": post["organ"], "role": post["role"]}
    there = lambda: read(port, token, "/posts/" + post["code"])[0]  # noqa: E731
    check("a post", write(port, token, "/posts/" + post["code"], dict(body, duties="受理"))[0] == 200 and there()["duties"] == "受理")
    check("its description stays", write(port, token, "/posts/" + post["code"], body)[0] == 200 and there()["duties"] == "受理")
    check("and is emptied", write(port, token, "/posts/" + post["code"], dict(body, duties="", b=""))[0] == 200 and there()["duties"] == "", there())
    check("so is its B", not next(r for r in api(port, token, "GET", "/api/v1/posts?limit=200&q=" + post["code"])[1]["rows"] if r["code"] == post["code"])["b"])
    item = read_lists(port, token)["item"]
    row, _ = read(port, token, "/admin/items/" + item)
    whole = dict(row["data"], organ=row["organ"], name=row["name"], kind=row["kind"], pack=row["pack"])
    given = next(k for k in ("conditions", "phone", "address", "legal_basis") if isinstance(row["data"].get(k), str) and row["data"][k])
    check("of an item what is empty is", write(port, token, "/admin/items/" + item, dict(whole, **{given: ""}))[0] == 200 and read(port, token, "/admin/items/" + item)[0]["data"][given] == "")
    check("so is a limit", write(port, token, "/admin/items/" + item, dict(whole, promised_limit=None))[0] == 200 and read(port, token, "/admin/items/" + item)[0]["data"]["promised_limit"] is None)


def described(port):
    document = json.loads(ask(port, "GET", "/api/openapi.json")[1])
    put, get = document["paths"]["/api/v1/posts/{code}"]["put"], document["paths"]["/api/v1/posts/{code}"]["get"]
    check("the description says so", any(p.get("$ref", "").endswith("/IfMatch") for p in put["parameters"]) and "412" in put["responses"] and "ETag" in get["responses"]["200"]["headers"], put)
    other = document["paths"]["/api/v1/tokens"]["post"]
    check("and of nothing else", "412" not in other["responses"])


def token(place, login):
    return banjie("token", "--store", place, "--login", login, check=True).stdout.strip()


def city(place):
    check("the city is made", banjie("demo", "--store", place, "--seed", "5", "--cases", "15").returncode == 0)
    admin, clerk, supervisor, head = (token(place, login) for login in ("caijing", "wangfang", "lvping", "chenjie"))
    server = Server(place)
    try:
        for path, body, member in things(server.port, admin):
            two(server.port, admin, path, body, member)
        conditions(server.port, admin)
        repeated(server.port, admin)
        many(server.port, admin)
        for_whom(server.port, admin, clerk)
        signed(server.port, admin, supervisor, head)
        away(server.port, clerk)
        read_in(server.port, admin)
        emptied(server.port, admin)
        found_among_many(server.port, admin)
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
