/* mustache_render.c - nodes and data to text. */
#include "text/mustache_int.h"

#include "text/xml.h"

enum {
	WORK_MAX = 20 << 20,          /* nodes rendered: templates from packs must end */
	TRANSLATION_MAX = 64 << 10,
	TRANSLATION_ARGS_MAX = 9,
};

/* Stands for a '|' that came from a value while the text of a translation is rendered,
 * so that what a citizen typed is never taken for the separator. */
static const char VALUE_BAR = '\x01';

struct renderer {
	const struct mustache_env *env;
	struct arena *scratch;
	struct buf *out;
	const struct json *stack[MUSTACHE_DEPTH_MAX * 2 + 1]; /* contexts, innermost last */
	int stack_count, depth;
	bool in_translation;
	struct str indent;
	int work;
};

static enum err render_list(struct renderer *r, const struct mustache_node *n);

static const struct json *lookup(const struct renderer *r, const struct mustache_node *n)
{
	const struct json *top = r->stack[r->stack_count - 1];
	if (n->path_count == 0)
		return top;
	const struct json *v = NULL;
	for (int i = r->stack_count - 1; i >= 0 && !v; i--)
		v = json_get_str(r->stack[i], n->path[0]);
	for (size_t i = 1; i < n->path_count && v; i++)
		v = json_get_str(v, n->path[i]);
	return v;
}

static bool truthy(const struct json *v)
{
	if (!v)
		return false;
	switch (v->kind) {
	case JSON_NULL:
		return false;
	case JSON_BOOL:
		return v->boolean;
	case JSON_STRING:
		return v->text.len > 0;
	case JSON_NUMBER:
		return !str_eq(v->text, S("0"));
	case JSON_ARRAY:
		return v->count > 0;
	case JSON_OBJECT:
		return true;
	}
	return false;
}

static void put(struct renderer *r, struct str s)
{
	if (!r->in_translation) {
		buf_put(r->out, s);
		return;
	}
	for (size_t i = 0; i < s.len; i++)
		buf_byte(r->out, s.ptr[i] == '|' ? VALUE_BAR : s.ptr[i]);
}

static void put_value(struct renderer *r, const struct json *v, bool raw)
{
	struct str text = json_text(v);
	if (v && v->kind == JSON_BOOL)
		text = v->boolean ? S("true") : S("false");
	if (raw) {
		put(r, text);
		return;
	}
	size_t from = r->out->len;
	xml_escape(r->out, text);
	for (size_t i = from; r->in_translation && i < r->out->len; i++)
		if (r->out->ptr[i] == '|')
			r->out->ptr[i] = VALUE_BAR;
}

static void put_text(struct renderer *r, const struct mustache_node *n)
{
	if (str_empty(r->indent)) {
		buf_put(r->out, n->text);
		return;
	}
	bool line_start = n->at_line_start;
	struct str rest = n->text;
	do {
		if (line_start)
			buf_put(r->out, r->indent);
		ptrdiff_t nl = str_find_byte(rest, '\n');
		size_t len = nl < 0 ? rest.len : (size_t)nl + 1;
		buf_put(r->out, str_sub(rest, 0, len));
		rest = str_sub(rest, len, rest.len);
		line_start = true;
	} while (rest.len);
}

static enum err render_with(struct renderer *r, const struct json *context, const struct mustache_node *n)
{
	base_assert(r->stack_count < (int)(sizeof r->stack / sizeof *r->stack));
	r->stack[r->stack_count++] = context;
	enum err e = render_list(r, n);
	r->stack_count--;
	return e;
}

static enum err render_section(struct renderer *r, const struct mustache_node *n)
{
	const struct json *v = lookup(r, n);
	if (!truthy(v))
		return OK;
	if (v->kind != JSON_ARRAY)
		return render_with(r, v, n->first);
	for (size_t i = 0; i < v->count; i++)
		TRY(render_with(r, &v->items[i], n->first));
	return OK;
}

/* The sentence with {0}, {1}, ... filled in; a number without its argument stays as it is. */
static void put_sentence(struct renderer *r, struct str sentence, const struct str *args, size_t n)
{
	for (size_t i = 0; i < sentence.len; i++) {
		size_t k = i + 2 < sentence.len && sentence.ptr[i] == '{' && sentence.ptr[i + 2] == '}'
		                   ? (size_t)(unsigned char)(sentence.ptr[i + 1] - '0') : n;
		if (k < n) {
			put(r, args[k]);
			i += 2;
		} else {
			put(r, str_sub(sentence, i, i + 1));
		}
	}
}

static void restore_bars(struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		if (b->ptr[i] == VALUE_BAR)
			b->ptr[i] = '|';
}

static void translate(struct renderer *r, struct buf *inner)
{
	struct str args[TRANSLATION_ARGS_MAX], rest = inner->ptr ? buf_str(inner) : S("");
	struct str key = str_trim(str_cut(&rest, '|'));
	size_t n = 0;
	while (rest.ptr && n < TRANSLATION_ARGS_MAX)
		args[n++] = str_trim(str_cut(&rest, '|'));
	restore_bars(inner);
	struct str sentence = { NULL, 0 };
	if (r->env && r->env->translate)
		sentence = r->env->translate(r->env->arg, key);
	put_sentence(r, sentence.ptr ? sentence : key, args, n);
}

static enum err render_translation(struct renderer *r, const struct mustache_node *n)
{
	struct buf inner, *out = r->out;
	struct str indent = r->indent;
	bool nested = r->in_translation;
	buf_init_in(&inner, r->scratch, TRANSLATION_MAX);
	r->out = &inner;
	r->indent = S("");
	r->in_translation = true;
	enum err e = render_list(r, n->first);
	r->out = out;
	r->indent = indent;
	r->in_translation = nested;
	if (e == OK && inner.failed != OK)
		e = inner.failed;
	if (e == OK)
		translate(r, &inner);
	return e;
}

static enum err render_partial(struct renderer *r, const struct mustache_node *n)
{
	const struct mustache *t = r->env && r->env->partial ? r->env->partial(r->env->arg, n->text) : NULL;
	if (!t)
		return OK;
	struct str indent = r->indent;
	if (n->indent.len) {
		r->indent = arena_printf(r->scratch, "%.*s%.*s", STR_ARG(indent), STR_ARG(n->indent));
		if (!r->indent.ptr)
			return ERR_NOMEM;
	}
	enum err e = render_list(r, t->first);
	r->indent = indent;
	return e;
}

static enum err render_node(struct renderer *r, const struct mustache_node *n)
{
	switch (n->kind) {
	case MUSTACHE_TEXT:
		put_text(r, n);
		return OK;
	case MUSTACHE_VALUE:
	case MUSTACHE_RAW_VALUE:
		put_value(r, lookup(r, n), n->kind == MUSTACHE_RAW_VALUE);
		return OK;
	case MUSTACHE_SECTION:
		return render_section(r, n);
	case MUSTACHE_INVERTED:
		return truthy(lookup(r, n)) ? OK : render_list(r, n->first);
	case MUSTACHE_TRANSLATION:
		return render_translation(r, n);
	case MUSTACHE_PARTIAL:
		return render_partial(r, n);
	}
	return OK;
}

static enum err render_list(struct renderer *r, const struct mustache_node *n)
{
	if (r->depth == MUSTACHE_DEPTH_MAX * 2)
		return ERR_LIMIT;
	r->depth++;
	enum err e = OK;
	for (; n && e == OK; n = n->next) {
		e = ++r->work > WORK_MAX ? ERR_LIMIT : render_node(r, n);
		if (e == OK)
			e = r->out->failed;
	}
	r->depth--;
	return e;
}

enum err mustache_render(const struct mustache *t, const struct json *data,
                         const struct mustache_env *env, struct arena *scratch, struct buf *out)
{
	static const struct json nothing = { .kind = JSON_NULL };
	struct renderer r = { .env = env, .scratch = scratch, .out = out, .indent = S("") };
	r.stack[r.stack_count++] = data ? data : &nothing;
	return render_list(&r, t->first);
}
