#!/usr/bin/env python3
"""served_by - `banjie copy` from a database on a server looks how many processes serve it, beside a server (tools/with-postgresql).

Two servers, one of them killed, none: it counts them, ends with 3 while there is one, whatever it was told, and completes when there is
none. Those of another schema are not counted. A role that may not look says what it cannot know, and believes --stopped.

A backup that begins while a schema goes forward is made again. Of two copies begun into one schema the earlier leaves it to the later, however late it wakes up.

A schema goes forward under nobody: while an older program serves it `banjie upgrade` and a server of this program are refused, for what the
older one has in mind may be gone afterwards. One that was away meanwhile writes nothing when it comes back, and ends.
"""
import contextlib
import http.client
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cities import CITY, Server, check, eventually, failures, server_or_skip  # noqa: E402
from regions import sql, store_of  # noqa: E402
from served import BANJIE, ENV, ROOT, application, banjie, some_item  # noqa: E402

DONE, NOT_COMPLETE = 0, 3


class Copies:
    """Into one target after the other."""

    def __init__(self, store, folder):
        self.store, self.folder, self.made = store, folder, 0

    def target(self):
        return os.path.join(self.folder, f"copy{self.made}.db")

    def run(self, *options, store=None):
        """Status, answer, words."""
        self.made += 1
        answer = banjie("copy", "--from", store or self.store, "--to", self.target(), "--json", *options)
        words = banjie("copy", "--from", store or self.store, "--to", self.target() + ".words", "--lang", "en", *options)
        check("its words end as its answer does", words.returncode == answer.returncode, (words.returncode, answer.returncode))
        return answer.returncode, json.loads(answer.stdout or "{}"), words.stdout + words.stderr

    def served(self, name, n, *options):
        status, said, words = self.run(*options)
        check(f"{name}: it is not complete", status == NOT_COMPLETE and said.get("whole") is False, (status, said))
        check(f"{name}: it says by how many", said.get("served_by") == n and f"served by {n} process{'es' if n > 1 else ''}:" in words, (said, words))

    def complete(self, name, *options, store=None, seen=True):
        status, said, words = self.run(*options, store=store)
        check(f"{name}: it is complete", status == DONE and said.get("whole") and "both sides are the same" in words, (status, said, words))
        check(f"{name}: it says what it knows", said.get("served_by") == (0 if seen else None), said)


def counted(server, copies):
    servers = [Server(copies.store), Server(copies.store), Server(store_of(server, "elsewhere"))]
    try:
        copies.served("two servers", 2)
        copies.served("two servers, said to be stopped", 2, "--stopped")
        check("a server stops gently", servers[0].stop() == 0)
        copies.served("one server", 1)
        sql(server, "SELECT count(pg_terminate_backend(l.pid)) FROM pg_locks l WHERE l.locktype='advisory' AND l.mode='ShareLock'")
        copies.served("its listening connection was ended", 1)
        servers[1].kill()
        copies.complete("none, but of another schema")
    finally:
        for s in servers:
            s.kill()


def two_into_one(server, schema):
    """The first stands still, as one does whose machine sleeps, while the second is complete and people work in what it made."""
    sql(server, "CREATE SCHEMA twice")
    command = [BANJIE, "copy", "--from", store_of(server, schema), "--to", store_of(server, "twice"), "--follow", "--lang", "en"]
    source, copies = Server(store_of(server, schema)), []
    try:
        copies.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV))
        check("a copy follows", waits_for(lambda: sql(server, "SELECT coalesce(max(stage), 0) FROM twice.copy_state") if sql(server, "SELECT to_regclass('twice.copy_state')") else "", "2") == "2")
        copies[0].send_signal(signal.SIGSTOP)
        copies.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV))
        check("the source's server stops", source.stop() == 0)
        out, err = copies[1].communicate(timeout=120)
        check("the one begun later is complete", copies[1].returncode == DONE and "both sides are the same" in out, (copies[1].returncode, out, err))
        sql(server, "INSERT INTO twice.draft(id, person, item, data, saved_ms) VALUES(1, 1, 1, '{}', 1)")
        copies[0].send_signal(signal.SIGCONT)
        out, err = copies[0].communicate(timeout=120)
        check("the one begun earlier says so", copies[0].returncode == 2 and "begun after this one" in err, (copies[0].returncode, out, err))
        check("and leaves what was saved since", sql(server, "SELECT count(*) FROM twice.draft") == "1")
    finally:
        source.kill()
        for c in copies:
            if c.poll() is None:
                c.kill()
                c.wait()


def backed_up_meanwhile(server, store, folder):
    """A backup that begins while a schema goes forward looks from a moment before, where a table that is made anew then has no rows."""
    key, to = os.path.join(folder, "key"), os.path.join(folder, "meanwhile.backup")
    banjie("backup", "--new-key", key)
    anew = "ALTER TABLE tally_month RENAME TO tally_before; CREATE TABLE tally_month(LIKE tally_before INCLUDING ALL); INSERT INTO tally_month SELECT * FROM tally_before; DROP TABLE tally_before;"
    waiting = "SELECT count(*) FROM pg_locks l WHERE l.relation=to_regclass('copied.tally_month') AND NOT l.granted"
    upgrade = subprocess.Popen(["psql", "-qX", server], stdin=subprocess.PIPE, text=True, env=ENV)
    made = None
    try:
        upgrade.stdin.write(f"SET search_path=copied; BEGIN; {anew} UPDATE schema_part SET version=version+1 WHERE part='tally';\n")
        upgrade.stdin.flush()
        waits_for(lambda: sql(server, "SELECT count(*) FROM pg_locks WHERE relation=to_regclass('copied.tally_month') AND mode='AccessExclusiveLock'"), "1")
        made = subprocess.Popen([BANJIE, "backup", "--db", store, "--to", to, "--key", key, "--lang", "en"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV)
        check("a backup waits for a schema that goes forward", waits_for(lambda: sql(server, waiting), "1") == "1")
        upgrade.stdin.write("COMMIT;\n")
        upgrade.stdin.close()
        out, err = made.communicate(timeout=60)
        check("it is not made without what was made anew", made.returncode == 1 and "Make it again" in err and not os.path.exists(to), (made.returncode, out, err))
    finally:
        upgrade.wait(timeout=20)
        if made and made.poll() is None:
            made.kill()
            made.wait()
        sql(server, "UPDATE copied.schema_part SET version=version-1 WHERE part='tally'")
    said = banjie("backup", "--db", store, "--to", to, "--key", key)
    check("made again it is whole", said.returncode == DONE, said.stderr)


def older_under_a_server(server, schema):
    """A server of the schema before this one's; what the last step takes away it still asks for."""
    store, version = store_of(server, schema), f"SELECT version FROM {schema}.schema_part WHERE part='kernel'"
    now = sql(server, version)
    older = Server(store)
    try:
        sql(server, f"UPDATE {schema}.schema_part SET version=18 WHERE part='kernel'; CREATE TABLE {schema}.decision(id bigint)")
        for command, status, why in ((("upgrade", "--quick", "--db"), 1, "served by 1 of its processes"),
                                     (("serve", "--listen", "127.0.0.1:0", "--store"), 1, "served by 1 of its processes"),
                                     (("init", "--store"), 2, "holds an office already")):
            said = banjie(*command, store, timeout=60)
            check(f"{command[0]} is refused while an older program serves", said.returncode == status and why in said.stderr, (said.returncode, said.stderr))
            check("and the schema is as it was", sql(server, version) == "18", sql(server, version))
        said = banjie("upgrade", "--dry-run", "--db", store, "--lang", "en")
        check("it can be tried meanwhile", said.returncode == DONE and "18 -> " + now in said.stdout, (said.returncode, said.stdout, said.stderr))
        check("and was only tried", sql(server, version) == "18", sql(server, version))
    finally:
        check("the older one stops gently", older.stop() == 0)
    said = banjie("upgrade", "--db", store, "--lang", "en")
    check("when none serves it goes forward", said.returncode == DONE and sql(server, version) == now, (said.returncode, said.stdout, said.stderr))
    servers = [Server(store), Server(store)]
    said = banjie("upgrade", "--quick", "--db", store)
    check("where there is nothing to do nobody minds a server", said.returncode == DONE, said.stderr)
    check("two servers of one program end well", [s.stop() for s in servers] == [0, 0])


def away_meanwhile(server, schema, asks):
    """The schema goes forward while nobody sees that a server is there, for it is cut off. `asks`: somebody comes to it afterwards, or nobody does."""
    store, part = store_of(role_of(server, "away"), schema), f"{schema}.schema_part SET version=version%s1 WHERE part='kernel'"
    token = banjie("token", "--store", store, "--login", "linxiao").stdout.strip()
    said = tempfile.TemporaryFile("w+")
    served = Server(store, said=said)
    try:
        item = some_item(served.port, token)
        check("a server is there", served.api(token, "POST", "/api/v1/cases", application(item, "李四"))[0] == 201)
        sql(server, "ALTER ROLE away NOLOGIN")
        sql(server, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename='away'")
        sql(server, "UPDATE " + part % "+")
        entries = f"SELECT count(*) FROM {schema}.ledger"
        before = sql(server, entries)
        sql(server, "ALTER ROLE away LOGIN")
        status = asked(served, token, application(item, "王五")) if asks else 503
        check("who comes to it then is put off", status == 503, status)
        check("it ends, for its schema is gone", eventually(lambda: served.process.poll() == 2), served.process.poll())
        said.seek(0)
        check("and says why", "store.newer" in (words := said.read()), words)
        check("it has written nothing", sql(server, entries) == before, (before, sql(server, entries)))
    finally:
        served.kill()
        said.close()
        sql(server, "UPDATE " + part % "-")


def asked(served, token, body):
    try:
        return served.api(token, "POST", "/api/v1/cases", body, timeout=100)[0]
    except (OSError, http.client.HTTPException):
        return 503  # it ended first


def waits_for(look, what, seconds=30):
    """Until it is so."""
    end = time.monotonic() + seconds
    while look() != what and time.monotonic() < end:
        time.sleep(0.05)
    return look()


def held_up(server, store, mode, look):
    """A command that writes is held up by somebody who has its table; when it has been looked at it is let go."""
    counted = "SELECT count(*) FROM pg_locks WHERE locktype='advisory' AND mode='ShareLock' AND granted"
    locked = f"SELECT count(*) FROM pg_locks WHERE relation='copied.token'::regclass AND mode='{mode.title().replace(' ', '')}Lock'"
    holder = subprocess.Popen(["psql", "-qX", server], stdin=subprocess.PIPE, text=True, env=ENV)
    command = None
    try:
        holder.stdin.write(f"BEGIN; LOCK TABLE copied.token IN {mode} MODE;\n")
        holder.stdin.flush()
        waits_for(lambda: sql(server, locked), "1")
        command = subprocess.Popen([BANJIE, "token", "--login", "linxiao", "--db", store], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV)
        check("a command that writes is counted", waits_for(lambda: sql(server, counted), "1") == "1")
        look()
        holder.stdin.write("ROLLBACK;\n")
        holder.stdin.flush()
        out, err = command.communicate(timeout=60)
        check("then it does its work", command.returncode == 0 and out.strip(), (command.returncode, err))
    finally:
        holder.stdin.close()
        holder.wait(timeout=20)
        if command and command.poll() is None:
            command.kill()


def refused_upgrade(server, store):
    sql(server, "UPDATE copied.schema_part SET version=version-1 WHERE part='kernel'")
    said = banjie("upgrade", "--quick", "--db", store, timeout=60)
    sql(server, "UPDATE copied.schema_part SET version=version+1 WHERE part='kernel'")
    check("upgrade is refused while a command is at work", said.returncode == 1 and "served by 1 of its processes" in said.stderr, (said.returncode, said.stderr))


def commands_count(server, copies):
    """One that waits in its turn, and one that has not begun it."""
    held_up(server, copies.store, "EXCLUSIVE", lambda: copies.served("a command at work", 1, "--stopped"))
    held_up(server, copies.store, "ACCESS EXCLUSIVE", lambda: refused_upgrade(server, copies.store))
    copies.complete("when they are done")


def not_anothers(server):
    """A database that another program keeps its tables in is not taken for an empty one."""
    sql(server, "CREATE SCHEMA library; CREATE TABLE library.book(id bigint PRIMARY KEY)")
    store = store_of(server, "library")
    for command in (("init", "--store"), ("upgrade", "--db"), ("copy", "--from", store_of(server, "copied"), "--to")):
        said = banjie(*command, store, timeout=60)
        check(f"{command[0]} leaves another program's tables alone", said.returncode == 2 and "is no database of this program" in said.stderr, (said.returncode, said.stderr))
    sql(server, "CREATE ROLE clerk LOGIN; GRANT USAGE, CREATE ON SCHEMA library TO clerk")
    said = banjie("init", "--store", store_of(role_of(server, "clerk"), "library"), timeout=60)
    check("also where it may not look at them", said.returncode == 2 and "is no database of this program" in said.stderr, (said.returncode, said.stderr))
    tables = sql(server, "SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname='library'")
    check("nothing was made beside them", tables == "book", tables)


def beside_an_extension(server, copies):
    """Tables of an extension, as PostGIS brings, are nobody's records: a schema that has no others is empty, and they go into no copy."""
    try:
        for schema in ("mapped", "mapped_copy"):
            sql(server, f"CREATE SCHEMA {schema}; CREATE TABLE {schema}.spatial_ref_sys(srid int PRIMARY KEY, name text); INSERT INTO {schema}.spatial_ref_sys VALUES(4490, 'CGCS2000')")
            sql(server, f"ALTER EXTENSION plpgsql ADD TABLE {schema}.spatial_ref_sys")
        said = banjie("init", "--store", store_of(server, "mapped"), timeout=60)
        check("init takes a schema that only an extension has tables in", said.returncode == DONE, (said.returncode, said.stderr))
        said = banjie("copy", "--from", store_of(server, "mapped"), "--to", store_of(server, "mapped_copy"), timeout=60)
        check("and so does copy", said.returncode == DONE, (said.returncode, said.stderr))
        copies.complete("out of it", store=store_of(server, "mapped"))
        rows = [sql(server, f"SELECT string_agg(name, ' ') FROM {schema}.spatial_ref_sys") for schema in ("mapped", "mapped_copy")]
        check("the extension's rows are left alone", rows == ["CGCS2000"] * 2, rows)
    finally:
        for schema in ("mapped", "mapped_copy"):
            sql(server, f"ALTER EXTENSION plpgsql DROP TABLE {schema}.spatial_ref_sys")


def role_of(server, name):
    return server.replace("//banjie@", f"//{name}@", 1)


def unseen(server, copies):
    """As an administrator may have it: only he sees the locks."""
    sql(server, "CREATE ROLE looker LOGIN; GRANT USAGE ON SCHEMA copied TO looker; GRANT SELECT ON ALL TABLES IN SCHEMA copied TO looker")
    store = store_of(role_of(server, "looker"), "copied")
    copies.complete("a role that only reads", store=store)
    sql(server, "REVOKE SELECT ON pg_catalog.pg_locks FROM PUBLIC")
    try:
        status, said, words = copies.run(store=store)
        check("a role that may not look: it is not complete", status == NOT_COMPLETE and "served_by" not in said, (status, said))
        check("and says what it does not know", "not known whether the source is stopped" in words and "--stopped" in words, words)
        check("without a word of the machinery", "pg_locks" not in words, words)
        copies.complete("a role that may not look, told", "--stopped", store=store, seen=False)
    finally:
        sql(server, "GRANT SELECT ON pg_catalog.pg_locks TO PUBLIC")


def beside_a_neighbour(server, copies):
    """What somebody else keeps in the office's schema, closed to its role, is in nobody's way. A table of the office's own that is closed is, and rows of it that are hidden: nothing is left out unsaid."""
    store = store_of(role_of(server, "looker"), "copied")
    sql(server, "CREATE ROLE neighbour; CREATE TABLE copied.notes(id bigint); ALTER TABLE copied.notes OWNER TO neighbour")
    copies.complete("beside a neighbour's table", store=store)
    sql(server, "DROP TABLE copied.notes; REVOKE SELECT ON copied.draft FROM looker")
    status, said, words = copies.run(store=store)
    check("without a right to a table of its own it does not complete", status == 1 and "permission denied for table draft" in words, (status, said, words))
    sql(server, "GRANT SELECT ON copied.draft TO looker; ALTER TABLE copied.notice ENABLE ROW LEVEL SECURITY")
    status, said, words = copies.run(store=store)
    check("a table of which a policy hides rows from it is not taken for the whole", status == 1 and 'policy for table "notice"' in words, (status, said, words))
    sql(server, "ALTER TABLE copied.notice DISABLE ROW LEVEL SECURITY")


def any_text_moves(server, folder):
    """Names with a character that the server has not, as an office of before has them, go there and come back; what it can keep in no way is told with its table."""
    files = [os.path.join(folder, name) for name in ("texts.db", "back.db", "texts.csv")]
    with open(os.path.join(ROOT, "tests", "data", "items-small.csv"), encoding="utf-8") as f:
        lines = [f.readline() for _ in range(3)]
    with open(files[2], "w", encoding="utf-8") as f:
        f.writelines(lines[:1] + [line.replace("食品经营", "食品\0经营\1").replace("高龄津贴", "\1\1高龄\1\2津贴") for line in lines[1:]])
    sql(server, "CREATE SCHEMA texts")
    there = store_of(server, "texts")
    check("an office in a file", banjie("init", "--db", files[0], "--login", "admin").returncode == DONE)
    check("has such names", banjie("import", "items", files[2], "--db", files[0]).returncode == DONE)
    moved = [banjie("copy", "--from", a, "--to", b, "--lang", "en") for a, b in ((files[0], there), (there, files[1]))]
    check("it moves there and back", [m.returncode for m in moved] == [DONE] * 2, [(m.stdout, m.stderr) for m in moved])
    check("and is the same", moved[0].stdout == moved[1].stdout and "both sides are the same" in moved[0].stdout, [m.stdout for m in moved])
    names = [[row[0] for row in in_file(f, "SELECT name FROM item ORDER BY name")] for f in files[:2]]
    check("name by name", names[0] == names[1] and any("\0" in n for n in names[0]) and any("\1\2" in n for n in names[0]), names)
    for proof in (("verify", "--rows"), ("rebuild", "--check")):
        said = banjie(*proof, "--store", there)
        check(" ".join(proof), said.returncode == DONE, said.stdout)
    in_file(files[1], "UPDATE item SET name=CAST(x'ff' AS TEXT)")
    sql(server, "CREATE SCHEMA bytes")
    said = banjie("copy", "--from", files[1], "--to", store_of(server, "bytes"), "--lang", "en")
    check("what cannot be kept is told with its table, and why", said.returncode == 2 and "copy.row" in said.stderr and "table item " in said.stderr and "0xff" in said.stderr, said.stderr)


def in_file(path, text):
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        return file.execute(text).fetchall()


def main():
    server = server_or_skip()
    folder = tempfile.mkdtemp(prefix="banjie-served-")
    try:
        for schema in ("copied", "elsewhere"):
            sql(server, f"CREATE SCHEMA {schema}")
            made = banjie("demo", "--store", store_of(server, schema), *CITY)
            check("the city is made", made.returncode == 0, made.stderr.strip())
        copies = Copies(store_of(server, "copied"), folder)
        counted(server, copies)
        commands_count(server, copies)
        unseen(server, copies)
        beside_a_neighbour(server, copies)
        backed_up_meanwhile(server, copies.store, folder)
        two_into_one(server, "elsewhere")
        older_under_a_server(server, "elsewhere")
        sql(server, "CREATE ROLE away LOGIN SUPERUSER")
        for asks in (True, False):
            away_meanwhile(server, "elsewhere", asks)
        any_text_moves(server, folder)
        not_anothers(server)
        beside_an_extension(server, copies)
    finally:
        shutil.rmtree(folder)
    print(f"{0 if failures else 1} passed, {1 if failures else 0} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
