/* read.c - the small steps of reading a model: children, names, texts, findings. */
#include "dmn/dmn_int.h"

#include <stdarg.h>
#include <stdio.h>

void dmn_find(struct dmn_reader *r, enum dmn_severity severity, const char *rule, struct str element, int line,
              const char *fmt, ...)
{
	struct dmn_finding *f = arena_new(r->arena, struct dmn_finding);
	char text[DIAG_TEXT_MAX];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	struct str kept = arena_str(r->arena, str_span(text, len));
	if (!f || !kept.ptr) {
		r->failed = ERR_NOMEM;
		return;
	}
	*f = (struct dmn_finding){ .severity = severity, .rule = str_of(rule), .element = element, .line = line,
		.text = kept };
	*r->findings_end = f;
	r->findings_end = &f->next;
	if (severity == DMN_ERROR)
		r->refused = true;
}

void dmn_find_syntax(struct dmn_reader *r, const char *rule, struct str element, int line, struct str source, const struct diag *why)
{
	struct str shown = str_sub(source, 0, 200);
	struct dmn_finding **place = r->findings_end;
	dmn_find(r, DMN_ERROR, rule, element, line + (why->line > 1 ? why->line - 1 : 0), "%s, in: %.*s", why->text, STR_ARG(shown));
	if (*place)
		(*place)->source = shown;
}

struct xml_node *dmn_child(const struct dmn_reader *r, const struct xml_node *n, const char *name)
{
	return xml_child(n, r->xmlns, name);
}

bool dmn_is(const struct dmn_reader *r, const struct xml_node *n, const char *name)
{
	return xml_is(n, r->xmlns, name);
}

size_t dmn_count(const struct dmn_reader *r, const struct xml_node *n, const char *name)
{
	size_t count = 0;
	for (const struct xml_node *c = dmn_child(r, n, name); c; c = xml_next_same(c))
		count++;
	return count;
}

struct str dmn_text_of(const struct dmn_reader *r, const struct xml_node *n)
{
	const struct xml_node *t = n ? dmn_child(r, n, "text") : NULL;
	return t ? str_trim(t->text) : S("");
}

struct str dmn_id_of(const struct xml_node *n)
{
	struct str id = xml_attr(n, "id");
	return id.ptr ? id : S("");
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_collapsed(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_blank(s.ptr[i]) && (s.ptr[i] != ' ' || (i && s.ptr[i - 1] == ' ')))
			return false;
	return true;
}

struct str dmn_collapse(struct dmn_reader *r, struct str raw)
{
	raw = str_trim(raw);
	if (is_collapsed(raw))
		return raw;
	char *to = arena_alloc(r->arena, raw.len + 1);
	if (!to) {
		r->failed = ERR_NOMEM;
		return raw;
	}
	size_t len = 0;
	for (size_t i = 0; i < raw.len; i++)
		if (!is_blank(raw.ptr[i]))
			to[len++] = raw.ptr[i];
		else if (to[len - 1] != ' ') /* raw is trimmed, so len > 0 */
			to[len++] = ' ';
	return str_span(to, len);
}

struct str dmn_name_of(struct dmn_reader *r, const struct xml_node *n)
{
	struct str raw = xml_attr(n, "name");
	return raw.ptr ? dmn_collapse(r, raw) : S("");
}

enum err dmn_variable_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_variable *out)
{
	*out = (struct dmn_variable){ .name = dmn_name_of(r, n), .line = n->line,
		.type = dmn_type_ref(r, xml_attr(n, "typeRef"), n) };
	return r->failed;
}

enum err dmn_names_of_params(struct dmn_reader *r, const struct feel_param *params, size_t count,
                             const struct feel_names *outer, struct feel_names *out)
{
	struct str *names;
	const struct feel_type **types;
	DMN_ALLOC(r, names, struct str, count);
	DMN_ALLOC(r, types, const struct feel_type *, count);
	for (size_t i = 0; i < count; i++) {
		names[i] = params[i].name;
		types[i] = params[i].type;
	}
	*out = (struct feel_names){ .names = names, .count = count, .outer = outer, .types = types };
	return OK;
}

enum err dmn_names_push(struct dmn_reader *r, const struct dmn_variable *v, size_t count,
                        const struct feel_names *outer, struct feel_names *out)
{
	struct feel_param *params;
	size_t n = 0;
	DMN_ALLOC(r, params, struct feel_param, count);
	for (size_t i = 0; i < count; i++)
		if (!str_empty(v[i].name))
			params[n++] = (struct feel_param){ .name = v[i].name, .type = v[i].type };
	return dmn_names_of_params(r, params, n, outer, out);
}
