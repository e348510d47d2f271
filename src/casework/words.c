/* words.c - small texts: levels, dates in the calendar's zone, search words, serial numbers. */
#include "base/utf8.h"
#include "casework/casework_int.h"

static const char *const levels[] = { "none", "notice", "yellow", "red" };

int level_of(struct str name)
{
	for (int i = 0; i < 4; i++)
		if (str_eqz(name, levels[i]))
			return i;
	return 0;
}

const char *level_name(int level)
{
	return levels[level >= 0 && level < 4 ? level : 0];
}

struct str instant_text(struct arena *a, const struct calendar *cal, int64_t ms)
{
	struct buf b;
	if (ms == 0)
		return (struct str){ NULL, 0 };
	buf_init_in(&b, a, 64);
	calendar_instant_print(ms, calendar_offset_s(cal), &b);
	return buf_str(&b);
}

struct str day_text(struct arena *a, calendar_day d)
{
	struct buf b;
	buf_init_in(&b, a, 32);
	calendar_day_print(d, &b);
	return buf_str(&b);
}

/* Chinese, Japanese and Korean characters are words of two; everything else is words between blanks. */
static bool is_wide(uint32_t cp)
{
	return (cp >= 0x2e80 && cp <= 0x9fff) || (cp >= 0xac00 && cp <= 0xd7af) || (cp >= 0xf900 && cp <= 0xfaff) || cp >= 0x20000;
}

static bool is_word(uint32_t cp)
{
	return (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') || (cp >= 0xc0 && cp < 0x2000);
}

/* No word is longer: PostgreSQL takes none that is, in a search as little as in what is searched. */
enum { WORD_BYTES_MAX = 2046 };

static struct str of_a_word(struct str s)
{
	size_t end = 0;
	for (size_t at = 0; at < s.len;) {
		utf8_next(s, &at);
		if (at > WORD_BYTES_MAX)
			return str_sub(s, 0, end);
		end = at;
	}
	return s;
}

struct run { struct buf *b; bool query; };

static void put_word(const struct run *r, struct str word, const char *tail)
{
	if (r->b->len)
		buf_byte(r->b, ' ');
	if (r->query)
		buf_byte(r->b, '"');
	buf_put(r->b, word);
	if (r->query)
		buf_byte(r->b, '"');
	buf_putz(r->b, tail);
}

/* A run of wide characters: each pair a word; a single one is a prefix in a query, a word in the index. */
static void put_pairs(const struct run *r, struct str s)
{
	size_t at = 0, count = utf8_count(s);
	if (count == 1) {
		put_word(r, s, r->query ? "*" : "");
		return;
	}
	for (size_t i = 0; i + 1 < count; i++) {
		size_t from = at, to;
		utf8_next(s, &at);
		to = at;
		utf8_next(s, &to);
		put_word(r, str_sub(s, from, to), "");
	}
	if (!r->query) /* so that the last character is found by itself */
		put_word(r, str_sub(s, at, s.len), "");
}

struct str search_words(struct arena *a, struct str text, bool query)
{
	struct buf b;
	struct run r = { &b, query };
	buf_init_in(&b, a, 1 << 16);
	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		uint32_t cp = utf8_next(text, &at);
		bool wide = is_wide(cp);
		if (!wide && !is_word(cp))
			continue;
		size_t end = at;
		while (end < text.len) {
			size_t next = end;
			uint32_t n = utf8_next(text, &next);
			if (wide ? !is_wide(n) : !is_word(n))
				break;
			end = next;
		}
		if (wide)
			put_pairs(&r, str_sub(text, from, end));
		else
			put_word(&r, of_a_word(str_sub(text, from, end)), query ? "*" : "");
		at = end;
	}
	return b.failed == OK ? (b.ptr ? buf_str(&b) : S("")) : S("");
}

struct str region_head(struct str code)
{
	return str_sub(code, 0, utf8_offset(code, 6));
}

struct str serial_take(struct act *act, const char *name, struct json_build *into, int64_t *value)
{
	return serial_take_after(act, name, 0, into, value);
}

struct str serial_take_after(struct act *act, const char *name, int64_t least, struct json_build *into, int64_t *value)
{
	struct str key = arena_str(act->a, str_of(name));
	*value = act_serial_next(act, key, least);
	json_set_str(into, "serial", key);
	json_set_i64(into, "serial_value", *value);
	return key;
}

const struct calendar *calendar_now(struct casework *cw)
{
	os_mutex_lock(&cw->lock);
	const struct calendar *c = cw->calendar;
	os_mutex_unlock(&cw->lock);
	return c;
}
