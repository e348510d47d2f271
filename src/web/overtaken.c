/* overtaken.c - two people at one form: what a request was made from, and what the one who saves second is shown.
 *
 * It decides nothing: whether somebody was there before is found in the command's own transaction (casework/whole.c). */
#include "ledger/ledger.h"
#include "web/web_int.h"

/* ---- what a request was made from ---- */

/* "a1", "b2" as the words that a command takes. Only strong tags count (RFC 9110 13.1.1), and there must be a word: what cannot be read fits nothing. */
static struct str words_of_tags(struct arena *a, struct str header)
{
	struct buf b;
	struct str words;
	buf_init_in(&b, a, header.len + 2);
	while (header.len) {
		struct str tag = str_trim(str_cut(&header, ','));
		bool strong = tag.len > 2 && tag.ptr[0] == '"' && tag.ptr[tag.len - 1] == '"';
		if (!strong && !str_eqz(tag, "*"))
			continue;
		if (b.len)
			buf_byte(&b, ' ');
		buf_put(&b, strong ? str_sub(tag, 1, tag.len - 1) : tag);
	}
	if (!b.len)
		buf_byte(&b, '-');
	return buf_finish(&b, &words) == OK ? words : S("-");
}

struct str web_made_from(const struct http_request *rq, struct str blob)
{
	struct str field = blob.ptr ? S("") : http_field(rq, "made_from"), match = http_header(rq, "If-Match");
	if (field.len)
		return field;
	if (match.len)
		return words_of_tags(rq->arena, match);
	return str_eqz(str_trim(http_header(rq, "If-None-Match")), "*") ? S("absent") : S("");
}

struct str web_etag(struct arena *a, struct str version)
{
	return arena_printf(a, "\"%.*s\"", STR_ARG(version));
}

/* ---- what a form began from ----
 * It goes out with the form and comes back with it: of each field a short text as it stood, of a longer one its digest, so that it has an end. It tells what was not
 * touched from what was, and nothing else hangs on it: who changes it on the way changes what is proposed to himself. */

enum { KEPT_EACH = 200, KEPT_ALL = 16 << 10, SENT_MAX = 256 << 10, DIGEST_BYTES = 8 };

/* A browser ends lines with CR LF, and blanks at the ends are nobody's. */
static struct str comparable(struct arena *a, struct str s)
{
	struct buf b;
	struct str out;
	buf_init_in(&b, a, s.len + 1);
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != '\r')
			buf_byte(&b, s.ptr[i]);
	return buf_finish(&b, &out) == OK && out.ptr ? str_trim(out) : S("");
}

static struct str digest_of(struct arena *a, struct str text)
{
	uint8_t digest[LEDGER_HASH];
	struct buf b;
	struct str out;
	buf_init_in(&b, a, 2 * DIGEST_BYTES + 2);
	buf_byte(&b, '#');
	ledger_digest(text, digest);
	buf_hex(&b, digest, DIGEST_BYTES);
	return buf_finish(&b, &out) == OK ? out : S("");
}

static void keep(struct json_builder *began, size_t *bytes, const char *name, struct str now)
{
	bool whole = now.len <= KEPT_EACH && *bytes + now.len <= KEPT_ALL;
	*bytes += whole ? now.len : 0;
	json_build_str(began, name, whole ? arena_printf(began->arena, "=%.*s", STR_ARG(now)) : digest_of(began->arena, now));
}

/* What this form began from in that field; ptr NULL: it does not say. */
static struct str kept(struct web_page *p, const char *name)
{
	struct str sent = http_field(p->rq, "began");
	struct diag d;
	if (!p->was && sent.len && sent.len <= SENT_MAX && !p->other_thing) {
		diag_init(&d);
		if (json_read(p->rq->arena, sent, &p->was, &d) != OK)
			p->was = NULL;
	}
	if (p->other_thing || !p->was)
		return (struct str){ NULL, 0 };
	struct str was = json_text(json_get(p->was, name));
	return was.len ? was : S("="); /* of what may be there or not: it was not there */
}

static bool is_kept(struct arena *a, struct str kept, struct str text)
{
	if (!kept.len)
		return false;
	return kept.ptr[0] == '=' ? str_eq(str_sub(kept, 1, kept.len), text) : str_eq(kept, digest_of(a, text));
}

/* ---- the page ---- */

bool web_overtaken(const struct diag *refused)
{
	return refused && refused->err == ERR_STALE;
}

void web_edits(struct json_builder *params, const char *command, const struct diag *refused)
{
	json_build_str(params, "edits", str_of(command));
	if (web_overtaken(refused))
		json_build_bool(params, "edits_last", true);
}

static size_t lines_of(struct str s)
{
	size_t n = 1;
	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] == '\n';
	return n;
}

/* Of long texts the lines alone from the first to the last that differs, for a person would look for them among hundreds. */
static void cut_same(struct str *x, struct str *y)
{
	enum { SHORT = 12 };
	size_t start = 0, end = 0, least = x->len < y->len ? x->len : y->len;
	if (lines_of(*x) <= SHORT && lines_of(*y) <= SHORT)
		return;
	for (size_t i = 0; i < least && x->ptr[i] == y->ptr[i]; i++)
		start = x->ptr[i] == '\n' ? i + 1 : start;
	for (size_t i = 1; i <= least - start && x->ptr[x->len - i] == y->ptr[y->len - i]; i++)
		end = x->ptr[x->len - i] == '\n' ? i : end;
	*x = str_sub(*x, start, x->len - end);
	*y = str_sub(*y, start, y->len - end);
}

static void put_row(struct web_page *p, struct json_builder *list, const struct web_field *f, struct str was, struct str typed, struct str now)
{
	struct json_builder one;
	bool whole = was.len && was.ptr[0] == '=';
	json_build_object_begin(&one, p->rq->arena);
	json_build_str(&one, "label", f->label);
	json_build_str(&one, "control", str_of(f->control ? f->control : ""));
	json_build_bool(&one, "was_known", whole);
	json_build_bool(&one, "was_long", was.len && !whole);
	json_build_str(&one, "was", whole ? str_sub(was, 1, was.len) : S(""));
	json_build_str(&one, "typed", typed);
	json_build_str(&one, "now", now);
	json_build_value(list, "", json_build_end(&one));
}

/* Three ways: what stood when the form was opened, what was typed, what stands now. */
static bool meet(struct web_page *p, const struct web_field *f, struct str typed, struct str now)
{
	struct str was = kept(p, f->name);
	bool reads = !f->typed.ptr, same = reads ? is_kept(p->rq->arena, was, now) : str_eq(typed, now);
	if (same || (!reads && is_kept(p->rq->arena, was, now)))
		return false; /* nobody else changed it, or both did alike */
	if (reads || is_kept(p->rq->arena, was, typed)) {
		put_row(p, &p->taken, f, was, S(""), now);
		p->taken_count++;
		return !reads;
	}
	struct str mine = typed, theirs = now;
	cut_same(&mine, &theirs);
	put_row(p, &p->differs, f, was, mine, theirs);
	p->differs_count++;
	return false;
}

bool web_page_field(struct web_page *p, const struct diag *refused, const struct web_field *f)
{
	struct str now = comparable(p->rq->arena, f->now);
	if (!web_overtaken(refused) && http_field(p->rq, "made_from").len)
		return false; /* it began from what it began from before */
	p->met = true;
	bool theirs = web_overtaken(refused) && meet(p, f, comparable(p->rq->arena, f->typed), now);
	keep(&p->began, &p->began_bytes, f->name, now);
	return theirs;
}

/* Of what is read as a list: what was there and is no more. */
static void put_gone(struct web_page *p)
{
	(void)kept(p, "");
	for (size_t i = 0; p->signing && p->was && p->was->kind == JSON_OBJECT && i < p->was->count; i++) {
		struct str name = p->was->members[i].key;
		bool there = false;
		for (size_t k = 0; k < p->began.count && !there; k++)
			there = str_eq(p->began.members[k].key, name);
		if (there || !name.len)
			continue;
		put_row(p, &p->taken, &(struct web_field){ .label = name }, json_text(&p->was->members[i].value), S(""), S(""));
		p->taken_count++;
	}
}

static void put_overtaken(struct web_page *p, const struct json *view)
{
	struct json_builder o;
	const struct json *changed = json_get(web_dress(p->rq, view), "changed");
	put_gone(p);
	json_build_object_begin(&o, p->rq->arena);
	json_build_bool(&o, "absent", str_eqz(json_text(json_get(view, "made_from")), "absent"));
	json_build_str(&o, "who", json_text(json_path(changed, "by.name")));
	json_build_str(&o, "at", json_text(json_get(changed, "at_text")));
	json_build_bool(&o, "signing", p->signing);
	json_build_bool(&o, "has_rows", p->differs_count > 0);
	json_build_value(&o, "rows", json_build_end(&p->differs));
	json_build_bool(&o, "has_taken", p->taken_count > 0);
	json_build_value(&o, "taken", json_build_end(&p->taken));
	json_build_bool(&o, "same", p->met && !p->differs_count && !p->taken_count);
	json_build_value(&p->data, "overtaken", json_build_end(&o));
	p->status = 409;
}

static struct str began_text(struct json_builder *all)
{
	struct buf b;
	struct str text;
	const struct json *began = json_build_end(all);
	buf_init_in(&b, all->arena, SENT_MAX);
	if (!began || !began->count)
		return S("");
	json_put_canonical(&b, began);
	return buf_finish(&b, &text) == OK ? text : S(""); /* more than that: what was touched cannot be told, and everything that differs is asked */
}

struct str web_began(struct http_request *rq, const struct web_field *fields, size_t n)
{
	struct json_builder began;
	size_t bytes = 0;
	json_build_object_begin(&began, rq->arena);
	for (size_t i = 0; i < n; i++)
		keep(&began, &bytes, fields[i].name, comparable(rq->arena, fields[i].now));
	return began_text(&began);
}

void web_page_edits(struct web_page *p, const struct json *view, const struct diag *refused)
{
	struct str sent = http_field(p->rq, "made_from");
	/* what is shown again for another reason was made from what it was made from before */
	bool as_before = sent.len && !web_overtaken(refused);
	json_build_str(&p->data, "made_from", as_before ? sent : json_text(json_get(view, "made_from")));
	json_build_str(&p->data, "began", as_before ? http_field(p->rq, "began") : began_text(&p->began));
	if (web_overtaken(refused))
		put_overtaken(p, view);
}
