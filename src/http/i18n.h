/* i18n.h - the language catalogues: compiled gettext files (.mo) and choosing a language. */
#ifndef HTTP_I18N_H
#define HTTP_I18N_H

#include "base/arena.h"
#include "base/diag.h"

enum http_language { HTTP_ZH, HTTP_EN, HTTP_LANGUAGES };

struct http_i18n; /* immutable once loaded, shared by all threads */

/* Reads <dir>/zh_CN.mo and <dir>/en.mo; dir NULL = empty catalogues. Lives in `a`. */
BASE_MUST_USE enum err http_i18n_load(struct arena *a, const char *dir, struct http_i18n **out, struct diag *d);
/* One catalogue from the bytes of a .mo file (GNU gettext manual, "The Format of GNU MO Files"). */
BASE_MUST_USE enum err http_i18n_add(struct http_i18n *i, enum http_language language, struct str mo, struct diag *d);
/* The sentence; falls back zh_CN -> en -> zh_CN; ptr NULL when no catalogue has the key. */
struct str http_i18n_get(const struct http_i18n *i, enum http_language language, struct str key);
/* The sentence with {0}, {1}, ... filled in, in `a`; the key itself when there is none. */
struct str http_i18n_format(const struct http_i18n *i, enum http_language language, struct str key,
                            const struct str *args, size_t n, struct arena *a);
/* Keys that one catalogue has and the other lacks. */
size_t http_i18n_missing(const struct http_i18n *i, enum http_language language, struct arena *a, const struct str **keys);
/* Best of ours for an Accept-Language header (RFC 9110); Chinese when nothing fits. */
enum http_language http_language_accept(struct str header);
/* "zh_CN", "zh-CN", "zh" or "en"; false for anything else. */
bool http_language_of(struct str name, enum http_language *out);
const char *http_language_name(enum http_language l);  /* "zh_CN", "en" */
const char *http_language_tag(enum http_language l);   /* "zh-CN", "en", for HTML */

#endif
