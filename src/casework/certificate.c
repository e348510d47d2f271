/* certificate.c - may this person enforce today? (行政处罚法 42: at least two staff with the qualification; 55: they show their
 * certificates.) The room `roster` keeps the certificates; the kernel asks one question about them.
 */
#include "casework/casework_int.h"

/* The one that is good for longest; where none is, the newest tells why. */
#define CERTIFICATE_SELECT \
	"SELECT c.id, c.number, c.from_ms, c.until_ms, (SELECT min(t.from_ms) FROM certificate_time t WHERE t.certificate=c.id AND t.state='suspended'" \
	" AND t.from_ms<=?3 AND (t.until_ms IS NULL OR t.until_ms>?3)), (SELECT min(t.from_ms) FROM certificate_time t WHERE t.certificate=c.id" \
	" AND t.state='revoked' AND t.from_ms<=?3) FROM certificate c WHERE c.person=?1 AND c.kind=?2 ORDER BY c.until_ms DESC, c.id DESC"

static struct certificate_answer read_one(struct store_query *q, struct arena *a, int64_t at_ms)
{
	struct certificate_answer r = { .id = store_col_i64(q, 0), .number = store_col_copy(q, 1, a), .since_ms = 0 };
	int64_t from = store_col_i64(q, 2), until = store_col_i64(q, 3);
	r.until_ms = until;
	if (!store_col_null(q, 5)) {
		r.lack = CERTIFICATE_REVOKED;
		r.since_ms = store_col_i64(q, 5);
	} else if (!store_col_null(q, 4)) {
		r.lack = CERTIFICATE_SUSPENDED;
		r.since_ms = store_col_i64(q, 4);
	} else if (at_ms >= until) {
		r.lack = CERTIFICATE_EXPIRED;
		r.since_ms = until - 1; /* its last day */
	} else if (at_ms < from) {
		r.lack = CERTIFICATE_EARLY;
		r.since_ms = from;
	} else {
		r.lack = CERTIFICATE_GOOD;
	}
	return r;
}

enum err certificate_of(struct store_conn *c, struct arena *a, int64_t person, struct str kind, int64_t at_ms, struct certificate_answer *out)
{
	struct store_query *q;
	bool row, first = true;
	*out = (struct certificate_answer){ .lack = CERTIFICATE_NONE };
	TRY(store_prepare(c, CERTIFICATE_SELECT, &q));
	store_bind_i64(q, 1, person);
	store_bind_str(q, 2, kind);
	store_bind_i64(q, 3, at_ms);
	for (;; first = false) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct certificate_answer one = read_one(q, a, at_ms);
		if (first || one.lack == CERTIFICATE_GOOD)
			*out = one;
		if (one.lack == CERTIFICATE_GOOD)
			break;
	}
	store_reset(q);
	return OK;
}

const struct xml_node *enforcement_of(const struct pack *p, const struct bpmn_element *step)
{
	const struct xml_node *own = bpmn_ext(step, "enforcement"), *assign = bpmn_ext(step, "assign");
	if (own || !assign || str_eqz(xml_attr(assign, "post"), "applicant"))
		return own;
	return bpmn_ext(bpmn_model_element(p->process, bpmn_model_process(p->process)), "enforcement");
}

struct str enforcement_kind(const struct xml_node *enforcement)
{
	struct str kind = xml_attr(enforcement, "certificate");
	return kind.len ? kind : S("enforcement");
}

enum err enforcement_here(struct act *act, int64_t person)
{
	if (row_i64(act->c, "SELECT away FROM person WHERE id=?1", person, 0) <= 0)
		return OK;
	struct str name = row_str(act->c, act->a, "SELECT name FROM person WHERE id=?1", person);
	(void)act_refuse(act, ERR_DENIED, "enforcement.away", "%.*s is away. Enforcement is done by two people who are here (APL/42).", STR_ARG(name));
	diag_arg(act->d, name);
	return ERR_DENIED;
}

enum err enforcement_check(struct act *act, const struct xml_node *enforcement, int64_t person, int64_t at_ms, struct str *number)
{
	static const struct { enum certificate_lack lack; const char *code, *text; } words[] = {
		{ CERTIFICATE_NONE, "enforcement.no-certificate", "%.*s has no certificate for enforcement.%s Two people with a valid certificate must sign (APL/42); let a colleague who has one do it." },
		{ CERTIFICATE_EARLY, "enforcement.early", "The certificate of %.*s is valid only from %s. Let a colleague with a valid one do it." },
		{ CERTIFICATE_EXPIRED, "enforcement.expired", "The certificate of %.*s expired on %s. Renew it, or let a colleague with a valid one do it." },
		{ CERTIFICATE_SUSPENDED, "enforcement.suspended", "The certificate of %.*s is suspended since %s. Let a colleague with a valid one do it." },
		{ CERTIFICATE_REVOKED, "enforcement.revoked", "The certificate of %.*s was revoked on %s. Let a colleague with a valid one do it." },
	};
	struct certificate_answer have;
	struct str name = row_str(act->c, act->a, "SELECT name FROM person WHERE id=?1", person);
	TRY(certificate_of(act->c, act->a, person, enforcement_kind(enforcement), at_ms, &have));
	*number = have.number;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (words[i].lack != have.lack)
			continue;
		struct str day = have.since_ms ? day_text(act->a, calendar_day_at(have.since_ms, calendar_offset_s(calendar_now(act->cw)))) : S("");
		const char *day_z = arena_z(act->a, day);
		(void)act_refuse(act, ERR_DENIED, words[i].code, words[i].text, STR_ARG(name), day_z ? day_z : "");
		diag_arg(act->d, name);
		diag_arg(act->d, day);
		return ERR_DENIED;
	}
	return OK;
}
