/* pool.c - the published list: who stands in it, with which weight, and why. */
#include "base/map.h"
#include "draw/draw_int.h"

bool draw_line_next(struct str *rest, int *line, struct str *out)
{
	while (rest->ptr) {
		struct str text = str_trim(str_cut(rest, '\n'));
		++*line;
		if (text.len && text.ptr[0] != '#') {
			*out = text;
			return true;
		}
	}
	return false;
}

static enum err refuse(struct diag *d, enum err e, const char *code, int line, struct str what, const char *text)
{
	e = diag_set(d, e, code, "%.*s: %s", STR_ARG(what), text);
	if (d) {
		diag_arg(d, what);
		diag_at_line(d, line, 0);
	}
	return e;
}

static enum err read_member(struct str text, int line, struct draw_member *m, struct diag *d)
{
	struct str rest = text;
	int64_t weight = 1;
	m->name = str_trim(str_cut(&rest, '\t'));
	if (rest.ptr) {
		struct str typed = str_trim(str_cut(&rest, '\t'));
		if (!str_to_i64(typed, &weight) || weight < 0 || weight > DRAW_MEMBERS_MAX)
			return refuse(d, ERR_INVALID, "draw.weight", line, m->name, "the weight must be a whole number from 0 on");
	}
	m->weight = (uint32_t)weight;
	m->reason = rest.ptr ? str_trim(rest) : S("");
	return OK;
}

static size_t lines_of(struct str text)
{
	struct str line;
	size_t n = 0;
	int at = 0;
	for (struct str rest = text; draw_line_next(&rest, &at, &line);)
		n++;
	return n;
}

static enum err add_member(struct draw_pool *p, struct map *seen, struct str line, int at, struct diag *d)
{
	struct draw_member *m = &p->members[p->count];
	TRY(read_member(line, at, m, d));
	if (map_get(seen, m->name))
		return refuse(d, ERR_INVALID, "draw.twice", at, m->name, "stands in the list twice; give it a weight instead");
	if (m->weight > DRAW_MEMBERS_MAX - p->places)
		return refuse(d, ERR_LIMIT, "draw.too-many", at, m->name, "the list has more places than can be drawn from");
	p->places += m->weight;
	p->count++;
	return map_set(seen, m->name, m);
}

enum err draw_pool_read(struct arena *a, struct str text, struct draw_pool *out, struct diag *d)
{
	size_t most = lines_of(text);
	struct draw_pool p = { .members = arena_new_n(a, struct draw_member, most) };
	struct map seen;
	struct str line;
	int at = 0;
	if (most > DRAW_MEMBERS_MAX)
		return diag_set(d, ERR_LIMIT, "draw.too-many", "The list has more than %d members.", DRAW_MEMBERS_MAX);
	if (!p.members)
		return ERR_NOMEM;
	map_init(&seen, a);
	for (struct str rest = text; draw_line_next(&rest, &at, &line);)
		TRY(add_member(&p, &seen, line, at, d));
	if (!p.places)
		return diag_set(d, ERR_INVALID, "draw.empty", "The list holds nobody who can be drawn.");
	*out = p;
	return OK;
}

void draw_pool_put(const struct draw_pool *pool, struct buf *out)
{
	for (size_t i = 0; i < pool->count; i++) {
		const struct draw_member *m = &pool->members[i];
		buf_put(out, m->name);
		if (m->weight != 1 || m->reason.len)
			buf_printf(out, "\t%u", m->weight);
		if (m->reason.len)
			buf_printf(out, "\t%.*s", STR_ARG(m->reason));
		buf_byte(out, '\n');
	}
}

void draw_digest_put(struct str bytes, struct buf *out)
{
	uint8_t digest[DRAW_DIGEST_MAX];
	base_assert(draw_hash_parts(DRAW_SHA256, &bytes, 1, digest));
	buf_hex(out, digest, draw_hash_size(DRAW_SHA256));
}
