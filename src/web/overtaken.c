/* overtaken.c - two people at one form: what a request was made from, and what the one who saves second is shown.
 *
 * It decides nothing: whether somebody was there before is found in the command's own transaction (casework/whole.c). */
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

void web_page_differs(struct web_page *p, struct str label, struct str typed, struct str now)
{
	struct json_builder one;
	typed = comparable(p->rq->arena, typed);
	now = comparable(p->rq->arena, now);
	if (str_eq(typed, now))
		return;
	cut_same(&typed, &now);
	json_build_object_begin(&one, p->rq->arena);
	json_build_str(&one, "label", label);
	json_build_str(&one, "typed", typed);
	json_build_str(&one, "now", now);
	json_build_value(&p->differs, "", json_build_end(&one));
	p->differs_count++;
}

static void put_overtaken(struct web_page *p, const struct json *view)
{
	struct json_builder o;
	const struct json *changed = json_get(web_dress(p->rq, view), "changed");
	json_build_object_begin(&o, p->rq->arena);
	json_build_bool(&o, "absent", str_eqz(json_text(json_get(view, "made_from")), "absent"));
	json_build_str(&o, "who", json_text(json_path(changed, "by.name")));
	json_build_str(&o, "at", json_text(json_get(changed, "at_text")));
	json_build_bool(&o, "has_rows", p->differs_count > 0);
	json_build_value(&o, "rows", json_build_end(&p->differs));
	json_build_value(&p->data, "overtaken", json_build_end(&o));
	p->status = 409;
}

void web_page_edits(struct web_page *p, const struct json *view, const struct diag *refused)
{
	struct str sent = http_field(p->rq, "made_from");
	/* what is shown again for another reason was made from what it was made from before */
	bool as_before = sent.len && !web_overtaken(refused);
	json_build_str(&p->data, "made_from", as_before ? sent : json_text(json_get(view, "made_from")));
	if (web_overtaken(refused))
		put_overtaken(p, view);
}
