#!/usr/bin/env python3
"""pages - how often a page asks the database's server, and that it never shows what was (tools/with-postgresql).

Round trips are counted while an application and a note come in between, and once more when somebody else has written, so that all that was kept
is forgotten. Then two servers: what the one writes, what somebody writes by hand, a setting, a role taken away, a session ended: the next
page of either shows it.
"""
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cities import Server, check, cookies_of, failures, login, server_or_skip  # noqa: E402
from regions import sql, store_of  # noqa: E402
from served import application, banjie, some_item  # noqa: E402

CITY = ["--seed", "5", "--days", "20", "--cases", "60", "--now", "2026-03-31T09:00:00+08:00"]
TRIES = 5  # what comes beside a page (who leads, what another process did) is not in all of them
ROUNDS = 6


class Readers:
    """Pages of people and answers to programs."""

    def __init__(self, server, store):
        self.server, self.store, self.cookies, self.tokens = server, store, {}, {}

    def token(self, who):
        if who not in self.tokens:
            self.tokens[who] = banjie("token", "--store", self.store, "--login", who).stdout.strip()
        return self.tokens[who]

    def page(self, who, path):
        if who and who not in self.cookies:
            self.cookies[who] = login(self.server, who)
        reply, body = self.server.ask("GET", path, headers={"Cookie": self.cookies[who]} if who else {})
        return reply.status, body

    def api(self, who, path):
        return self.server.api(self.token(who), "GET", path)

    def ways(self):
        return self.server.figure(self.token("caijing"), "banjie_reading_ways_total")


def fewest(readers, ask, meanwhile):
    """Round trips of what is asked, without those of asking how many there were."""
    own, trips, status = [], [], 0
    for _ in range(TRIES):
        before = readers.ways()
        own.append(readers.ways() - before)
        meanwhile()
        threading.Event().wait(0.05)  # news of it is read beside
        before = readers.ways()
        status = ask()[0]
        trips.append(readers.ways() - before)
    return status, int(min(trips) - min(own))


def asked(server, store, city):
    readers = Readers(server, store)
    cases = [r["case_no"] for r in readers.api("heyuan", "/api/v1/cases?limit=20")[1]["rows"]]
    work = readers.api("zhangmin", "/api/v1/worklist")[1]["rows"][0]["case"]["case_no"]
    mine = readers.api("linxiao", "/api/v1/my/cases")[1]["rows"][0]["case_no"]
    item = some_item(server.port, readers.token("linxiao"))
    page, api = readers.page, readers.api
    few, some = (10, 15), (20, 30)
    pages = [
        ("the front page", lambda: page(None, "/"), few),
        ("the items", lambda: page(None, "/items"), few),
        ("an item", lambda: page(None, f"/items/{item}"), (10, 20)),
        ("a citizen's cases", lambda: page("linxiao", "/my/cases"), few),
        ("a citizen's messages", lambda: page("linxiao", "/my/messages"), few),
        ("a citizen's case", lambda: page("linxiao", f"/cases/{mine}"), some),
        ("the worklist", lambda: page("zhangmin", "/staff"), few),
        ("the cases of an office", lambda: page("zhangmin", "/staff/cases"), few),
        ("a case in one's hands", lambda: page("zhangmin", f"/staff/cases/{work}"), some),
        ("a head's board", lambda: page("heyuan", "/board"), few),
        ("a supervisor's board", lambda: page("lvping", "/board"), (10, 20)),
        ("a supervisor's cases", lambda: page("lvping", "/staff/cases"), few),
        ("a supervisor's case", lambda: page("lvping", f"/staff/cases/{cases[0]}"), some),
        ("alerts", lambda: page("lvping", "/board/alerts"), few),
        ("API: cases", lambda: api("heyuan", "/api/v1/cases"), few),
        ("API: a case", lambda: api("heyuan", f"/api/v1/cases/{cases[0]}"), few),
        ("API: the worklist", lambda: api("zhangmin", "/api/v1/worklist"), few),
        ("API: the board", lambda: api("heyuan", "/api/v1/board"), few),
    ]

    def busy():
        said = [server.api(readers.token("linxiao"), "POST", "/api/v1/cases", application(item, "张三"))[0],
                server.api(readers.token("zhangmin"), "POST", f"/api/v1/cases/{work}/notes", {"text": "又问了一次"})[0]]
        if set(said) - {200, 201}:
            check("work goes on", False, said)

    for name, ask, bounds in pages:
        found = [fewest(readers, ask, meanwhile) for meanwhile in (busy, lambda: sql(city, "SELECT txid_current()"))]
        check(f"{name}: {found[0][1]} round trips in a busy office, {found[1][1]} when all was forgotten",
              all(status == 200 and 0 < trips <= most for (status, trips), most in zip(found, bounds)))


def tracked(server, store, city):
    """Whoever has no query code learns nothing, by the time it takes either."""
    readers = Readers(server, store)
    case = readers.api("linxiao", "/api/v1/my/cases")[1]["rows"][0]["case_no"]
    found = [fewest(readers, lambda: readers.page(None, f"/api/v1/cases/{number}/track?secret=ABCD-EFGH"), lambda: sql(city, "SELECT txid_current()"))
             for number in (case, case[:-1] + "x")]
    check(f"a wrong code is asked after as often as a wrong number: {found}", found[0] == found[1] and found[0][0] == 404)


def long_case(server, store, city):
    """More entries than people read, each of a step of its own. By hand: nobody writes after it, for the record is broken."""
    readers = Readers(server, store)
    case = readers.api("lvping", "/api/v1/cases?open=true")[1]["rows"][0]["case_no"]
    readers.ways()
    sql(city, "INSERT INTO ledger(seq, at_ms, kind, subject, actor, prev, salt, payload, digest, hash)"
              " SELECT t.top+n, l.at_ms, 'step.closed', l.subject, l.actor, CASE n WHEN 1 THEN l.seq ELSE t.top+n-1 END, l.salt, '{\"step\":' || 900000+n || '}', l.digest, l.hash"
              f" FROM (SELECT max(seq) AS top FROM ledger) t, ledger l, generate_series(1, 600) n WHERE l.seq=(SELECT seq FROM case_last WHERE id=(SELECT id FROM case_number WHERE case_no='{case}'));"
              f" UPDATE case_last SET seq=(SELECT max(seq) FROM ledger) WHERE id=(SELECT id FROM case_number WHERE case_no='{case}')")
    status, trips = fewest(readers, lambda: readers.api("lvping", f"/api/v1/cases/{case}"), lambda: sql(city, "SELECT txid_current()"))
    lines = len(readers.api("lvping", f"/api/v1/cases/{case}")[1]["timeline"])
    check(f"a case of {lines} lines: {trips} round trips", status == 200 and lines == 500 and trips <= 100)


class Two:
    """Each question to both servers, whichever has written."""

    def __init__(self, servers, store):
        self.readers = [Readers(s, store) for s in servers]
        self.wrong = []

    def both(self, what, ask, true):
        for n, r in enumerate(self.readers):
            answer = ask(r)
            if not true(answer):
                self.wrong.append((what, n, str(answer)[:200]))

    def told(self, name):
        check(name, not self.wrong, self.wrong[:3])
        self.wrong = []


def written(two, servers):
    """Notes and applications, by turns."""
    r = two.readers[0]
    work = r.api("zhangmin", "/api/v1/worklist")[1]["rows"][0]["case"]["case_no"]
    item = some_item(servers[0].port, r.token("linxiao"))

    def own():
        return r.api("linxiao", "/api/v1/my/cases")[1]["total"]

    for n in range(ROUNDS):
        total = own()
        two.both("warm", lambda x: x.api("zhangmin", f"/api/v1/cases/{work}"), lambda a: a[0] == 200)
        text = f"第{n}次电话"
        servers[n % 2].api(r.token("zhangmin"), "POST", f"/api/v1/cases/{work}/notes", {"text": text})
        two.both("note", lambda x: x.api("zhangmin", f"/api/v1/cases/{work}")[1]["timeline"], lambda a: any(line["text"] == text for line in a))
        two.both("page", lambda x: x.page("zhangmin", f"/staff/cases/{work}")[1], lambda a: text.encode() in a)
        made = servers[1 - n % 2].api(r.token("linxiao"), "POST", "/api/v1/cases", application(item, f"张三{n}"))[1]["case_no"]
        two.both("list", lambda x: x.api("linxiao", "/api/v1/my/cases")[1], lambda a: a["total"] == total + 1 and a["rows"][0]["case_no"] == made)
        two.both("list's page", lambda x: x.page("linxiao", "/my/cases")[1], lambda a: made.encode() in a)
    two.told("what one server wrote is on the next page of both")


def by_hand(two, city, servers):
    for n in range(ROUNDS):
        name = f"林晓{n}"
        two.both("warm", lambda x: x.page("linxiao", "/my/cases")[0], lambda a: a == 200)
        sql(city, f"UPDATE person SET name='{name}' WHERE login='linxiao'")
        two.both("name", lambda x: x.api("linxiao", "/api/v1/me")[1]["name"], lambda a: a == name)
        two.both("name's page", lambda x: x.page("linxiao", "/my/cases")[1], lambda a: name.encode() in a)
    two.told("a name changed by hand is on the next page of both")
    sql(city, "BEGIN; UPDATE person SET name='林晓' WHERE login='linxiao'; INSERT INTO store_process(process, batch, total) SELECT 7, 1, max(total)+1 FROM store_process; COMMIT")
    two.both("older", lambda x: x.api("linxiao", "/api/v1/me")[1]["name"], lambda a: a == "林晓")
    two.told("what a program of before wrote is on the next page of both")
    case = two.readers[0].api("lvping", "/api/v1/cases?open=true")[1]["rows"][0]["case_no"]
    for level, name in ((3, "red"), (0, "none")):
        sql(city, f"UPDATE case_open SET level={level} WHERE case_no='{case}'")
        two.both("level", lambda x: x.api("lvping", "/api/v1/cases?open=true")[1]["rows"][0]["level"], lambda a: a == name)
    two.told("so is what stands in a view")
    two.both("role", lambda x: x.page("heyuan", "/board")[0], lambda a: a == 200)
    posts = "(a=(SELECT id FROM person WHERE login='heyuan') OR b=(SELECT id FROM person WHERE login='heyuan')) AND role='head'"
    sql(city, f"UPDATE post SET a=NULL, b=NULL WHERE {posts}")
    two.both("role", lambda x: x.page("heyuan", "/board")[0], lambda a: a == 403)
    two.told("who lost a post sees no board any more, at either")
    for n, value in enumerate(("云陵市", "云溪新市")):
        servers[n].api(two.readers[0].token("caijing"), "PUT", "/api/v1/settings/public.city", {"value": value})
        two.both("setting", lambda x: next(s["value"] for s in x.api("caijing", "/api/v1/settings")[1]["rows"] if s["name"] == "public.city"), lambda a: a == value)
    two.told("a setting holds at both")


def ended(two, servers):
    cookie = login(servers[0], "linxiao")
    for r in two.readers:
        r.cookies["linxiao"] = cookie
    two.both("session", lambda x: x.page("linxiao", "/my/cases")[0], lambda a: a == 200)
    page = servers[0].ask("GET", "/my/cases", headers={"Cookie": cookie})[1]
    found = page.split(b'name="csrf" value="', 1)
    csrf = found[1].split(b'"', 1)[0].decode() if len(found) > 1 else ""
    reply, _ = servers[0].ask("POST", "/logout", f"csrf={csrf}", {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"})
    check("one logs out at the one", reply.status in (302, 303) and cookies_of(reply) is not None, reply.status)
    two.both("session", lambda x: x.page("linxiao", "/my/cases")[0], lambda a: a in (302, 303))
    two.told("and is logged out at the other")


def main():
    server = server_or_skip()
    sql(server, "CREATE SCHEMA pages")
    store = store_of(server, "pages")
    made = banjie("demo", "--store", store, *CITY)
    check("the city is made", made.returncode == 0, made.stderr.strip())
    one = Server(store)
    try:
        asked(one, store, store)
        tracked(one, store, store)
        check("the server stops gently", one.stop() == 0)
    finally:
        one.kill()
    servers = [Server(store), Server(store)]
    try:
        two = Two(servers, store)
        written(two, servers)
        by_hand(two, store, servers)
        ended(two, servers)
        long_case(servers[0], store, store)
        check("the servers stop gently", [s.stop() for s in servers] == [0, 0])
    finally:
        for s in servers:
            s.kill()
    print(f"{0 if failures else 1} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
