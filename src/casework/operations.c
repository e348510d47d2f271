/* operations.c - what an administrator may do to running cases when the process itself cannot go on:
 * retry, move, cancel, migrate, and pause a pack. Each needs a reason and stands in the case's record
 * with it, before what it causes.
 */
#include "casework/casework_int.h"

/* An operation under way: the note is begun with what every operation says. */
struct operation {
	struct case_row k;
	struct str reason;
	struct json_build note;
};

enum err operation_reason(struct act *act, struct str *out)
{
	*out = str_trim(json_text(json_get(act->data, "reason")));
	if (out->len)
		return OK;
	(void)act_refuse(act, ERR_INVALID, "operation.reason", "Give the reason: it stands in the record.");
	diag_at(act->d, S("reason"));
	return ERR_INVALID;
}

static enum err begin(struct act *act, const char *name, struct operation *o)
{
	if (case_find(act->c, act->a, str_trim(json_text(json_get(act->data, "case_no"))), &o->k) != OK)
		return act_refuse(act, ERR_NOT_FOUND, "case.unknown", "There is no case with this number.");
	TRY(operation_reason(act, &o->reason));
	if (!o->k.open)
		return act_refuse(act, ERR_CONFLICT, "case.not-open", "The case is concluded.");
	if (!o->k.pack)
		return act_refuse(act, ERR_CONFLICT, "operation.no-process", "The case was taken over from outside: no process runs here.");
	json_build_object(&o->note, act->a);
	json_set_i64(&o->note, "case", o->k.id);
	json_set_str(&o->note, "note", S("operation"));
	json_set_str(&o->note, "operation", str_of(name));
	json_set_str(&o->note, "reason", o->reason);
	return OK;
}

enum err operation_note(struct act *act, int64_t case_id, struct str reason, struct json_build *note, struct str zh, struct str en)
{
	json_set_str(note, "text", arena_printf(act->a, "%.*s理由:%.*s", STR_ARG(zh), STR_ARG(reason)));
	json_set_str(note, "text_en", arena_printf(act->a, "%.*s Reason: %.*s", STR_ARG(en), STR_ARG(reason)));
	return act_emit(act, "case.note", case_id, note);
}

static enum err write_down(struct act *act, struct operation *o, struct str zh, struct str en)
{
	return operation_note(act, o->k.id, o->reason, &o->note, zh, en);
}

static enum err answer(struct act *act, const struct operation *o)
{
	struct case_row k;
	struct bpmn_waiting *w = NULL;
	int64_t incidents = 0;
	TRY(act_case(act, o->k.id, &k));
	if (k.open) {
		struct bpmn_instance *i;
		const struct pack *p;
		TRY(engine_instance(act->c, act->cw, act->a, &k, &i, &p, act->d));
		TRY(bpmn_instance_waiting(i, act->a, &w));
	}
	for (; w; w = w->next)
		incidents += w->kind == BPMN_WAIT_INCIDENT;
	json_set_str(&act->reply, "case_no", k.case_no);
	json_set_str(&act->reply, "state", k.state);
	json_set_i64(&act->reply, "incidents", incidents);
	return OK;
}

/* ---- tokens ---- */

/* What waits under the number that the command gives as `key`, and the name of its element. */
static enum err find_waiting(struct act *act, const struct operation *o, const char *key, struct bpmn_waiting *out, struct str *name)
{
	struct bpmn_instance *i;
	struct bpmn_waiting *w;
	const struct pack *p;
	int64_t id = json_i64(json_get(act->data, key), 0);
	TRY(engine_instance(act->c, act->cw, act->a, &o->k, &i, &p, act->d));
	TRY(bpmn_instance_waiting(i, act->a, &w));
	while (w && w->id != id)
		w = w->next;
	if (!w) {
		(void)act_refuse(act, ERR_CONFLICT, "operation.not-waiting", "Nothing waits under this number any more. Look at the case again.");
		diag_at(act->d, str_of(key));
		return ERR_CONFLICT;
	}
	const struct bpmn_element *e = bpmn_model_element(p->process, w->element);
	*name = e && e->name.len ? e->name : w->element;
	*out = *w;
	return OK;
}

static enum err read_variables(struct act *act, struct feel_value *value, bool *any)
{
	const struct json *v = json_get(act->data, "variables");
	*any = v && v->kind != JSON_NULL;
	if (!*any)
		return OK;
	if (v->kind != JSON_OBJECT) {
		(void)act_refuse(act, ERR_INVALID, "operation.variables", "Variables are given by name, as an object.");
		diag_at(act->d, S("variables"));
		return ERR_INVALID;
	}
	return feel_from_json(act->a, v, value, act->d);
}

enum err act_case_retry(struct act *act)
{
	struct operation o;
	struct bpmn_waiting w;
	struct feel_value value;
	struct str name;
	bool any;
	TRY(begin(act, "retry", &o));
	TRY(find_waiting(act, &o, "incident", &w, &name));
	if (w.kind != BPMN_WAIT_INCIDENT)
		return act_refuse(act, ERR_CONFLICT, "operation.no-incident", "This is no incident: there is nothing to retry.");
	TRY(read_variables(act, &value, &any));
	json_set_i64(&o.note, "incident", w.id);
	json_set_str(&o.note, "element", w.element);
	if (any)
		json_set(&o.note, "variables", json_get(act->data, "variables"));
	TRY(write_down(act, &o, arena_printf(act->a, "重试“%.*s”%s。", STR_ARG(name), any ? ",并更正变量" : ""),
	               arena_printf(act->a, "\"%.*s\" tried again%s.", STR_ARG(name), any ? " with corrected variables" : "")));
	struct bpmn_command cmd = { .kind = BPMN_RETRY, .id = w.id, .variables = any ? &value : NULL };
	TRY(engine_command(act, o.k.id, &cmd));
	return answer(act, &o);
}

enum err act_case_move(struct act *act)
{
	struct operation o;
	struct bpmn_waiting w;
	struct str name, element = str_trim(json_text(json_get(act->data, "element")));
	const struct pack *p;
	TRY(begin(act, "move", &o));
	TRY(find_waiting(act, &o, "wait", &w, &name));
	TRY(pack_of(act->cw, act->c, o.k.pack, &p, act->d));
	const struct bpmn_element *to = bpmn_model_element(p->process, element);
	if (!to) {
		(void)act_refuse(act, ERR_INVALID, "operation.element", "The process has no element %.*s.", STR_ARG(element));
		diag_arg(act->d, element);
		diag_at(act->d, S("element"));
		return ERR_INVALID;
	}
	struct str to_name = to->name.len ? to->name : to->id;
	json_set_i64(&o.note, "wait", w.id);
	json_set_str(&o.note, "element", w.element);
	json_set_str(&o.note, "target", to->id);
	TRY(write_down(act, &o, arena_printf(act->a, "由“%.*s”移至“%.*s”。", STR_ARG(name), STR_ARG(to_name)),
	               arena_printf(act->a, "Moved from \"%.*s\" to \"%.*s\".", STR_ARG(name), STR_ARG(to_name))));
	struct bpmn_command cmd = { .kind = BPMN_MOVE, .id = w.id, .element = to->id, .text = o.reason };
	TRY(engine_command(act, o.k.id, &cmd));
	return answer(act, &o);
}

/* ---- the whole case ---- */

enum err act_case_cancel(struct act *act)
{
	struct operation o;
	TRY(begin(act, "cancel", &o));
	TRY(write_down(act, &o, S("机关终止办理。"), S("Cancelled by the office.")));
	struct bpmn_command cmd = { .kind = BPMN_CANCEL };
	TRY(engine_command(act, o.k.id, &cmd));
	struct str zh = arena_printf(act->a, "办件 %.*s 已由机关终止办理。理由:%.*s", STR_ARG(o.k.case_no), STR_ARG(o.reason));
	struct str en = arena_printf(act->a, "Case %.*s was cancelled by the office. Reason: %.*s", STR_ARG(o.k.case_no), STR_ARG(o.reason));
	TRY(notice_send(act, o.k.applicant, o.k.id, S("办件终止告知"), S("Case cancelled"), zh, en, 0));
	return answer(act, &o);
}

enum err act_case_migrate(struct act *act)
{
	struct operation o;
	const struct pack *from, *to;
	TRY(begin(act, "migrate", &o));
	TRY(pack_of(act->cw, act->c, o.k.pack, &from, act->d));
	int64_t live = row_i64_str(act->c, "SELECT id FROM pack WHERE code=?1 AND live=1", from->code, 0);
	if (!live || live == o.k.pack)
		return act_refuse(act, ERR_CONFLICT, "migrate.live-already", "The case runs on the live version already.");
	TRY(pack_of(act->cw, act->c, live, &to, act->d));
	json_set_i64(&o.note, "from_version", from->version);
	json_set_i64(&o.note, "to_version", to->version);
	TRY(write_down(act, &o, arena_printf(act->a, "由流程包第 %lld 版迁移至第 %lld 版。", (long long)from->version, (long long)to->version),
	               arena_printf(act->a, "Moved from version %lld of the pack to version %lld.", (long long)from->version, (long long)to->version)));
	TRY(engine_migrate(act, o.k.id, live));
	json_set_i64(&act->reply, "version", to->version);
	return answer(act, &o);
}

/* ---- a pack at rest ---- */

static const char pack_is_paused[] = "SELECT paused FROM pack WHERE id=?1";

void paused_ahead(struct store_conn *c, int64_t pack)
{
	ahead_i64(c, pack_is_paused, pack);
}

bool pack_paused(struct store_conn *c, int64_t pack)
{
	return pack && row_i64(c, pack_is_paused, pack, 0) != 0;
}

enum err pack_running(struct act *act, int64_t pack)
{
	if (!pack_paused(act->c, pack))
		return OK;
	return act_refuse(act, ERR_CONFLICT, "pack.paused", "This procedure is paused by the office: nothing is taken in or moved on until it goes on.");
}

static enum err set_paused(struct act *act, bool paused)
{
	struct json_build o;
	struct str reason, code = str_trim(json_text(json_get(act->data, "code")));
	int64_t now = row_i64_str(act->c, "SELECT max(paused) FROM pack WHERE code=?1 GROUP BY code", code, -1);
	if (now < 0)
		return act_refuse(act, ERR_NOT_FOUND, "pack.none", "There is no pack %.*s.", STR_ARG(code));
	TRY(operation_reason(act, &reason));
	json_set_str(&act->reply, "code", code);
	json_set_bool(&act->reply, "paused", paused);
	json_set_bool(&act->reply, "changed", paused != (now != 0));
	if (paused == (now != 0))
		return OK;
	json_build_object(&o, act->a);
	json_set_str(&o, "code", code);
	json_set_bool(&o, "paused", paused);
	json_set_str(&o, "reason", reason);
	return act_emit(act, "pack.paused", 0, &o);
}

enum err act_pack_pause(struct act *act)
{
	return set_paused(act, true);
}

enum err act_pack_resume(struct act *act)
{
	return set_paused(act, false);
}
