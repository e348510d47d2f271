/* callers.c - who calls with a token. Asked at every request: what was read is kept until an act changes a person, a post or a token.
 *
 * Such an act is counted before whoever asked for it is told. What was read after the count had been looked at is as new as the count says;
 * what changes meanwhile is counted after it. Kept in memory alone, for the few machines that call all day; where several processes
 * write, none of them would count for the others, and nothing is kept. Nor is it then read at a replica: whom another process refuses
 * from now on is refused here too, before the news of it.
 */
#include <stdatomic.h>
#include <string.h>

#include "casework/casework_int.h"

enum { CALLERS = 64, ROLES_BYTES = 200 };

/* person 0: nobody yet. */
struct caller { uint8_t digest[LEDGER_HASH]; uint64_t changes; int64_t person; size_t roles_len; char roles[ROLES_BYTES]; };

struct callers {
	struct os_mutex lock;
	_Atomic uint64_t changes;
	struct caller list[CALLERS]; /* with the lock; each at the place that its digest says */
};

struct callers *callers_new(void)
{
	struct callers *all = heap_alloc(sizeof *all);
	if (all)
		os_mutex_init(&all->lock);
	return all;
}

void callers_free(struct callers *all)
{
	if (!all)
		return;
	os_mutex_destroy(&all->lock);
	heap_free(all);
}

void callers_changed(struct callers *all)
{
	atomic_fetch_add(&all->changes, 1);
}

struct look { struct arena *a; const uint8_t *digest; struct str hex, roles; int64_t person; bool known; };

static enum err look_at_token(void *arg, struct store_conn *c)
{
	struct look *l = arg;
	struct store_query *q;
	TRY(store_prepare(c, "SELECT t.person, n.enabled, (SELECT string_agg(r.role, ' ') FROM (SELECT role FROM post WHERE a=t.person AND ended_ms IS NULL"
	                     " UNION ALL SELECT role FROM post WHERE b=t.person AND ended_ms IS NULL) r)"
	                     " FROM token t LEFT JOIN person n ON n.id=t.person WHERE t.digest=?1 AND t.revoked_ms IS NULL", &q));
	store_bind_str(q, 1, l->hex);
	TRY(store_step(q, &l->known));
	l->person = l->known && store_col_i64(q, 1) ? store_col_i64(q, 0) : 0;
	bool holds = l->person && !store_col_null(q, 2);
	l->roles = holds ? store_col_copy(q, 2, l->a) : S("");
	store_reset(q);
	return l->roles.ptr ? OK : ERR_NOMEM;
}

static enum err read_token(struct casework *cw, struct look *l)
{
	enum err e = casework_read_newest(cw, look_at_token, l);
	return e == ERR_UNSUPPORTED ? casework_read(cw, look_at_token, l) : e;
}

static bool is_kept(struct callers *all, uint64_t changes, struct look *l)
{
	struct caller *k = &all->list[*l->digest % CALLERS];
	os_mutex_lock(&all->lock);
	if (k->person && k->changes == changes && memcmp(k->digest, l->digest, LEDGER_HASH) == 0) {
		l->roles = arena_str(l->a, str_span(k->roles, k->roles_len));
		l->person = l->roles.ptr ? k->person : 0;
	}
	os_mutex_unlock(&all->lock);
	l->known = l->person != 0;
	return l->known;
}

static void keep(struct callers *all, uint64_t changes, const struct look *l)
{
	struct caller *k = &all->list[*l->digest % CALLERS];
	if (!l->person || l->roles.len > ROLES_BYTES)
		return;
	os_mutex_lock(&all->lock);
	*k = (struct caller){ .changes = changes, .person = l->person, .roles_len = l->roles.len };
	memcpy(k->digest, l->digest, LEDGER_HASH);
	memcpy(k->roles, l->roles.ptr, l->roles.len);
	os_mutex_unlock(&all->lock);
}

static const struct json *listed(struct arena *a, struct str words)
{
	struct json_build list;
	json_build_array(&list, a);
	for (struct str word = str_cut(&words, ' '); word.len; word = str_cut(&words, ' '))
		json_add_str(&list, word);
	return json_built(&list);
}

enum err casework_token_caller(struct casework *cw, struct str token, struct arena *a, int64_t *person, const struct json **roles)
{
	uint8_t digest[LEDGER_HASH];
	struct buf hex;
	uint64_t changes = atomic_load(&cw->callers->changes); /* before anything is read */
	ledger_digest(token, digest);
	struct look l = { .a = a, .digest = digest, .roles = S("") };
	if (cw->shared || !is_kept(cw->callers, changes, &l)) {
		buf_init_in(&hex, a, 2 * LEDGER_HASH + 1);
		buf_hex(&hex, digest, LEDGER_HASH);
		TRY(buf_finish(&hex, &l.hex));
		TRY(read_token(cw, &l)); /* what could not be read is no unknown token */
		if (!cw->shared)
			keep(cw->callers, changes, &l);
	}
	*person = l.person;
	*roles = listed(a, l.roles);
	return !*roles ? ERR_NOMEM : l.known ? OK : ERR_NOT_FOUND;
}
