/* form_int.h - the compiled form: a flat list of parts in the order of the page. */
#ifndef HTTP_FORM_INT_H
#define HTTP_FORM_INT_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/dec.h"
#include "http/form.h"

enum form_kind {
	FORM_TEXTFIELD,
	FORM_TEXTAREA,
	FORM_NUMBER,
	FORM_CHECKBOX,
	FORM_RADIO,
	FORM_SELECT,
	FORM_CHECKLIST,
	FORM_DATE,
	FORM_TIME,
	FORM_DATETIME,
	FORM_FILE,
	/* no fields: */
	FORM_TEXT,
	FORM_HTML,
	FORM_SEPARATOR,
	FORM_GROUP_BEGIN,
	FORM_GROUP_END,
};

enum form_format { FORM_ANY, FORM_EMAIL, FORM_PHONE };

struct form_option {
	struct str value, label, label_en;
};

struct form_part {
	enum form_kind kind;
	struct str key, label, label_en, hint, hint_en;
	struct str prefix, suffix, accept, autocomplete;
	struct str hide;            /* FEEL condition, without its "=" ; empty = never */
	const struct json *initial; /* defaultValue */
	struct form_option *options;
	size_t options_count;
	bool required, readonly, not_past, multiple;
	bool has_min, has_max;
	struct dec min, max;
	int64_t length_min, length_max; /* characters; max 0 = unbounded */
	int64_t decimals;               /* -1 = any */
	enum form_format format;
	pcre2_code *pattern;
};

struct http_form {
	struct form_part *parts;
	size_t count;
};

static inline bool form_is_field(const struct form_part *p)
{
	return p->kind < FORM_TEXT;
}

/* ---- values (form_value.c): pure ---- */
/* Full-width digits, signs, points, letters and blanks as ASCII; trimmed. ptr NULL: no memory. */
struct str form_narrow(struct arena *a, struct str s);
/* Digits as a JSON number ("007.50" -> "7.50", ".5" -> "0.5", thousands commas dropped). ERR_INVALID when it is none. */
BASE_MUST_USE enum err form_number(struct arena *a, struct str typed, struct str *out);
bool form_date_valid(struct str date); /* YYYY-MM-DD, of the calendar */
bool form_time_valid(struct str time); /* HH:MM */
/* "2025", "1", "5" -> "2025-01-05"; what is no date is joined as typed. ptr NULL: no memory. */
struct str form_date_join(struct arena *a, struct str year, struct str month, struct str day);

/* ---- words (form_words.c) ---- */
struct str form_label(const struct form_part *p, const struct http_form_words *w);
struct str form_hint(const struct form_part *p, const struct http_form_words *w);
struct str form_option_label(const struct form_option *o, const struct http_form_words *w);
struct str form_word(const struct http_form_words *w, const char *key);
/* The sentence with {0} and {1}. */
struct str form_sentence(const struct http_form_words *w, struct arena *a, const char *key, struct str zero, struct str one);
bool form_hidden(const struct form_part *p, const struct http_form_words *w);

/* ---- checks (form_check.c) ---- */
/* The first thing wrong with a value (NULL = absent); code NULL when all is well, `one` fills {1}. */
struct form_fault {
	const char *code;
	struct str one;
};
struct form_fault form_fault_of(const struct form_part *p, const struct json *v, const struct http_form_words *w, struct arena *a);
BASE_MUST_USE enum err form_errors_add(const struct form_part *p, struct form_fault fault, const struct http_form_words *w,
                                       struct arena *a, struct http_form_errors *errors);

#endif
