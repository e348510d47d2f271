/* i18n.c - compiled gettext catalogues and the choice of a language. */
#include "http/i18n.h"

#include <stdio.h>
#include <strings.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/utf8.h"
#include "os/os.h"

enum { MO_MAX = 4 << 20, MO_STRINGS_MAX = 50000, SENTENCE_MAX = 16 << 10 };

struct http_i18n {
	struct arena *arena;
	struct map sentences[HTTP_LANGUAGES]; /* key -> const struct str */
};

static const char *const names[HTTP_LANGUAGES] = { "zh_CN", "en" };
static const char *const tags[HTTP_LANGUAGES] = { "zh-CN", "en" };

const char *http_language_name(enum http_language l)
{
	return names[l];
}

const char *http_language_tag(enum http_language l)
{
	return tags[l];
}

bool http_language_of(struct str name, enum http_language *out)
{
	if (str_eqz(name, "zh_CN") || str_eqz(name, "zh-CN") || str_eqz(name, "zh"))
		*out = HTTP_ZH;
	else if (str_eqz(name, "en"))
		*out = HTTP_EN;
	else
		return false;
	return true;
}

/* ---- .mo files ---- */

/* Offsets and lengths are little- or big-endian as the writer's machine was. */
static bool word_at(struct str mo, size_t at, bool swap, uint32_t *out)
{
	if (at > mo.len || mo.len - at < 4)
		return false;
	uint32_t v;
	memcpy(&v, mo.ptr + at, 4);
	*out = swap ? __builtin_bswap32(v) : v;
	return true;
}

static bool string_at(struct str mo, size_t table, bool swap, struct str *out)
{
	uint32_t len, at;
	if (!word_at(mo, table, swap, &len) || !word_at(mo, table + 4, swap, &at))
		return false;
	if (at > mo.len || len > mo.len - at)
		return false;
	*out = str_span(mo.ptr + at, len);
	return utf8_valid(*out);
}

static enum err add_sentence(struct http_i18n *i, enum http_language language, struct str key, struct str text)
{
	struct str *kept = arena_new(i->arena, struct str);
	struct str key_copy = arena_str(i->arena, key);
	if (!kept || !key_copy.ptr)
		return ERR_NOMEM;
	*kept = arena_str(i->arena, text);
	return kept->ptr ? map_set(&i->sentences[language], key_copy, kept) : ERR_NOMEM;
}

static enum err bad_mo(struct diag *d, enum err e)
{
	return diag_set(d, e, "http.bad-catalogue", e == ERR_NOMEM ? "There is no memory for the catalogue" : "The language catalogue is no valid .mo file");
}

enum err http_i18n_add(struct http_i18n *i, enum http_language language, struct str mo, struct diag *d)
{
	uint32_t magic, count, keys, texts;
	if (!word_at(mo, 0, false, &magic) || (magic != 0x950412de && magic != 0xde120495))
		return bad_mo(d, ERR_INVALID);
	bool swap = magic != 0x950412de;
	if (!word_at(mo, 8, swap, &count) || !word_at(mo, 12, swap, &keys) || !word_at(mo, 16, swap, &texts) || count > MO_STRINGS_MAX)
		return bad_mo(d, ERR_INVALID);
	for (uint32_t n = 0; n < count; n++) {
		struct str key, text;
		if (!string_at(mo, keys + (size_t)n * 8, swap, &key) || !string_at(mo, texts + (size_t)n * 8, swap, &text))
			return bad_mo(d, ERR_INVALID);
		if (str_empty(key)) /* the catalogue's own header */
			continue;
		if (add_sentence(i, language, key, text) != OK)
			return bad_mo(d, ERR_NOMEM);
	}
	return OK;
}

enum err http_i18n_load(struct arena *a, const char *dir, struct http_i18n **out, struct diag *d)
{
	struct http_i18n *i = arena_new(a, struct http_i18n);
	if (!i)
		return bad_mo(d, ERR_NOMEM);
	i->arena = a;
	for (enum http_language l = 0; l < HTTP_LANGUAGES; l++) {
		char path[4096];
		struct str mo;
		map_init(&i->sentences[l], a);
		if (!dir)
			continue;
		snprintf(path, sizeof path, "%s/%s.mo", dir, names[l]);
		TRY(os_file_read(a, path, MO_MAX, &mo, d));
		TRY(http_i18n_add(i, l, mo, d));
	}
	*out = i;
	return OK;
}

struct str http_i18n_get(const struct http_i18n *i, enum http_language language, struct str key)
{
	const struct str *hit = map_get(&i->sentences[language], key);
	for (enum http_language l = 0; l < HTTP_LANGUAGES && !hit; l++)
		hit = map_get(&i->sentences[l], key);
	return hit ? *hit : (struct str){ NULL, 0 };
}

struct str http_i18n_format(const struct http_i18n *i, enum http_language language, struct str key,
                            const struct str *args, size_t n, struct arena *a)
{
	struct str sentence = http_i18n_get(i, language, key), out;
	struct buf b;
	if (!sentence.ptr)
		return key;
	buf_init_in(&b, a, SENTENCE_MAX);
	for (size_t at = 0; at < sentence.len; at++) {
		size_t k = at + 2 < sentence.len && sentence.ptr[at] == '{' && sentence.ptr[at + 2] == '}'
		                   ? (size_t)(unsigned char)(sentence.ptr[at + 1] - '0') : n;
		if (k < n) {
			buf_put(&b, args[k]);
			at += 2;
		} else {
			buf_byte(&b, sentence.ptr[at]);
		}
	}
	return buf_finish(&b, &out) == OK ? out : key;
}

size_t http_i18n_missing(const struct http_i18n *i, enum http_language language, struct arena *a, const struct str **keys)
{
	const struct map *mine = &i->sentences[language], *other = &i->sentences[language == HTTP_ZH ? HTTP_EN : HTTP_ZH];
	struct str *list = arena_new_n(a, struct str, other->count);
	size_t n = 0;
	for (size_t k = 0; list && k < other->count; k++)
		if (!map_has(mine, other->entries[k].key))
			list[n++] = other->entries[k].key;
	*keys = list;
	return n;
}

/* ---- Accept-Language ---- */

/* Quality in thousandths: "q=0.5"; 1000 when absent, 0 when malformed. */
static int quality_of(struct str params)
{
	params = str_trim(params);
	if (str_empty(params))
		return 1000;
	if (!str_starts(params, S("q=")))
		return 0;
	struct str digits = str_sub(params, 2, params.len);
	int q = digits.len && digits.ptr[0] == '1' ? 1000 : 0;
	for (size_t i = 2, scale = 100; i < digits.len && scale; i++, scale /= 10) {
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
			return 0;
		q += (int)scale * (digits.ptr[i] - '0');
	}
	return q > 1000 ? 1000 : q;
}

enum http_language http_language_accept(struct str header)
{
	int best[HTTP_LANGUAGES] = { 0 };
	while (header.ptr) {
		struct str part = str_cut(&header, ',');
		struct str tag = str_trim(str_cut(&part, ';'));
		int q = quality_of(part.ptr ? part : S(""));
		for (enum http_language l = 0; l < HTTP_LANGUAGES; l++) {
			bool fits = tag.len >= 2 && strncasecmp(tag.ptr, tags[l], 2) == 0 && (tag.len == 2 || tag.ptr[2] == '-');
			if (fits && q > best[l])
				best[l] = q;
		}
	}
	return best[HTTP_EN] > best[HTTP_ZH] ? HTTP_EN : HTTP_ZH;
}
