/* pg_months.c - history by month: tables whose keys grow with time are partitioned by ranges of them, and the ranges are cut when a
 * month begins. A month that has passed is then a table of its own that nothing adds to: it can be moved to cheaper disks,
 * compressed, detached. No statement knows of it.
 *
 * Done by the leading process on a connection of its own, under the turn, in moments: a table becomes partitioned without a row
 * moved, what it had is its first partition. To close a month's range the server must know that no row is beyond it. It looks at a small
 * table under the turn; of a large one it is told beforehand, by a condition some way ahead that it checks while work goes on.
 */
#include <stdio.h>
#include <string.h>

#include "store/pg_int.h"

enum { SMALL_MIB = 256, SQL_MAX = 6144, LOCK_SECONDS = 3 };

/* `passing`: what failed goes by itself. */
struct session { PGconn *db; bool passing; char message[PG_MESSAGE_MAX]; };

/* What follows is told: the table, its key, the table and key by which the bound is found, the month. Views are made anew, for they
 * know a table by its number and would go on reading its first partition. */
static const char become[] =
	"DO $do$ DECLARE t text := '%1$s'; k text := '%2$s'; defs text[] := '{}'; views text[] := '{}'; r record; d text; BEGIN"
	" IF (SELECT relkind FROM pg_class WHERE oid=to_regclass(t))='r' THEN"
	"  FOR r IN SELECT c.relname, pg_get_indexdef(i.indexrelid) AS def FROM pg_index i JOIN pg_class c ON c.oid=i.indexrelid"
	"   WHERE i.indrelid=to_regclass(t) AND NOT i.indisprimary LOOP"
	"   defs := defs || r.def; EXECUTE format('ALTER INDEX %%I RENAME TO %%I', r.relname, r.relname || '_first'); END LOOP;"
	"  FOR r IN SELECT DISTINCT v.oid::regclass AS view, pg_get_viewdef(v.oid) AS def FROM pg_depend p JOIN pg_rewrite w ON w.oid=p.objid"
	"   JOIN pg_class v ON v.oid=w.ev_class WHERE p.refobjid=to_regclass(t) AND p.classid='pg_rewrite'::regclass AND v.relkind='v' LOOP"
	"   views := views || format('CREATE OR REPLACE VIEW %%s AS %%s', r.view, r.def); END LOOP;"
	"  EXECUTE format('ALTER TABLE %%I RENAME TO %%I', t, t || '_first');"
	"  EXECUTE format('CREATE TABLE %%I(LIKE %%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE, PRIMARY KEY(%%I)) PARTITION BY RANGE(%%I)', t, t || '_first', k, k);"
	"  FOREACH d IN ARRAY defs LOOP EXECUTE d; END LOOP;"
	"  EXECUTE format('ALTER TABLE %%I ATTACH PARTITION %%I FOR VALUES FROM (MINVALUE) TO (MAXVALUE)', t, t || '_first');"
	"  FOREACH d IN ARRAY views LOOP EXECUTE d; END LOOP;"
	" END IF; END $do$";

/* The partition that is open to growth, and where it begins (without a backslash, which means what the role's settings say). Another office may lie behind this one on the search path: whether a month was made is asked of this schema alone. */
#define OPEN_ONE \
	"SELECT c.oid::regclass, substring(pg_get_expr(c.relpartbound, c.oid) from 'FROM [(](.*)[)] TO') INTO top, lo FROM pg_inherits i" \
	" JOIN pg_class c ON c.oid=i.inhrelid WHERE i.inhparent=to_regclass(t) AND pg_get_expr(c.relpartbound, c.oid) LIKE '%%TO (MAXVALUE)';"
#define DECLARED "DO $do$ DECLARE t text := '%1$s'; k text := '%2$s'; by_table text := '%3$s'; by_key text := '%4$s'; made text := '%1$s_m%5$06d'; mine text := quote_ident(current_schema()) || '.'; small bigint := %6$d; top regclass; lo text; bound bigint; told boolean; BEGIN " OPEN_ONE

/* A sixteenth of the rows, at least a million: days of work ahead of the condition. */
static const char tell[] = DECLARED
	" IF to_regclass(mine || made) IS NULL AND pg_relation_size(top)>small*1048576"
	"  AND NOT EXISTS(SELECT 1 FROM pg_constraint WHERE conrelid=top AND conname='month_bound') THEN"
	"  EXECUTE format('SELECT coalesce(max(%%I), 0)+1 FROM %%I', by_key, by_table) INTO bound;"
	"  bound := bound+greatest(1000000, (SELECT reltuples/16 FROM pg_class WHERE oid=top))::bigint;"
	"  EXECUTE format('ALTER TABLE %%s ADD CONSTRAINT month_bound CHECK (%%I<%%s) NOT VALID', top, k, bound);"
	" END IF; END $do$";
static const char prove[] = DECLARED
	" IF EXISTS(SELECT 1 FROM pg_constraint WHERE conrelid=top AND conname='month_bound') THEN"
	"  EXECUTE format('ALTER TABLE %%s VALIDATE CONSTRAINT month_bound', top); END IF; END $do$";
static const char cut[] = DECLARED
	" IF to_regclass(mine || made) IS NULL AND coalesce((SELECT max(c.relname::text) FROM pg_inherits i JOIN pg_class c ON c.oid=i.inhrelid"
	"   WHERE i.inhparent=to_regclass(t) AND c.relname ~ '_m[0-9]{6}$'), '')<made THEN"
	"  SELECT true, CAST(substring(pg_get_constraintdef(oid) from '[0-9]+') AS bigint) INTO told, bound FROM pg_constraint"
	"   WHERE conrelid=top AND conname='month_bound';"
	"  IF told IS NULL THEN EXECUTE format('SELECT coalesce(max(%%I), 0)+1 FROM %%I', by_key, by_table) INTO bound; END IF;"
	"  IF lo<>'MINVALUE' AND CAST(trim(both '''' from lo) AS bigint)>=bound THEN"
	"   bound := CAST(trim(both '''' from lo) AS bigint)+1; END IF;" /* nothing came meanwhile: a range has at least one number */
	"  EXECUTE format('ALTER TABLE %%I DETACH PARTITION %%s', t, top);"
	"  EXECUTE format('ALTER TABLE %%I ATTACH PARTITION %%s FOR VALUES FROM (%%s) TO (%%s)', t, top, lo, bound);"
	"  EXECUTE format('CREATE TABLE %%I PARTITION OF %%I FOR VALUES FROM (%%s) TO (MAXVALUE)', made, t, bound);"
	"  IF told THEN EXECUTE format('ALTER TABLE %%s DROP CONSTRAINT month_bound', top); END IF;"
	" END IF; END $do$";

/* The server is away, another is the primary now, or somebody held a lock for longer than is waited. */
static bool passes(const struct session *s, const PGresult *r)
{
	static const char *const classes[] = { "08", "57P", "25006", "40", "55P03" };
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	if (PQstatus(s->db) == CONNECTION_BAD)
		return true;
	for (size_t i = 0; state && i < sizeof classes / sizeof *classes; i++)
		if (strncmp(state, classes[i], strlen(classes[i])) == 0)
			return true;
	return false;
}

static bool say(struct session *s, const char *sql)
{
	PGresult *r = PQexec(s->db, sql);
	bool ok = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
	if (!ok && !s->message[0]) {
		snprintf(s->message, sizeof s->message, "%.*s", (int)strcspn(PQerrorMessage(s->db), "\n"), PQerrorMessage(s->db));
		s->passing = passes(s, r);
	}
	PQclear(r);
	return ok;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static bool say_of(struct session *s, const char *text, const struct store_monthly *m, int month)
{
	char sql[SQL_MAX];
	int n = snprintf(sql, sizeof sql, text, m->table, m->key, m->by_table, m->by_key, month, SMALL_MIB);
	base_assert(n > 0 && n < SQL_MAX);
	return say(s, sql);
}
#pragma GCC diagnostic pop

/* The statements of `texts`, in one transaction, under the turn; nobody waits longer than a moment for it. */
static bool in_turn(struct session *s, const char *const *texts, size_t count, const struct store_monthly *m, int month)
{
	bool ok = say(s, PG_BEGIN) && say(s, PG_TURN);
	for (size_t i = 0; i < count && ok; i++)
		ok = say_of(s, texts[i], m, month);
	return say(s, ok ? "COMMIT" : "ROLLBACK") && ok;
}

static bool one(struct session *s, const struct store_monthly *m, int month)
{
	static const char *const first[] = { become, tell }, *const last[] = { cut };
	return in_turn(s, first, 2, m, month) && say_of(s, prove, m, month) && in_turn(s, last, 1, m, month);
}

enum err pg_months(struct store *store, const struct store_monthly *tables, size_t count, int month, struct diag *d)
{
	char limit[64];
	struct session s = { .passing = true };
	s.db = pg_session(store, s.message);
	snprintf(limit, sizeof limit, "SET lock_timeout='%ds'", LOCK_SECONDS);
	bool ok = say(&s, limit);
	for (size_t i = 0; i < count && ok; i++)
		ok = one(&s, &tables[i], month);
	PQfinish(s.db);
	return ok ? OK : diag_set(d, s.passing ? ERR_BUSY : ERR_IO, "store.month", "The history's next month could not be begun: %s.", s.message);
}
