/* facts.c - the rows of the record that measures are computed from, one statement a fact.
 *
 * Each gives subject, x, y, ref, text, at, case_id. The same statement gives the figures (collect.c) and the cases behind
 * them (view_cases.c), so that the two cannot part.
 */
#include "gauge/gauge_int.h"

/* Whoever closed a step of the case answers for it, once. */
#define HOLDERS(column) " JOIN (SELECT DISTINCT case_id, " column " AS holder FROM step_done WHERE state='done') h ON h.case_id=k.id"
#define BY_CASE { "k.organ", "h.holder", "h.holder" }, { "", HOLDERS("person"), HOLDERS("post") }
#define STEP_POST "coalesce((SELECT post FROM step_open WHERE id=a.step), (SELECT post FROM step_done WHERE id=a.step))"
/* The step closed last before the moment at which the supplement was asked for. */
#define ASKED(column) "(SELECT p." column " FROM step_done p WHERE p.case_id=c.case_id AND p.closed_ms<=c.start_ms AND p.state='done'" \
	" ORDER BY p.id DESC LIMIT 1)"
#define OWN_CLOCKS "SELECT 1 FROM clock c WHERE c.case_id=k.id AND c.kind IN ('promised', 'statutory')"
#define ENDED "coalesce(k.decided_ms, k.concluded_ms)"

static const struct fact_def defs[FACTS] = {
	[FACT_SIGNALS] = { "signals", "预警信号", "signals of supervision",
	  "SELECT %s AS subject, a.level AS x, 0 AS y, a.id AS ref, a.rule_no AS text, a.at_ms AS at, a.case_id AS case_id FROM alert a%s"
	  " WHERE a.at_ms>=?1 AND a.at_ms<?2 AND a.state<>'lifted'",
	  { "a.organ", "a.person", STEP_POST }, { "", "", "" } },
	/* late: the promise or the law's limit passed. Early: done before the last day of the law's limit began.
	 * A case of an outside log has no clocks; its one due date stands for both. */
	[FACT_CASES] = { "cases", "办结件", "concluded cases",
	  "SELECT %s AS subject,"
	  " CASE WHEN EXISTS(" OWN_CLOCKS " AND c.stop_ms>=c.due_ms) OR (k.pack=0 AND " ENDED ">=k.due_ms) THEN 1 ELSE 0 END"
	  " + CASE WHEN coalesce((SELECT min(c.due_ms-c.stop_ms) FROM clock c WHERE c.case_id=k.id AND c.kind='statutory' AND c.stop_ms IS NOT NULL),"
	  " CASE WHEN k.pack=0 THEN k.due_ms-" ENDED " END, 0)>86400000 THEN 2 ELSE 0 END"
	  " + CASE WHEN coalesce(k.applicant_name, '')='' OR (k.state<>'refused' AND (k.accepted_ms IS NULL OR k.decided_ms IS NULL"
	  " OR coalesce(k.receipt_no, '')='')) THEN 4 ELSE 0 END"
	  " + CASE WHEN k.state='refused' THEN 8 ELSE 0 END AS x,"
	  " 0 AS y, k.id AS ref, k.state AS text, k.concluded_ms AS at, k.id AS case_id FROM case_done k%s"
	  " WHERE k.concluded_ms>=?1 AND k.concluded_ms<?2 AND k.state<>'withdrawn' AND k.state<>'failed'",
	  BY_CASE },
	/* returned: the next step of the case gave it back */
	[FACT_STEPS] = { "steps", "已办环节", "completed steps",
	  "SELECT %s AS subject, CASE WHEN s.closed_ms>=s.due_ms THEN 1 ELSE 0 END + CASE WHEN (SELECT r.action FROM step_done r"
	  " WHERE r.case_id=s.case_id AND r.id>s.id AND r.state='done' ORDER BY r.id LIMIT 1)='return' THEN 2 ELSE 0 END AS x,"
	  " 0 AS y, s.id AS ref, s.name AS text, s.closed_ms AS at, s.case_id AS case_id FROM step_done s%s"
	  " WHERE s.closed_ms>=?1 AND s.closed_ms<?2 AND s.state='done'",
	  { "s.organ", "s.person", "s.post" }, { "", "", "" } },
	[FACT_SUPPLEMENTS] = { "supplements", "要求补正", "requests to supplement",
	  "SELECT %s AS subject, (SELECT count(*) FROM clock e WHERE e.case_id=c.case_id AND e.kind='supplement' AND e.id<=c.id) AS x,"
	  " 0 AS y, c.id AS ref, '' AS text, c.start_ms AS at, c.case_id AS case_id FROM clock c JOIN case_any k ON k.id=c.case_id%s"
	  " WHERE c.kind='supplement' AND c.start_ms>=?1 AND c.start_ms<?2",
	  { "k.organ", ASKED("person"), ASKED("post") }, { "", "", "" } },
	[FACT_RATINGS] = { "ratings", "群众评价", "citizens' ratings",
	  "SELECT %s AS subject, r.grade AS x, 0 AS y, r.case_id AS ref, coalesce(r.text, '') AS text, r.at_ms AS at, r.case_id AS case_id"
	  " FROM rating r JOIN case_any k ON k.id=r.case_id%s WHERE r.at_ms>=?1 AND r.at_ms<?2",
	  BY_CASE },
	[FACT_ITEMS] = { "items", "事项时限", "limits of items",
	  "SELECT %s AS subject, i.statutory-i.promised AS x, i.statutory AS y, i.id AS ref, i.name AS text, i.id AS at, 0 AS case_id FROM item i%s"
	  " WHERE i.live=1 AND i.promised IS NOT NULL AND i.statutory>0 AND ?1<?2",
	  { "i.organ", NULL, NULL }, { "", "", "" } },
	[FACT_EVENTS] = { "events", "监督结果", "results of supervision",
	  "SELECT %s AS subject, 0 AS x, 0 AS y, g.id AS ref, g.kind AS text, g.at_ms AS at, g.case_id AS case_id FROM gauge_event g%s"
	  " WHERE g.at_ms>=?1 AND g.at_ms<?2",
	  { "g.organ", "g.person", "g.post" }, { "", "", "" } },
	[FACT_DISCIPLINE] = { "discipline", "处分", "disciplinary decisions",
	  "SELECT %s AS subject, g.measure AS x, 0 AS y, g.id AS ref, g.document_no AS text, g.decided_ms AS at, 0 AS case_id FROM gauge_discipline g%s"
	  " WHERE g.decided_ms>=?1 AND g.decided_ms<?2",
	  { "g.organ", "g.person", NULL }, { "", "", "" } },
	[FACT_MANAGERS] = { "managers", "领导评分", "managers' ratings",
	  "SELECT %s AS subject, g.points AS x, 0 AS y, g.id AS ref, g.reason AS text, g.from_ms AS at, 0 AS case_id FROM gauge_rating g%s"
	  " WHERE g.from_ms>=?1 AND g.from_ms<?2",
	  { "CASE WHEN g.kind=1 THEN g.subject END", "CASE WHEN g.kind=2 THEN g.subject END", "CASE WHEN g.kind=3 THEN g.subject END" }, { "", "", "" } },
	[FACT_ANSWERS] = { "answers", "问卷", "questionnaires",
	  "SELECT %s AS subject, coalesce(g.points, -1) AS x, 0 AS y, g.id AS ref, coalesce(g.text, '') AS text, u.from_ms AS at, g.case_id AS case_id"
	  " FROM gauge_sample g JOIN gauge_survey u ON u.id=g.survey JOIN case_any k ON k.id=g.case_id%s WHERE u.from_ms>=?1 AND u.from_ms<?2",
	  BY_CASE },
};

const struct fact_def *gauge_fact_def(int fact) { return &defs[fact]; }

/* The texts hold %s and no other mark of printf. */
static void put_filled(struct buf *b, const char *sql, const char *first, const char *second)
{
	const char *fill[] = { first, second };
	size_t n = 0;
	for (const char *at = strstr(sql, "%s"); at; at = strstr(sql, "%s")) {
		buf_put(b, str_span(sql, (size_t)(at - sql)));
		buf_putz(b, fill[n++]);
		sql = at + 2;
	}
	buf_putz(b, sql);
}

struct str gauge_fact_sql(struct arena *a, int fact, enum gauge_kind kind)
{
	const struct fact_def *f = &defs[fact];
	struct buf b;
	struct str out;
	if (!f->columns[kind - 1])
		return S("");
	buf_init_in(&b, a, 16384);
	put_filled(&b, f->sql, f->columns[kind - 1], f->joins[kind - 1]);
	return buf_finish(&b, &out) == OK ? out : S("");
}

/* ---- which signals an indicator takes ---- */

static bool fits(struct str pattern, struct str text)
{
	if (pattern.len && pattern.ptr[pattern.len - 1] == '*')
		return str_starts(text, str_sub(pattern, 0, pattern.len - 1));
	return str_eq(pattern, text);
}

bool gauge_rule_counts(const struct str *rules, size_t count, struct str rule_no)
{
	bool in = count == 0 || rules[0].ptr[0] == '!';
	for (size_t i = 0; i < count; i++) {
		bool out = rules[i].ptr[0] == '!';
		if (fits(out ? str_sub(rules[i], 1, rules[i].len) : rules[i], rule_no))
			in = !out;
	}
	return in;
}
