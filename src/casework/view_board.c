/* view_board.c - the supervisor's board, the alerts, the record. Every number is a list of cases somewhere. */
#include "casework/view_int.h"

/* From the counts that apply.c keeps, never from the cases: a board costs the same however many there are. */
#define SUMS \
	"coalesce(sum(k.n), 0) AS open, coalesce(sum(CASE WHEN k.level=0 THEN k.n ELSE 0 END), 0) AS none, coalesce(sum(CASE WHEN k.level=1 THEN k.n ELSE 0 END), 0) AS notice," \
	" coalesce(sum(CASE WHEN k.level=2 THEN k.n ELSE 0 END), 0) AS yellow, coalesce(sum(CASE WHEN k.level=3 THEN k.n ELSE 0 END), 0) AS red," \
	" coalesce(sum(k.suspended*k.n), 0) AS suspended"
/* ?1 organ id or NULL; ?2 region's code or NULL, with all below it; a head sees the own organs only (?3 person, ?4 sees all) */
#define BOARD_WHERE \
	" WHERE (?1 IS NULL OR k.organ=?1) AND (?2 IS NULL OR k.region IN (" REGION_BELOW("?2") "))" \
	" AND (?4=1 OR k.organ IN (SELECT organ FROM post WHERE role='head' AND (a=?3 OR b=?3)))"

static void bind_board(struct view_ctx *v, struct store_query *q)
{
	struct str region = param(v, "region");
	int64_t organ = param(v, "organ").len ? organ_by_code(v->c, param(v, "organ")) : 0;
	if (organ || param(v, "organ").len)
		store_bind_i64(q, 1, organ);
	store_bind_str(q, 2, region.len ? region : (struct str){ NULL, 0 });
	store_bind_i64(q, 3, v->actor.person);
	store_bind_i64(q, 4, (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)) != 0);
}

static enum err ask_today(struct view_ctx *v, struct store_query **q)
{
	enum { DAY_MS = 86400000, CHINA_MS = 28800000 };
	TRY(store_prepare(v->c, "SELECT coalesce(sum(k.received), 0) AS received_today, coalesce(sum(k.concluded), 0) AS concluded_today FROM board_day k"
	                        BOARD_WHERE " AND k.day=?5", q));
	bind_board(v, *q);
	store_bind_i64(*q, 5, (v->now_ms + CHINA_MS) / DAY_MS);
	return OK;
}

/* Of the day, beside what lies there now. */
static enum err totals_today(struct view_ctx *v, struct json_build *o)
{
	struct store_query *q;
	bool row, known;
	TRY(ask_today(v, &q));
	TRY(view_ask(v, q, &row, &known));
	if (!known) {
		view_unknown(v, o, "received_today");
		view_unknown(v, o, "concluded_today");
		return OK;
	}
	if (row)
		set_columns(o, v, q);
	store_reset(q);
	return OK;
}

static enum err ask_totals(struct view_ctx *v, struct store_query **q)
{
	TRY(store_prepare(v->c, "SELECT " SUMS " FROM board_count k" BOARD_WHERE, q));
	bind_board(v, *q);
	return OK;
}

static enum err totals(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build o;
	bool row;
	json_build_object(&o, v->a);
	TRY(ask_totals(v, &q));
	TRY(store_step(q, &row));
	if (row)
		set_columns(&o, v, q);
	store_reset(q);
	TRY(totals_today(v, &o));
	json_set(out, "totals", json_built(&o));
	return OK;
}

/* ---- the map: the regions below the one looked at, each with all below it ---- */

/* The root: the region asked for, else the lowest under which everything lies. */
static int64_t map_root(struct view_ctx *v)
{
	int64_t root = param(v, "region").len ? row_i64_str(v->c, "SELECT id FROM region WHERE code=?1", param(v, "region"), 0)
	                                      : row_i64(v->c, "SELECT id FROM region WHERE parent IS NULL OR ?1=0 ORDER BY level, id LIMIT 1", 1, 0);
	for (int64_t only = root; only && !param(v, "region").len;) {
		only = row_i64(v->c, "SELECT CASE WHEN count(*)=1 THEN max(id) END FROM region WHERE parent=?1", root, 0);
		root = only ? only : root;
	}
	return root;
}

#define MAP_SELECT \
	"WITH RECURSIVE below(top, id) AS (SELECT id, id FROM region WHERE parent=?5 UNION ALL SELECT ?5, ?5 UNION ALL" \
	" SELECT b.top, r.id FROM region r JOIN below b ON r.parent=b.id AND b.top<>?5)" \
	" SELECT b.top AS id, " SUMS " FROM below b LEFT JOIN (SELECT k.* FROM board_count k WHERE (?1 IS NULL OR k.organ=?1) AND (?2 IS NULL OR 1=1)" \
	" AND (?4=1 OR k.organ IN (SELECT organ FROM post WHERE role='head' AND (a=?3 OR b=?3)))) AS k ON k.region=b.id GROUP BY b.top ORDER BY b.top"

/* Rows with an id column, each given the thing it counts by under `key`. */
static enum err grouped(struct view_ctx *v, struct store_query *q, const char *key, const char *named_sql, struct json_build *out, const char *list_key)
{
	struct json_build raw, list;
	TRY(rows_json(v, q, &raw));
	for (size_t i = 0; i < raw.value.count; i++)
		ahead_i64(v->c, named_sql, json_i64(json_get(&raw.value.items[i], "id"), 0));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < raw.value.count; i++) {
		struct json_build o;
		const struct json *r = &raw.value.items[i];
		json_build_object(&o, v->a);
		TRY(view_named(v, &o, key, named_sql, json_i64(json_get(r, "id"), 0)));
		for (size_t m = 0; m < r->count; m++)
			if (!str_eqz(r->members[m].key, "id"))
				json_set_key(&o, r->members[m].key, &r->members[m].value);
		json_add(&list, json_built(&o));
	}
	json_set(out, list_key, json_built(&list));
	return OK;
}

#define ALERT_SELECT(which) \
	"SELECT a.id AS key, a.alert_no, CASE a.level WHEN 1 THEN 'notice' WHEN 2 THEN 'yellow' ELSE 'red' END AS level, a.rule_no, a.text, a.text_en, CASE WHEN a.rule_no LIKE 'T-%' THEN 0 ELSE 1 END AS by_rule," \
	" a.at_ms, a.due_ms AS due_at_ms, a.state, a.reason, a.case_id, a.organ, a.person FROM alert a" \
	" WHERE a.id" which "?1 AND (?2<0 OR a.level=?2) AND (?3 IS NULL OR a.organ=(SELECT id FROM organ WHERE code=?3)) AND (?4 IS NULL OR a.state=?4)" \
	" AND (?5=1 OR a.person=?6 OR a.organ IN (SELECT organ FROM post WHERE role='head' AND (a=?6 OR b=?6))) ORDER BY a.id DESC LIMIT ?7"

#define ALERT_PERSON "SELECT login, name FROM person WHERE id=?1"

static enum err alert_row(struct view_ctx *v, const void *what, struct json_build *list)
{
	const struct json *r = what;
	struct json_build o, kase;
	struct case_row k;
	json_build_object(&o, v->a);
	for (size_t m = 0; m < r->count; m++)
		if (!str_eqz(r->members[m].key, "case_id") && !str_eqz(r->members[m].key, "organ") && !str_eqz(r->members[m].key, "person"))
			json_set_key(&o, r->members[m].key, &r->members[m].value);
	if (json_i64(json_get(r, "case_id"), 0)) { /* 0: about an item or a person, no case */
		TRY(case_get(v->c, v->a, json_i64(json_get(r, "case_id"), 0), &k));
		json_build_object(&kase, v->a);
		TRY(case_row_json(v, &k, &kase));
		json_set(&o, "case", json_built(&kase));
	}
	TRY(view_named(v, &o, "organ", ORGAN_SQL, json_i64(json_get(r, "organ"), 0)));
	TRY(view_named(v, &o, "person", ALERT_PERSON, json_i64(json_get(r, "person"), 0)));
	json_add(list, json_built(&o));
	return OK;
}

static enum err ask_alerts(struct view_ctx *v, int64_t id, bool one, int level, int64_t limit, struct store_query **out)
{
	struct store_query *q;
	struct str organ = param(v, "organ"), state = param(v, "state");
	TRY(store_prepare(v->c, one ? ALERT_SELECT("=") : ALERT_SELECT("<"), &q));
	store_bind_i64(q, 1, id);
	store_bind_i64(q, 2, level);
	store_bind_str(q, 3, organ.len ? organ : (struct str){ NULL, 0 });
	store_bind_str(q, 4, state.len ? state : (struct str){ NULL, 0 });
	store_bind_i64(q, 5, (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)) != 0);
	store_bind_i64(q, 6, v->actor.person);
	store_bind_i64(q, 7, limit);
	*out = q;
	return OK;
}

static enum err find_alerts(struct view_ctx *v, int64_t id, bool one, int level, int64_t limit, struct json_build *found)
{
	struct store_query *q;
	struct json_build raw;
	TRY(ask_alerts(v, id, one, level, limit, &q));
	TRY(rows_json(v, q, &raw));
	for (size_t i = 0; i < raw.value.count; i++)
		json_add(found, &raw.value.items[i]);
	return OK;
}

enum { BOARD_ALERTS = 20 };

static int alert_level(struct view_ctx *v)
{
	return level_of(param(v, "level")) ? level_of(param(v, "level")) : -1;
}

static enum err find_page(struct view_ctx *v, int64_t id, bool one, struct json_build *found)
{
	return find_alerts(v, id, one, alert_level(v), view_limit(v) + 1, found);
}

static enum err find_newest(struct view_ctx *v, int64_t id, bool one, struct json_build *found)
{
	return find_alerts(v, id, one, -1, BOARD_ALERTS, found);
}

#define ALERT_IDS "SELECT id FROM alert WHERE +id<?1 ORDER BY +id DESC LIMIT 20000"

static enum err alerts_found(struct view_ctx *v, const struct view_span *asked, struct json_build *raw)
{
	struct view_span span = *asked;
	span.ids = ALERT_IDS;
	json_build_array(raw, v->a);
	return view_rows_around(v, &span, raw);
}

static void alert_rows_ahead(struct view_ctx *v, const struct json_build *rows)
{
	int64_t *cases = store_is_far(v->c) ? arena_new_n(v->a, int64_t, rows->value.count + 1) : NULL;
	size_t n = 0;
	for (size_t i = 0; cases && i < rows->value.count; i++) {
		const struct json *r = &rows->value.items[i];
		ahead_i64(v->c, ORGAN_SQL, json_i64(json_get(r, "organ"), 0));
		ahead_i64(v->c, ALERT_PERSON, json_i64(json_get(r, "person"), 0));
		if (json_i64(json_get(r, "case_id"), 0))
			cases[n++] = json_i64(json_get(r, "case_id"), 0);
	}
	if (cases)
		case_rows_ahead(v, cases, n);
}

static enum err alert_rows(struct view_ctx *v, const struct json_build *raw, struct json_build *list)
{
	alert_rows_ahead(v, raw);
	json_build_array(list, v->a);
	for (size_t i = 0; i < raw->value.count; i++)
		TRY(view_row(v, alert_row, &raw->value.items[i], list));
	return OK;
}

enum err view_alerts(struct view_ctx *v, struct json_build *out)
{
	return view_list(v, &(struct view_list){ ALERT_IDS, find_page, alert_row, alert_rows_ahead }, out);
}

#define WINDOWS_SELECT \
	"SELECT p.id AS id, coalesce(sum(c.n), 0) AS open, coalesce(sum(CASE WHEN c.level=2 THEN c.n ELSE 0 END), 0) AS yellow," \
	" coalesce(sum(CASE WHEN c.level=3 THEN c.n ELSE 0 END), 0) AS red, coalesce(sum(CASE WHEN c.level=1 THEN c.n ELSE 0 END), 0) AS notice, 0 AS suspended FROM post p" \
	" LEFT JOIN board_post c ON c.post=p.id WHERE p.role='clerk' AND p.ended_ms IS NULL AND (?1 IS NULL OR p.organ=?1) AND (?2 IS NULL OR 1=1)" \
	" AND (?4=1 OR p.organ IN (SELECT organ FROM post WHERE role='head' AND (a=?3 OR b=?3))) AND (?5 IS NULL OR p.code=?5)" \
	" GROUP BY p.id ORDER BY red DESC, yellow DESC, open DESC, p.id LIMIT 50"

static enum err ask_windows(struct view_ctx *v, struct store_query **q)
{
	struct str window = param(v, "window");
	TRY(store_prepare(v->c, WINDOWS_SELECT, q));
	bind_board(v, *q);
	store_bind_str(*q, 5, window.len ? window : (struct str){ NULL, 0 });
	return OK;
}

/* What lies at each counter (a post of clerks) now. */
static enum err windows(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(ask_windows(v, &q));
	return grouped(v, q, "window", "SELECT p.code, p.name, p.name_en, o.code AS organ_code, o.name AS organ, o.name_en AS organ_en FROM post p"
	                               " JOIN organ o ON o.id=p.organ WHERE p.id=?1", out, "windows");
}

static enum err newest_alerts(struct view_ctx *v, struct json_build *out)
{
	struct json_build found, alerts;
	TRY(alerts_found(v, &(struct view_span){ .ask = find_newest, .enough = BOARD_ALERTS, .from = INT64_MAX }, &found));
	if (found.value.count > BOARD_ALERTS)
		found.value.count = BOARD_ALERTS;
	TRY(alert_rows(v, &found, &alerts));
	if (v->rows_missing && !alerts.value.count)
		return ERR_CORRUPT; /* none would say that there is none */
	json_set(out, "alerts", json_built(&alerts));
	return OK;
}

static enum err ask_organs(struct view_ctx *v, struct store_query **q)
{
	TRY(store_prepare(v->c, "SELECT k.organ AS id, " SUMS " FROM board_count k" BOARD_WHERE " GROUP BY k.organ ORDER BY red DESC, yellow DESC, open DESC, k.organ", q));
	bind_board(v, *q);
	return OK;
}

static enum err organs(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(ask_organs(v, &q));
	return grouped(v, q, "organ", ORGAN_SQL, out, "organs");
}

static enum err ask_items(struct view_ctx *v, struct store_query **q)
{
	TRY(store_prepare(v->c, "SELECT k.item AS id, " SUMS " FROM board_count k" BOARD_WHERE " GROUP BY k.item ORDER BY red DESC, yellow DESC, open DESC, k.item LIMIT 20", q));
	bind_board(v, *q);
	return OK;
}

static enum err items(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(ask_items(v, &q));
	return grouped(v, q, "item", ITEM_SQL, out, "items");
}

static enum err ask_regions(struct view_ctx *v, struct store_query **q)
{
	int64_t root = map_root(v);
	TRY(store_prepare(v->c, MAP_SELECT, q));
	bind_board(v, *q);
	store_bind_i64(*q, 5, root);
	return OK;
}

static enum err regions(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(ask_regions(v, &q));
	return grouped(v, q, "region", "SELECT code, name, name_en, level FROM region WHERE id=?1", out, "regions");
}

static enum err region(struct view_ctx *v, struct json_build *out)
{
	set_named(out, v, "region", REGION_SQL, map_root(v));
	return OK;
}

static enum err ask_newest(struct view_ctx *v, struct store_query **q)
{
	return ask_alerts(v, INT64_MAX, false, -1, BOARD_ALERTS, q);
}

static const char newest_entry[] = "SELECT max(seq) FROM ledger WHERE ?1=1";

static void board_ahead(struct view_ctx *v)
{
	static enum err (*const ask[])(struct view_ctx *v, struct store_query **q) = { ask_totals, ask_today, ask_organs, ask_items, ask_regions, ask_windows, ask_newest };
	struct store_query *q;
	if (!store_is_far(v->c))
		return;
	ahead_i64(v->c, newest_entry, 1);
	for (size_t i = 0; i < sizeof ask / sizeof *ask; i++)
		if (ask[i](v, &q) == OK)
			store_ahead(q);
}

enum err view_board(struct view_ctx *v, struct json_build *out)
{
	static const struct { const char *key; enum err (*put)(struct view_ctx *v, struct json_build *out); } parts[] = {
		{ "totals", totals }, { "organs", organs }, { "items", items }, { "region", region }, { "regions", regions }, { "windows", windows }, { "alerts", newest_alerts },
	};
	board_ahead(v);
	json_set_str(out, "at", view_instant(v, v->now_ms));
	json_set_i64(out, "seq", row_i64(v->c, newest_entry, 1, 0));
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		TRY(view_part(v, parts[i].key, parts[i].put, out));
	return OK;
}

/* The chain is whole for whoever may read it, but of a case that someone is kept out of it shows that person nothing but the hashes. */
#define NOT_BARRED(id) " NOT EXISTS(SELECT 1 FROM case_barred b WHERE b.case_id=" id " AND b.person=?4)"

static enum err find_entries(struct view_ctx *v, int64_t seq, bool one, struct json_build *rows)
{
	struct store_query *q;
	struct str case_no = param(v, "case_no");
	TRY(store_prepare(v->c, "SELECT l.seq, l.seq AS key, l.at_ms, l.kind, CASE WHEN" NOT_BARRED("l.subject") " THEN l.subject ELSE 0 END AS subject, p.name AS actor,"
	                        " encode(l.hash, 'hex') AS hash, CASE WHEN" NOT_BARRED("l.subject") " THEN l.payload END AS payload_json FROM ledger l"
	                        " LEFT JOIN person p ON p.id=l.actor AND" NOT_BARRED("l.subject")
	                        " WHERE l.seq BETWEEN ?1 AND ?5 AND (?2 IS NULL OR l.subject=(SELECT n.id FROM case_number n WHERE n.case_no=?2 AND" NOT_BARRED("n.id") "))"
	                        " ORDER BY l.seq DESC LIMIT ?3", &q));
	view_bind_range(q, 1, 5, seq, one);
	store_bind_str(q, 2, case_no.len ? case_no : (struct str){ NULL, 0 });
	store_bind_i64(q, 3, view_limit(v) + 1);
	store_bind_i64(q, 4, v->actor.person);
	return rows_add(v, q, rows);
}

/* With its digest, which is not always kept, and the number of its case. */
static enum err put_entry(struct view_ctx *v, const void *what, struct json_build *list)
{
	const struct json *row = what;
	struct ledger_entry e;
	struct json_build o;
	struct store_query *q;
	struct buf hex;
	struct str digest = { NULL, 0 };
	bool found;
	buf_init_in(&hex, v->a, 2 * LEDGER_HASH + 1);
	TRY(store_prepare(v->c, "SELECT " ENTRY_COLUMNS " FROM ledger WHERE seq=?1", &q));
	store_bind_i64(q, 1, json_i64(json_get(row, "seq"), 0));
	TRY(store_step(q, &found));
	if (!found)
		return ERR_CORRUPT;
	entry_read(q, &e);
	store_reset(q);
	buf_hex(&hex, e.payload_digest, LEDGER_HASH);
	TRY(buf_finish(&hex, &digest));
	json_build_object(&o, v->a);
	for (size_t m = 0; m < row->count; m++)
		if (!str_eqz(row->members[m].key, "subject"))
			json_set_key(&o, row->members[m].key, &row->members[m].value);
	TRY(view_case_no(v, &o, json_i64(json_get(row, "subject"), 0)));
	json_set_str(&o, "digest", digest);
	json_add(list, json_built(&o));
	return OK;
}

/* Entries are numbered without a gap, and no index has them all. */
#define ENTRY_IDS \
	"WITH RECURSIVE n(seq, more) AS (SELECT CASE WHEN ?1>m.newest THEN m.newest ELSE ?1-1 END, 20000 FROM (SELECT max(seq) AS newest FROM ledger) AS m" \
	" UNION ALL SELECT seq-1, more-1 FROM n WHERE seq>1 AND more>1) SELECT seq FROM n ORDER BY seq DESC"

enum err view_ledger(struct view_ctx *v, struct json_build *out)
{
	return view_list(v, &(struct view_list){ ENTRY_IDS, find_entries, put_entry }, out);
}
