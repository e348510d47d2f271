/* form_words.c - labels and sentences in the reader's language. */
#include "http/form_int.h"

static struct str choose(struct str chinese, struct str english, const struct http_form_words *w)
{
	return w->english && english.len ? english : chinese;
}

struct str form_label(const struct form_part *p, const struct http_form_words *w)
{
	return choose(p->label, p->label_en, w);
}

struct str form_hint(const struct form_part *p, const struct http_form_words *w)
{
	return choose(p->hint, p->hint_en, w);
}

struct str form_option_label(const struct form_option *o, const struct http_form_words *w)
{
	return choose(o->label, o->label_en, w);
}

struct str form_word(const struct http_form_words *w, const char *key)
{
	struct str s = w->get ? w->get(w->arg, key) : S("");
	return s.ptr && s.len ? s : str_of(key);
}

struct str form_sentence(const struct http_form_words *w, struct arena *a, const char *key, struct str zero, struct str one)
{
	struct str s = form_word(w, key), out;
	struct buf b;
	buf_init_in(&b, a, 4096);
	for (size_t i = 0; i < s.len; i++) {
		bool zeroth = str_starts(str_sub(s, i, s.len), S("{0}")), first = str_starts(str_sub(s, i, s.len), S("{1}"));
		if (zeroth || first) {
			buf_put(&b, zeroth ? zero : one);
			i += 2;
		} else {
			buf_byte(&b, s.ptr[i]);
		}
	}
	return buf_finish(&b, &out) == OK ? out : s;
}

bool form_hidden(const struct form_part *p, const struct http_form_words *w)
{
	return p->hide.len && w->hidden && w->hidden(w->arg, p->key, p->hide);
}
