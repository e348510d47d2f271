/* workspace.c - drafts, uploads, sessions, read marks: a person's desk, not the record. */
#include "casework/casework_int.h"

enum { UPLOAD_BYTES_MAX = 20 << 20, DRAFTS_MAX = 50, UPLOADS_MAX = 200, VISITORS_UPLOADS_MAX = 1000 };

static enum err run3(struct act *act, const char *sql, int64_t a, struct str b, int64_t c)
{
	struct store_query *q;
	TRY(store_prepare(act->c, sql, &q));
	store_bind_i64(q, 1, a);
	store_bind_str(q, 2, b);
	store_bind_i64(q, 3, c);
	return store_exec(q);
}

enum err draft_remove(struct act *act, int64_t draft)
{
	TRY(run3(act, "DELETE FROM draft WHERE id=?1 AND ?2 IS NOT NULL AND person=?3", draft, S(""), act->actor.person));
	return run3(act, "DELETE FROM upload WHERE draft=?1 AND ?2 IS NOT NULL AND person=?3", draft, S(""), act->actor.person);
}

enum err act_draft_delete(struct act *act)
{
	return draft_remove(act, json_i64(json_get(act->data, "draft"), 0));
}

enum err act_draft_save(struct act *act)
{
	struct str code = json_text(json_get(act->data, "item"));
	int64_t draft = json_i64(json_get(act->data, "draft"), 0), item = row_i64_str(act->c, "SELECT id FROM item WHERE impl_code=?1", code, 0);
	if (!item)
		return act_refuse(act, ERR_NOT_FOUND, "item.unknown", "There is no service item %.*s.", STR_ARG(code));
	if (draft && row_i64(act->c, "SELECT person FROM draft WHERE id=?1", draft, 0) != act->actor.person)
		return act_refuse(act, ERR_NOT_FOUND, "draft.unknown", "This draft is not there any more.");
	if (!draft && row_i64(act->c, "SELECT count(*) FROM draft WHERE person=?1", act->actor.person, 0) >= DRAFTS_MAX)
		return act_refuse(act, ERR_LIMIT, "draft.too-many", "You have %d drafts. Delete some first.", DRAFTS_MAX);
	struct buf b;
	struct str text;
	buf_init_in(&b, act->a, 1 << 20);
	json_put_canonical(&b, act->data);
	if (buf_finish(&b, &text) != OK)
		return act_refuse(act, ERR_LIMIT, "draft.too-large", "The application is too long.");
	struct store_query *q;
	TRY(store_prepare(act->c, "INSERT INTO draft(id, person, item, data, saved_ms) VALUES(?1, ?2, ?3, ?4, ?5)"
	                          " ON CONFLICT(id) DO UPDATE SET item=?3, data=?4, saved_ms=?5", &q));
	if (!draft)
		draft = row_i64(act->c, "SELECT coalesce(max(id), 0)+1 FROM draft WHERE id>?1", 0, 1);
	store_bind_i64(q, 1, draft);
	store_bind_i64(q, 2, act->actor.person);
	store_bind_i64(q, 3, item);
	store_bind_str(q, 4, text);
	store_bind_i64(q, 5, act->now_ms);
	TRY(store_exec(q));
	json_set_i64(&act->reply, "draft", draft);
	return OK;
}

/* An upload waits on the desk until a case takes it; to an open case it goes at once. */
static enum err to_case(struct act *act, struct str case_no, struct str name, struct str mime, struct str material, struct str digest)
{
	struct case_row k;
	int64_t id;
	if (case_find(act->c, act->a, case_no, &k) != OK)
		return act_refuse(act, ERR_NOT_FOUND, "case.unknown", "There is no case with this number.");
	if (!k.open)
		return act_refuse(act, ERR_CONFLICT, "case.not-open", "The case is concluded.");
	bool mine = (act->actor.person && act->actor.person == k.applicant) || secret_fits(act->c, act->a, k.id, json_text(json_get(act->data, "secret")));
	if (!mine && !powers_handles_case(act->c, &act->actor, &k))
		return act_refuse(act, ERR_DENIED, "case.not-yours", "Only the applicant and those who handle the case may add documents.");
	TRY(document_refer(act, k.id, name, mime, S("material"), material, digest, (int64_t)act->blob.len, &id));
	TRY(missing_update(act, k.id));
	json_set_i64(&act->reply, "document", id);
	return OK;
}

/* What visitors uploaded and did not send within a day. */
static enum err forget_visitors(struct act *act)
{
	struct store_query *q;
	TRY(store_prepare(act->c, "DELETE FROM upload WHERE person=0 AND at_ms<?1", &q));
	store_bind_i64(q, 1, act->now_ms - 86400000);
	return store_exec(q);
}

enum err act_document_add(struct act *act)
{
	struct str name = str_trim(json_text(json_get(act->data, "name"))), mime = json_text(json_get(act->data, "mime"));
	struct str material = json_text(json_get(act->data, "material")), case_no = json_text(json_get(act->data, "case_no")), digest;
	if (!name.len || !mime.len || !act->blob.len)
		return act_refuse(act, ERR_INVALID, "document.empty", "Choose a file that is not empty.");
	if (act->blob.len > UPLOAD_BYTES_MAX)
		return act_refuse(act, ERR_LIMIT, "document.too-large", "A file has at most %d MB.", UPLOAD_BYTES_MAX >> 20);
	if (!act->actor.person)
		TRY(forget_visitors(act));
	if (!case_no.len && row_i64(act->c, "SELECT count(*) FROM upload WHERE person=?1", act->actor.person, 0) >= (act->actor.person ? UPLOADS_MAX : VISITORS_UPLOADS_MAX))
		return act_refuse(act, ERR_LIMIT, "document.too-many", "You have %d files waiting. Send or remove some first.", UPLOADS_MAX);
	TRY(content_keep(act, act->blob, &digest));
	json_set_str(&act->reply, "digest", digest);
	json_set_i64(&act->reply, "size", (int64_t)act->blob.len);
	if (case_no.len)
		return to_case(act, case_no, name, mime, material, digest);
	int64_t id = row_i64(act->c, "SELECT coalesce(max(id), 0)+1 FROM upload WHERE id>?1", 0, 1);
	struct store_query *q;
	TRY(store_prepare(act->c, "INSERT INTO upload(person, digest, name, mime, size, material, draft, at_ms, id) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", &q));
	store_bind_i64(q, 1, act->actor.person);
	store_bind_str(q, 2, digest);
	store_bind_str(q, 3, name);
	store_bind_str(q, 4, mime);
	store_bind_i64(q, 5, (int64_t)act->blob.len);
	store_bind_str(q, 6, material);
	store_bind_i64(q, 7, json_i64(json_get(act->data, "draft"), 0));
	store_bind_i64(q, 8, act->now_ms);
	store_bind_i64(q, 9, id);
	TRY(store_exec(q));
	json_set_i64(&act->reply, "document", id);
	return OK;
}

enum err act_upload_drop(struct act *act)
{
	return run3(act, "DELETE FROM upload WHERE id=?1 AND ?2 IS NOT NULL AND person=?3", json_i64(json_get(act->data, "document"), 0), S(""), act->actor.person);
}

enum err act_notice_read(struct act *act)
{
	int64_t notice = json_i64(json_get(act->data, "notice"), 0);
	if (row_i64(act->c, "SELECT person FROM notice WHERE id=?1", notice, 0) != act->actor.person)
		return act_refuse(act, ERR_NOT_FOUND, "notice.unknown", "There is no such message.");
	return run3(act, "INSERT INTO notice_read(notice, at_ms) SELECT ?1, ?3 WHERE ?2 IS NOT NULL ON CONFLICT(notice) DO NOTHING", notice, S(""), act->now_ms);
}

/* `again`: of one that is there. Who was logged out meanwhile, here or at another server, is not logged in anew by a page that was on its way. */
enum err act_session_put(struct act *act)
{
	struct store_query *q;
	if (json_bool(json_get(act->data, "again"), false))
		TRY(store_prepare(act->c, "UPDATE session SET data=?2, expires_ms=?3 WHERE id=?1", &q));
	else
		TRY(store_prepare(act->c, "INSERT INTO session(id, data, expires_ms) VALUES(?1, ?2, ?3) ON CONFLICT(id) DO UPDATE SET data=?2, expires_ms=?3", &q));
	store_bind_str(q, 1, json_text(json_get(act->data, "id")));
	store_bind_str(q, 2, json_text(json_get(act->data, "data")));
	store_bind_i64(q, 3, json_i64(json_get(act->data, "expires_ms"), 0));
	TRY(store_exec(q));
	/* not the record's time: it may be days ahead, of a clock that was wrong, and whoever sets that right must be able to log in */
	return run3(act, "DELETE FROM session WHERE expires_ms<?1 AND ?2 IS NOT NULL AND ?3 IS NOT NULL", os_now_ms(act->cw->clock), S(""), 0);
}

enum err act_session_drop(struct act *act)
{
	struct store_query *q;
	TRY(store_prepare(act->c, "DELETE FROM session WHERE id=?1", &q));
	store_bind_str(q, 1, json_text(json_get(act->data, "id")));
	return store_exec(q);
}
