/* import_mapping.c - which column means what. */
#include "casework/import_int.h"
#include "text/json.h"

const struct import_field_name import_field_names[IMPORT_FIELDS] = {
	[IMPORT_ITEM_CODE] = { IMPORT_ITEM, "impl_code", true },
	[IMPORT_ITEM_NAME] = { IMPORT_ITEM, "name", true },
	[IMPORT_ITEM_KIND] = { IMPORT_ITEM, "kind", true },
	[IMPORT_ITEM_ORGAN] = { IMPORT_ITEM, "organ", true },
	[IMPORT_ITEM_ORGAN_CODE] = { IMPORT_ITEM, "organ_code", false },
	[IMPORT_ITEM_REGION] = { IMPORT_ITEM, "region_code", false },
	[IMPORT_ITEM_GROUP] = { IMPORT_ITEM, "group", false },
	[IMPORT_CASE_ID] = { IMPORT_CASE, "id", true },
	[IMPORT_CASE_START] = { IMPORT_CASE, "start", false },
	[IMPORT_CASE_DEADLINE] = { IMPORT_CASE, "deadline", false },
	[IMPORT_CASE_PLANNED_END] = { IMPORT_CASE, "planned_end", false },
	[IMPORT_CASE_END] = { IMPORT_CASE, "end", false },
	[IMPORT_CASE_CHANNEL] = { IMPORT_CASE, "channel", false },
	[IMPORT_CASE_DEPARTMENT] = { IMPORT_CASE, "department", false },
	[IMPORT_CASE_RESPONSIBLE] = { IMPORT_CASE, "responsible", false },
	[IMPORT_CASE_GROUP] = { IMPORT_CASE, "group", false },
	[IMPORT_CASE_KIND] = { IMPORT_CASE, "kind", false },
	[IMPORT_CASE_STATUS] = { IMPORT_CASE, "status", false },
	[IMPORT_EVENT_ACTIVITY] = { IMPORT_EVENT, "activity", true },
	[IMPORT_EVENT_TIME] = { IMPORT_EVENT, "time", true },
	[IMPORT_EVENT_RESOURCE] = { IMPORT_EVENT, "resource", false },
	[IMPORT_EVENT_GROUP] = { IMPORT_EVENT, "group", false },
	[IMPORT_EVENT_LIFECYCLE] = { IMPORT_EVENT, "lifecycle", false },
	[IMPORT_EVENT_INSTANCE] = { IMPORT_EVENT, "instance", false },
	[IMPORT_EVENT_DUE] = { IMPORT_EVENT, "due", false },
	[IMPORT_EVENT_PLANNED] = { IMPORT_EVENT, "planned", false },
	[IMPORT_EVENT_FINISHED] = { IMPORT_EVENT, "finished", false },
};

static enum err refuse(struct diag *d, const char *code, const char *what, struct str value)
{
	enum err e = diag_set(d, ERR_INVALID, code, "the mapping %s: \"%.*s\"", what,
	                      (int)(value.len > 80 ? 80 : value.len), value.ptr ? value.ptr : "");
	diag_arg(d, value);
	return e;
}

/* "column" or ["column", "or else this"] */
static enum err read_names(const struct json *v, struct str key, struct import_names *out, struct diag *d)
{
	if (v->kind == JSON_STRING && v->text.len) {
		out->name[out->count++] = v->text;
		return OK;
	}
	if (v->kind != JSON_ARRAY || v->count == 0 || v->count > IMPORT_NAMES_MAX)
		return refuse(d, "import.mapping-names", "needs a column's name, or a list of up to 8, for", key);
	for (size_t i = 0; i < v->count; i++) {
		if (v->items[i].kind != JSON_STRING || !v->items[i].text.len)
			return refuse(d, "import.mapping-names", "has something else than a column's name for", key);
		out->name[out->count++] = v->items[i].text;
	}
	return OK;
}

static enum err read_scope(const struct json *v, enum import_scope scope, struct import_mapping *m, struct diag *d)
{
	if (v->kind != JSON_OBJECT)
		return refuse(d, "import.mapping-shape", "needs an object for item, case and event", json_text(v));
	for (size_t i = 0; i < v->count; i++) {
		int f = 0;
		while (f < IMPORT_FIELDS && (import_field_names[f].scope != scope ||
		                             !str_eqz(v->members[i].key, import_field_names[f].name)))
			f++;
		if (f == IMPORT_FIELDS)
			return refuse(d, "import.mapping-field", "names a field that there is not", v->members[i].key);
		TRY(read_names(&v->members[i].value, v->members[i].key, &m->names[f], d));
	}
	return OK;
}

static enum err read_codes(const struct json *v, struct str key, struct import_code *codes, size_t *count, struct diag *d)
{
	if (v->kind != JSON_OBJECT || v->count > IMPORT_CODES_MAX)
		return refuse(d, "import.mapping-shape", "needs an object of up to 64 words and codes for", key);
	for (size_t i = 0; i < v->count; i++) {
		if (v->members[i].value.kind != JSON_STRING)
			return refuse(d, "import.mapping-code", "has a code that is no text for", v->members[i].key);
		codes[(*count)++] = (struct import_code){ v->members[i].key, v->members[i].value.text };
	}
	return OK;
}

static enum err read_empty(const struct json *v, struct import_mapping *m, struct diag *d)
{
	if (v->kind != JSON_ARRAY || v->count > IMPORT_EMPTY_MAX)
		return refuse(d, "import.mapping-shape", "needs a list of up to 16 texts for", S("empty"));
	for (size_t i = 0; i < v->count; i++)
		m->empty[m->empty_count++] = json_text(&v->items[i]);
	return OK;
}

static enum err read_zone(const struct json *v, struct import_mapping *m, struct diag *d)
{
	int64_t ms;
	struct str with = S("2000-01-01T00:00:00");
	m->zone = json_text(v);
	if (m->zone.len > 6 || !import_time(m, with, (struct str){ NULL, 0 }, &ms))
		return refuse(d, "import.mapping-zone", "has a zone that is no offset like +08:00", m->zone);
	return OK;
}

static enum err read_member(const struct json_member *e, struct import_mapping *m, struct diag *d)
{
	if (str_eqz(e->key, "item"))
		return read_scope(&e->value, IMPORT_ITEM, m, d);
	if (str_eqz(e->key, "case"))
		return read_scope(&e->value, IMPORT_CASE, m, d);
	if (str_eqz(e->key, "event"))
		return read_scope(&e->value, IMPORT_EVENT, m, d);
	if (str_eqz(e->key, "empty"))
		return read_empty(&e->value, m, d);
	if (str_eqz(e->key, "channels"))
		return read_codes(&e->value, e->key, m->channels, &m->channels_count, d);
	if (str_eqz(e->key, "kinds"))
		return read_codes(&e->value, e->key, m->kinds, &m->kinds_count, d);
	if (str_eqz(e->key, "zone"))
		return read_zone(&e->value, m, d);
	if (str_eqz(e->key, "number_with_file") && e->value.kind == JSON_BOOL) {
		m->number_with_file = e->value.boolean;
		return OK;
	}
	if (str_eqz(e->key, "item_kind") && json_text(&e->value).len == 2) {
		m->item_kind = json_text(&e->value);
		return OK;
	}
	if (str_eqz(e->key, "title")) {
		m->title = json_text(&e->value);
		return OK;
	}
	return refuse(d, "import.mapping-field", "has a part that there is not, or not in this form", e->key);
}

enum err import_mapping_read(struct arena *a, struct str json, struct import_mapping **out, struct diag *d)
{
	const struct json *v;
	TRY(json_read(a, json, &v, d));
	struct import_mapping *m = arena_new(a, struct import_mapping);
	if (!m)
		return ERR_NOMEM;
	if (v->kind != JSON_OBJECT)
		return refuse(d, "import.mapping-shape", "is no object", json_text(v));
	for (size_t i = 0; i < v->count; i++)
		TRY(read_member(&v->members[i], m, d));
	*out = m;
	return OK;
}

static bool any_present(const struct import_names *n, const struct map *present)
{
	for (size_t i = 0; i < n->count; i++)
		if (map_has(present, n->name[i]))
			return true;
	return false;
}

size_t import_mapping_fit(const struct import_mapping *m, enum import_scope scope, const struct map *present)
{
	size_t fit = 0;
	for (int f = 0; f < IMPORT_FIELDS; f++) {
		if (import_field_names[f].scope != scope)
			continue;
		bool there = any_present(&m->names[f], present);
		if (import_field_names[f].required && !there)
			return 0;
		fit += there;
	}
	return fit;
}

struct str import_value(const struct import_mapping *m, struct str raw)
{
	struct str s = str_trim(raw);
	for (size_t i = 0; i < m->empty_count; i++)
		if (str_eq(s, m->empty[i]))
			return S("");
	return s;
}

struct str import_code(const struct import_code *codes, size_t count, struct str word)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(codes[i].from, word))
			return codes[i].to;
	return (struct str){ NULL, 0 };
}

static enum err no_column(const struct csv_reader *csv, const struct import_names *n, enum import_field f, struct diag *d)
{
	char have[300] = "";
	size_t at = 0;
	for (size_t i = 0; i < csv->width && at < sizeof have - 80; i++) {
		struct str h = csv->header[i];
		int wrote = snprintf(have + at, sizeof have - at, "%s%.*s", i ? ", " : "", (int)(h.len > 60 ? 60 : h.len), h.ptr);
		at += wrote > 0 ? (size_t)wrote : 0;
	}
	enum err e = diag_set(d, ERR_INVALID, "import.no-column", "no column for \"%s\" (sought: %.*s); the file has: %s",
	                      import_field_names[f].name, n->count ? (int)n->name[0].len : 7,
	                      n->count ? n->name[0].ptr : "nothing", have);
	diag_arg(d, str_of(import_field_names[f].name));
	return e;
}

enum err import_columns(const struct csv_reader *csv, const struct import_mapping *m, unsigned scopes,
                        int column[IMPORT_FIELDS], struct diag *d)
{
	for (int f = 0; f < IMPORT_FIELDS; f++) {
		const struct import_names *n = &m->names[f];
		column[f] = -1;
		if (!(scopes >> import_field_names[f].scope & 1))
			continue;
		for (size_t i = 0; i < n->count && column[f] < 0; i++)
			column[f] = csv_column(csv, n->name[i]);
		if (column[f] < 0 && import_field_names[f].required)
			return no_column(csv, n, (enum import_field)f, d);
	}
	return OK;
}
