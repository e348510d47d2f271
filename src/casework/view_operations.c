/* view_operations.c - what waits in a running case, what is stuck, whether it could move to the live version, and its papers; papers that lack their licence's number. */
#include "casework/view_int.h"

static struct str wait_name(enum bpmn_wait kind)
{
	switch (kind) {
	case BPMN_WAIT_TASK: return S("task");
	case BPMN_WAIT_JOB: return S("job");
	case BPMN_WAIT_TIMER: return S("timer");
	case BPMN_WAIT_MESSAGE: return S("message");
	case BPMN_WAIT_SIGNAL: return S("signal");
	case BPMN_WAIT_CONDITION: return S("condition");
	case BPMN_WAIT_CALL: return S("call");
	case BPMN_WAIT_INCIDENT: return S("incident");
	}
	return S("");
}

static void set_element(struct json_build *o, const struct pack *p, struct str id)
{
	const struct bpmn_element *e = bpmn_model_element(p->process, id);
	json_set_str(o, "element", id.ptr ? id : S(""));
	json_set_str(o, "name", e && e->name.len ? e->name : id);
	json_set_str(o, "name_en", element_name_en(e));
}

static void waiting_json(struct view_ctx *v, const struct pack *p, const struct bpmn_waiting *w, struct json_build *waiting, struct json_build *incidents)
{
	struct json_build o;
	for (; w; w = w->next) {
		bool stuck = w->kind == BPMN_WAIT_INCIDENT;
		json_build_object(&o, v->a);
		json_set_i64(&o, stuck ? "incident" : "wait", w->id);
		set_element(&o, p, w->element);
		if (stuck) {
			json_set_str(&o, "reason", w->name);
		} else {
			json_set_str(&o, "kind", wait_name(w->kind));
			if (w->kind == BPMN_WAIT_TIMER)
				json_set_str(&o, "due_at", view_instant(v, w->due_ms));
			else
				json_set_null(&o, "due_at");
		}
		json_add(stuck ? incidents : waiting, json_built(&o));
	}
}

/* ---- the dry run ---- */

static void fate_json(struct view_ctx *v, const struct pack *from, const struct pack *to, const struct bpmn_migration *f, struct json_build *list)
{
	struct json_build o;
	json_build_object(&o, v->a);
	json_set_i64(&o, "wait", f->id);
	set_element(&o, f->fate == BPMN_ADDED ? to : from, f->fate == BPMN_ADDED ? f->target : f->element);
	json_set_str(&o, "fate", f->fate == BPMN_KEPT ? S("kept") : f->fate == BPMN_LOST ? S("lost") : S("added"));
	json_set_str(&o, "text", f->text);
	json_add(list, json_built(&o));
}

static enum err migration_json(struct view_ctx *v, const struct case_row *k, const struct pack *from, const struct bpmn_instance *i, struct json_build *out)
{
	struct bpmn_migration *fates = NULL;
	struct bpmn_event *events;
	const struct pack *to;
	struct json_build o, list;
	struct diag why;
	bool possible = true;
	int64_t live = row_i64_str(v->c, "SELECT id FROM pack WHERE code=?1 AND live=1", from->code, 0);
	if (!live || live == k->pack) {
		json_set_null(out, "migration");
		return OK;
	}
	TRY(pack_of(v->cw, v->c, live, &to, v->d));
	struct bpmn_env env = engine_env(v->cw, to, v->now_ms);
	diag_init(&why);
	enum err e = bpmn_migrate_plan(i, to->process, NULL, 0, &env, v->a, &fates, &events, NULL, &why);
	if (e != OK && !err_is_refusal(e))
		return e;
	json_build_array(&list, v->a);
	for (const struct bpmn_migration *f = fates; f; f = f->next) {
		possible = possible && f->fate != BPMN_LOST;
		fate_json(v, from, to, f, &list);
	}
	json_build_object(&o, v->a);
	json_set_i64(&o, "from_version", from->version);
	json_set_i64(&o, "to_version", to->version);
	json_set_bool(&o, "possible", possible && e == OK);
	json_set_str(&o, "text", arena_str(v->a, str_of(why.text)));
	json_set(&o, "tokens", json_built(&list));
	json_set(out, "migration", json_built(&o));
	return OK;
}

/* ---- papers ---- */

/* Of a paper only what its applicant was told of it has both languages. */
#define PAPER_NAME_EN(document) "(SELECT n.title_en FROM document e JOIN case_any k ON k.id=e.case_id JOIN notice n ON n.person=k.applicant AND n.document=e.id" \
	" WHERE e.id=" document " ORDER BY n.id LIMIT 1)"

/* What a process wrote: what paper.reissue takes. */
static enum err papers_json(struct view_ctx *v, const struct case_row *k, struct json_build *out)
{
	struct store_query *q;
	TRY(store_prepare(v->c, "SELECT d.id AS document, d.name, " PAPER_NAME_EN("d.id") " AS name_en, d.kind, d.at_ms FROM document d WHERE d.case_id=?1 AND ?2<>0"
	                        " AND d.kind IN ('letter', 'licence') AND d.material IS NOT NULL ORDER BY d.id", &q));
	store_bind_i64(q, 1, k->id);
	store_bind_i64(q, 2, k->pack);
	return rows_put(v, q, "papers", out);
}

enum err view_papers_lacking(struct view_ctx *v, struct json_build *out)
{
	enum { SHOWN = 200 };
	const struct casework_paper *p;
	struct json_build list, o;
	size_t n = 0;
	TRY(papers_lacking(v->cw, v->c, v->a, SHOWN + 1, &p));
	json_build_array(&list, v->a);
	for (; p && n < SHOWN; p = p->next, n++) {
		json_build_object(&o, v->a);
		json_set_str(&o, "case_no", p->case_no);
		json_set_i64(&o, "document", p->document);
		json_set_str(&o, "name", p->name);
		json_set_str(&o, "name_en", row_str(v->c, v->a, "SELECT " PAPER_NAME_EN("?1"), p->document));
		json_set_str(&o, "number", p->number);
		json_add(&list, json_built(&o));
	}
	json_set(out, "rows", json_built(&list));
	json_set_bool(out, "more", p != NULL);
	return OK;
}

enum err view_case_operations(struct view_ctx *v, struct json_build *out)
{
	struct case_row k;
	struct json_build waiting, incidents;
	struct bpmn_waiting *w;
	struct bpmn_instance *i;
	const struct pack *p;
	TRY(case_find(v->c, v->a, param(v, "case_no"), &k));
	bool runs = k.open && k.pack;
	json_build_array(&waiting, v->a);
	json_build_array(&incidents, v->a);
	json_set_str(out, "case_no", k.case_no);
	json_set_str(out, "state", k.state);
	json_set_bool(out, "open", k.open);
	json_set_bool(out, "paused", pack_paused(v->c, k.pack));
	if (runs) {
		TRY(engine_instance(v->c, v->cw, v->a, &k, &i, &p, v->d));
		TRY(bpmn_instance_waiting(i, v->a, &w));
		waiting_json(v, p, w, &waiting, &incidents);
	}
	json_set(out, "waiting", json_built(&waiting));
	json_set(out, "incidents", json_built(&incidents));
	TRY(papers_json(v, &k, out));
	if (runs)
		return migration_json(v, &k, p, i, out);
	json_set_null(out, "migration");
	return OK;
}
