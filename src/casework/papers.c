/* papers.c - papers that are not what they should be, and a paper issued anew.
 *
 * From 29 to 30 November 2026 the program asked nothing of what the act itself had made: where a licence was granted while its case was received, it had
 * neither number nor date on its paper, nor in what else was written then. Such a paper is known by what it is: written when its case was received, behind a licence
 * of that case, and without the number that its template shows. What was sent stays what was sent; a new one takes its place, and the case's record says why.
 */
#include "casework/casework_int.h"

/* ---- a paper in its case's chain ---- */

struct entry { struct str kind; const struct json *data; int64_t actor; };

static bool tells_of_paper(struct str kind)
{
	return str_eqz(kind, "document.added") || str_eqz(kind, "case.note") || str_eqz(kind, "licence.issued") || str_eqz(kind, "step.closed");
}

/* The entry `*seq` of a chain, and in `*seq` the one before it. Without what it says where that is of no use here, or erased. ERR_NOT_FOUND: it is there no
 * more, its month was taken off. */
static enum err entry_back(struct store_conn *c, struct arena *a, int64_t *seq, struct entry *out)
{
	struct store_query *q;
	bool there;
	TRY(case_chain_back(c, seq, &q, &there));
	if (!there)
		return ERR_NOT_FOUND;
	*out = (struct entry){ store_col_copy(q, 2, a), NULL, store_col_i64(q, 4) };
	if (tells_of_paper(out->kind))
		out->data = parse(a, store_col_copy(q, 6, a));
	store_reset(q);
	return OK;
}

/* The paper that the entry says is issued anew; 0: it says none. */
static int64_t reissue_of(const struct entry *e)
{
	bool says = str_eqz(e->kind, "case.note") && str_eqz(json_text(json_get(e->data, "operation")), "reissue");
	return says ? json_i64(json_get(e->data, "document"), 0) : 0;
}

/* Where that cannot be read to its end it is not known: one more is looked at in vain rather than one passed over. */
static enum err is_reissued(struct store_conn *c, struct arena *a, int64_t case_id, int64_t document, bool *out)
{
	*out = false;
	for (int64_t seq = case_chain_last(c, case_id); seq && !*out;) {
		struct entry e;
		enum err there = entry_back(c, a, &seq, &e);
		if (there == ERR_NOT_FOUND)
			return OK;
		TRY(there);
		*out = reissue_of(&e) == document;
	}
	return OK;
}

/* ---- those without a number ---- */

enum { LOOKED_AT = 500, PAPER_MAX = 16 << 20 };

struct looking { struct casework *cw; struct arena *a, page, scratch; const struct casework_paper *first, **last; int64_t from; size_t found, most; bool letters; };

struct candidate { int64_t document, pack, case_id; struct str case_no, number, name, template; };

/* Each with the licence that was the case's last when it was written. */
static const char candidates[] =
	"SELECT d.id, k.pack, k.id, k.case_no, l.number, d.name, d.material FROM licence l JOIN document d ON d.case_id=l.case_id JOIN case_any k ON k.id=l.case_id"
	" WHERE d.id>?1 AND l.id=(SELECT max(o.id) FROM licence o WHERE o.case_id=d.case_id AND o.id<d.id) AND d.at_ms=k.received_ms AND d.kind IN ('letter', 'licence') AND d.material IS NOT NULL ORDER BY d.id LIMIT ?2";

/* A letter of before letters stood under their documents lies with the other bytes. */
static struct str paper_text(struct store_conn *c, struct arena *a, int64_t document, bool letters)
{
	struct str text = letters ? row_str(c, a, "SELECT bytes FROM letter WHERE document=?1", document) : (struct str){ NULL, 0 };
	return text.ptr ? text : row_str(c, a, "SELECT n.bytes FROM document d JOIN content n ON n.digest=d.digest WHERE d.id=?1", document);
}

static enum err look_at(struct looking *x, struct store_conn *c, const struct candidate *k)
{
	const struct pack *p;
	bool reissued;
	struct str text = paper_text(c, &x->scratch, k->document, x->letters);
	if (!text.ptr || str_find(text, k->number) >= 0 || pack_of(x->cw, c, k->pack, &p, NULL) != OK || !letter_shows_number(p, k->template, &x->scratch))
		return OK;
	TRY(is_reissued(c, &x->scratch, k->case_id, k->document, &reissued));
	if (reissued)
		return OK;
	struct casework_paper *found = arena_new(x->a, struct casework_paper);
	if (!found)
		return ERR_NOMEM;
	*found = (struct casework_paper){ .document = k->document, .case_no = arena_str(x->a, k->case_no), .name = arena_str(x->a, k->name), .number = arena_str(x->a, k->number) };
	*x->last = found;
	x->last = &found->next;
	x->found++;
	return OK;
}

static enum err list_candidates(struct store_conn *c, struct arena *a, int64_t from, struct candidate *list, size_t *count)
{
	struct store_query *q;
	bool row = true;
	TRY(store_prepare(c, candidates, &q));
	store_bind_i64(q, 1, from);
	store_bind_i64(q, 2, LOOKED_AT);
	for (*count = 0; row; *count += row) {
		TRY(store_step(q, &row));
		if (row)
			list[*count] = (struct candidate){ store_col_i64(q, 0), store_col_i64(q, 1), store_col_i64(q, 2), store_col_copy(q, 3, a),
			                                   store_col_copy(q, 4, a), store_col_copy(q, 5, a), store_col_copy(q, 6, a) };
	}
	return OK;
}

/* A page of them; none left, or as many found as are wanted: `from` is 0. */
static enum err look_at_some(void *arg, struct store_conn *c)
{
	struct looking *x = arg;
	struct candidate *list = arena_new_n(&x->page, struct candidate, LOOKED_AT);
	size_t count;
	if (!list)
		return ERR_NOMEM;
	x->letters = row_i64_str(c, "SELECT version FROM schema_part WHERE part=?1", S("kernel"), 0) >= ONCE_SINCE; /* a file that is only read may be of before */
	if (casework_resting(x->cw))
		return ERR_BUSY;
	TRY(list_candidates(c, &x->page, x->from, list, &count));
	for (size_t i = 0; i < count && x->found < x->most; i++) {
		TRY(look_at(x, c, &list[i]));
		arena_reset(&x->scratch);
	}
	x->from = count == LOOKED_AT && x->found < x->most ? list[count - 1].document : 0;
	return OK;
}

/* Page after page: by the connection where there is one, else each by one of its own. */
static enum err look_through(struct looking *x, struct store_conn *c)
{
	enum err e;
	x->last = &x->first;
	arena_init(&x->page, PAPER_MAX);
	arena_init(&x->scratch, PAPER_MAX);
	do {
		e = c ? look_at_some(x, c) : casework_read(x->cw, look_at_some, x);
		arena_reset(&x->page);
	} while (e == OK && x->from);
	arena_release(&x->page);
	arena_release(&x->scratch);
	return e;
}

enum err casework_papers(struct casework *cw, struct arena *a, const struct casework_paper **out, struct diag *d)
{
	struct looking x = { .cw = cw, .a = a, .most = SIZE_MAX };
	enum err e = look_through(&x, NULL);
	if (e != OK)
		return diag_set(d, e, "verify.papers", "The papers of licences cannot be looked at.");
	*out = x.first;
	return OK;
}

enum err papers_lacking(struct casework *cw, struct store_conn *c, struct arena *a, size_t most, const struct casework_paper **out)
{
	struct looking x = { .cw = cw, .a = a, .most = most };
	TRY(look_through(&x, c));
	*out = x.first;
	return OK;
}

/* ---- anew ---- */

struct paper { struct case_row k; int64_t document; struct str name, name_en, kind, template; };

static enum err no_paper(struct act *act)
{
	(void)act_refuse(act, ERR_NOT_FOUND, "paper.unknown", "The case has no letter or licence with this number that was written here.");
	diag_at(act->d, S("document"));
	return ERR_NOT_FOUND;
}

static enum err find_paper(struct act *act, struct paper *out)
{
	struct store_query *q;
	bool row;
	if (case_find(act->c, act->a, str_trim(json_text(json_get(act->data, "case_no"))), &out->k) != OK)
		return act_refuse(act, ERR_NOT_FOUND, "case.unknown", "There is no case with this number.");
	out->document = json_i64(json_get(act->data, "document"), 0);
	TRY(store_prepare(act->c, "SELECT name, kind, material FROM document WHERE id=?1 AND case_id=?2 AND kind IN ('letter', 'licence') AND material IS NOT NULL", &q));
	store_bind_i64(q, 1, out->document);
	store_bind_i64(q, 2, out->k.id);
	TRY(store_step(q, &row));
	if (row) {
		out->name = store_col_copy(q, 0, act->a);
		out->kind = store_col_copy(q, 1, act->a);
		out->template = store_col_copy(q, 2, act->a);
	}
	store_reset(q);
	if (!row || !out->k.pack)
		return no_paper(act);
	/* what the applicant was told of it has both languages */
	TRY(store_prepare(act->c, "SELECT title_en FROM notice WHERE person=?1 AND document=?2", &q));
	store_bind_i64(q, 1, out->k.applicant);
	store_bind_i64(q, 2, out->document);
	TRY(store_step(q, &row));
	out->name_en = row ? store_col_copy(q, 0, act->a) : out->name;
	store_reset(q);
	return OK;
}

static enum err tell(struct act *act, const struct paper *x, struct str reason, int64_t document)
{
	struct str zh = arena_printf(act->a, "办件 %.*s:“%.*s”已重新出具，请以新的为准，原件不再使用。理由:%.*s", STR_ARG(x->k.case_no), STR_ARG(x->name), STR_ARG(reason));
	struct str en = arena_printf(act->a, "Case %.*s: \"%.*s\" has been issued anew. Please use the new one in place of the earlier one. Reason: %.*s", STR_ARG(x->k.case_no),
	                             STR_ARG(x->name_en), STR_ARG(reason));
	return notice_send(act, x->k.applicant, x->k.id, x->name, x->name_en, zh, en, document);
}

/* What the task said that an entry closes: as steps.c gives it to the process. */
static const struct json *step_said(struct act *act, const struct entry *e)
{
	struct json_build o;
	const struct json *form = json_get(e->data, "form");
	json_build_object(&o, act->a);
	json_set(&o, "action", json_get(e->data, "action"));
	json_set(&o, "opinion", json_get(e->data, "opinion"));
	json_set_str(&o, "by", row_str(act->c, act->a, "SELECT name FROM person WHERE id=?1", e->actor));
	for (size_t i = 0; form && i < form->count; i++)
		if (!json_get_str(&o.value, form->members[i].key))
			json_set_key(&o, form->members[i].key, &form->members[i].value);
	return json_built(&o);
}

static bool adds(const struct entry *e, int64_t document)
{
	return str_eqz(e->kind, "document.added") && json_i64(json_get(e->data, "document"), 0) == document;
}

/* Of the case's entries, from the last one back: the paper's own, and behind it (before it in time) the licence and the task that were the last then. In front of
 * one that was issued anew stands which it takes the place of: what counts is when that was written. */
static enum err find_then(struct act *act, const struct paper *x, struct letter_then *out)
{
	int64_t document = x->document;
	bool found = false, own = false;
	*out = (struct letter_then){ NULL, 0 };
	for (int64_t seq = case_chain_last(act->c, x->k.id); seq && !(out->step && out->licence);) {
		struct entry e;
		bool behind = own;
		TRY(entry_back(act->c, act->a, &seq, &e));
		if (!e.data && tells_of_paper(e.kind))
			return ERR_NOT_FOUND;
		own = false;
		if (behind && reissue_of(&e)) {
			document = reissue_of(&e);
			found = false;
		} else if (!found) {
			found = own = adds(&e, document);
		} else if (!out->step && str_eqz(e.kind, "step.closed") && str_eqz(json_text(json_get(e.data, "state")), "done")) {
			out->step = step_said(act, &e);
		} else if (!out->licence && str_eqz(e.kind, "licence.issued")) {
			out->licence = json_i64(json_get(e.data, "licence"), 0);
		}
	}
	return found ? OK : ERR_NOT_FOUND;
}

/* A licence's paper has another in its place. */
static enum err paper_of_licence(struct act *act, const struct paper *x, const struct letter_then *then, int64_t document)
{
	struct json_build o;
	if (!str_eqz(x->kind, "licence") || !then->licence)
		return OK;
	json_build_object(&o, act->a);
	json_set_i64(&o, "licence", then->licence);
	json_set_i64(&o, "case", x->k.id);
	json_set_i64(&o, "document", document);
	return act_emit(act, "licence.paper", x->k.id, &o);
}

static enum err written_from(struct act *act, const struct paper *x, const struct json **vars, const struct pack **p, struct letter_then *then)
{
	enum err e = engine_variables_last(act->c, act->cw, act->a, &x->k, vars, p, act->d);
	if (e == OK)
		e = find_then(act, x, then);
	return e == ERR_NOT_FOUND ? act_refuse(act, ERR_CONFLICT, "paper.erased", "What the paper is written from has been erased, or is there no more: it cannot be issued anew.") : e;
}

enum err act_paper_reissue(struct act *act)
{
	struct paper x;
	struct letter_then then;
	struct str reason;
	struct json_build note;
	const struct json *vars;
	const struct pack *p;
	int64_t document;
	TRY(find_paper(act, &x));
	TRY(operation_reason(act, &reason));
	TRY(written_from(act, &x, &vars, &p, &then));
	json_build_object(&note, act->a);
	json_set_i64(&note, "case", x.k.id);
	json_set_str(&note, "note", S("operation"));
	json_set_str(&note, "operation", S("reissue"));
	json_set_str(&note, "reason", reason);
	json_set_i64(&note, "document", x.document);
	TRY(operation_note(act, x.k.id, reason, &note, arena_printf(act->a, "重新出具“%.*s”。", STR_ARG(x.name)), arena_printf(act->a, "\"%.*s\" issued anew.", STR_ARG(x.name_en))));
	TRY(letter_make(act, &x.k, p, &(struct letter){ x.template, x.name, x.name_en, x.kind }, vars, &then, &document));
	TRY(paper_of_licence(act, &x, &then, document));
	TRY(tell(act, &x, reason, document));
	json_set_str(&act->reply, "case_no", x.k.case_no);
	json_set_i64(&act->reply, "document", document);
	return OK;
}
