/* document.c - the bytes of a document, for whoever may see it. */
#include "casework/access_int.h"
#include "casework/view_int.h"

/* What the office keeps to itself about a case: never the applicant's. */
static bool sees_inner(struct store_conn *c, const struct casework_actor *actor, const struct case_row *k)
{
	return !(actor->person && actor->person == k->applicant) && powers_sees_case(c, actor, k);
}

struct document_look {
	const struct casework_actor *actor;
	int64_t document;
	struct str secret;
	char *(*room)(void *arg, size_t n);
	void *arg;
	struct arena *a;
	struct str bytes, mime, name;
};

/* Never fewer than there are: nobody takes an empty file for what he handed in. */
static enum err copy_bytes(struct document_look *l, struct str from)
{
	char *to = l->room(l->arg, from.len);
	if (!to)
		return ERR_BUSY;
	if (from.len)
		memcpy(to, from.ptr, from.len);
	l->bytes = str_span(to, from.len);
	return OK;
}

static enum err may_see_document(const struct document_look *l, struct store_conn *c)
{
	struct case_row k;
	int64_t case_id = row_i64(c, "SELECT case_id FROM document WHERE id=?1", l->document, 0);
	if (!case_id) {
		int64_t of_file = row_i64(c, "SELECT person FROM document WHERE id=?1 AND kind='file'", l->document, 0);
		return of_file && powers_sees_file(c, l->actor, of_file) ? OK : ERR_NOT_FOUND;
	}
	TRY(case_get(c, l->a, case_id, &k));
	if (row_i64(c, "SELECT 1 FROM document WHERE id=?1 AND kind='inner'", l->document, 0) == 1)
		return sees_inner(c, l->actor, &k) ? OK : ERR_NOT_FOUND;
	return powers_sees_case(c, l->actor, &k) || secret_fits(c, l->a, case_id, l->secret) ? OK : ERR_NOT_FOUND;
}

static enum err look_at_document(void *arg, struct store_conn *c)
{
	struct document_look *l = arg;
	struct store_query *q;
	bool row;
	TRY(may_see_document(l, c));
	/* a letter under the number of what was handed in is of a time that a restore left out (letters.c) */
	TRY(store_prepare(c, "SELECT n.bytes, l.bytes, d.mime, d.name FROM document d LEFT JOIN content n ON n.digest=d.digest"
	                     " LEFT JOIN letter l ON l.document=d.id AND n.digest IS NULL WHERE d.id=?1 AND (l.document IS NOT NULL OR n.digest IS NOT NULL)", &q));
	store_bind_i64(q, 1, l->document);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	enum err e = copy_bytes(l, store_col_str(q, store_col_null(q, 0))); /* what somebody handed in, or a letter */
	l->mime = store_col_copy(q, 2, l->a);
	l->name = store_col_copy(q, 3, l->a);
	store_reset(q);
	return e;
}

static char *room_in_arena(void *arena, size_t n)
{
	return arena_alloc(arena, n + 1);
}

enum err casework_document(struct casework *cw, const struct casework_actor *actor, int64_t document, struct str secret,
                           struct arena *a, struct str *bytes, struct str *mime, struct str *name, struct diag *d)
{
	return casework_document_into(cw, actor, document, secret, room_in_arena, a, a, bytes, mime, name, d);
}

enum err casework_document_into(struct casework *cw, const struct casework_actor *actor, int64_t document, struct str secret,
                                char *(*room)(void *arg, size_t n), void *arg,
                                struct arena *a, struct str *bytes, struct str *mime, struct str *name, struct diag *d)
{
	struct document_look l = { .actor = actor, .document = document, .secret = secret, .room = room, .arg = arg, .a = a };
	enum err e = casework_read(cw, look_at_document, &l);
	*bytes = l.bytes;
	*mime = l.mime;
	*name = l.name;
	if (e == OK || e == ERR_NOT_FOUND)
		return e == OK ? OK : diag_set(d, e, "document.unknown", "There is no such document, or you may not see it.");
	return fault_told(d, e, "The system could not read this just now.");
}
