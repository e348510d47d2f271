/* form_render.c - the parts as HTML in the markup of the GOV.UK Design System: every
 * control has its label, its hint and its error tied to it; no JavaScript is needed. */
#include <stdio.h>

#include "http/form_int.h"
#include "text/xml.h"

struct renderer {
	const struct http_form_words *words;
	const struct json *values;
	const struct http_form_errors *errors;
	struct buf *out;
};

static void put(struct renderer *r, const char *html)
{
	buf_putz(r->out, html);
}

static void put_text(struct renderer *r, struct str s)
{
	xml_escape(r->out, s);
}

/* ` name="value"` */
static void put_attr(struct renderer *r, const char *name, struct str value)
{
	buf_printf(r->out, " %s=\"", name);
	put_text(r, value);
	buf_byte(r->out, '"');
}

/* ` name="f-<key><suffix>"` */
static void put_id(struct renderer *r, const char *name, struct str key, const char *suffix)
{
	buf_printf(r->out, " %s=\"f-", name);
	put_text(r, key);
	buf_printf(r->out, "%s\"", suffix);
}

static const struct http_form_error *error_of(const struct renderer *r, struct str key)
{
	for (size_t i = 0; r->errors && i < r->errors->count; i++)
		if (str_eq(r->errors->list[i].key, key))
			return &r->errors->list[i];
	return NULL;
}

/* What was typed; a default only before anything was. */
static const struct json *value_of(const struct renderer *r, const struct form_part *p)
{
	return r->values ? json_get_str(r->values, p->key) : p->initial;
}

static bool has_value(const struct json *v, struct str option)
{
	if (v && v->kind == JSON_ARRAY) {
		for (size_t i = 0; i < v->count; i++)
			if (str_eq(json_text(&v->items[i]), option))
				return true;
		return false;
	}
	return v && str_eq(json_text(v), option) && option.len;
}

/* ---- around a control ---- */

static void open_group(struct renderer *r, const struct form_part *p, const char *more)
{
	buf_printf(r->out, "<div class=\"govuk-form-group%s%s\">\n", error_of(r, p->key) ? " govuk-form-group--error" : "", more);
}

static void put_label_text(struct renderer *r, const struct form_part *p)
{
	put_text(r, form_label(p, r->words));
	if (p->required || p->readonly)
		return;
	put(r, " <span class=\"bj-quiet\">");
	put_text(r, form_word(r->words, "form.optional"));
	put(r, "</span>");
}

static void put_label(struct renderer *r, const struct form_part *p)
{
	put(r, "<label class=\"govuk-label govuk-label--s\"");
	put_id(r, "for", p->key, "");
	put(r, ">");
	put_label_text(r, p);
	put(r, "</label>\n");
}

static void put_hint_and_error(struct renderer *r, const struct form_part *p)
{
	const struct http_form_error *e = error_of(r, p->key);
	struct str hint = form_hint(p, r->words);
	if (hint.len) {
		put(r, "<div class=\"govuk-hint\"");
		put_id(r, "id", p->key, "-hint");
		put(r, ">");
		put_text(r, hint);
		put(r, "</div>\n");
	}
	if (e) {
		put(r, "<p class=\"govuk-error-message\"");
		put_id(r, "id", p->key, "-error");
		put(r, "><span class=\"govuk-visually-hidden\">");
		put_text(r, form_word(r->words, "form.error"));
		put(r, "</span> ");
		put_text(r, e->message);
		put(r, "</p>\n");
	}
}

static void put_described(struct renderer *r, const struct form_part *p)
{
	bool hint = form_hint(p, r->words).len > 0, error = error_of(r, p->key) != NULL;
	if (!hint && !error)
		return;
	put(r, " aria-describedby=\"");
	if (hint) {
		put(r, "f-");
		put_text(r, p->key);
		put(r, "-hint");
	}
	if (error) {
		put(r, hint ? " f-" : "f-");
		put_text(r, p->key);
		put(r, "-error");
	}
	put(r, "\"");
}

static void open_fieldset(struct renderer *r, const struct form_part *p, const char *role)
{
	put(r, "<fieldset class=\"govuk-fieldset\"");
	put(r, role);
	put_described(r, p);
	put(r, ">\n<legend class=\"govuk-fieldset__legend govuk-fieldset__legend--s\">");
	put_label_text(r, p);
	put(r, "</legend>\n");
	put_hint_and_error(r, p);
}

/* id, name, description, state: what every single control has */
static void put_common(struct renderer *r, const struct form_part *p)
{
	put_id(r, "id", p->key, "");
	put_attr(r, "name", p->key);
	put_described(r, p);
	if (error_of(r, p->key))
		put(r, " aria-invalid=\"true\"");
	if (p->readonly)
		put(r, " readonly");
}

/* ---- controls ---- */

static const char *width_class(const struct form_part *p)
{
	if (p->kind == FORM_NUMBER)
		return " govuk-input--width-10";
	if (p->length_max > 0 && p->length_max <= 5)
		return " govuk-input--width-5";
	return p->length_max > 0 && p->length_max <= 20 ? " govuk-input--width-20" : "";
}

static void put_affix(struct renderer *r, const char *class, struct str text)
{
	if (str_empty(text))
		return;
	buf_printf(r->out, "<div class=\"%s\" aria-hidden=\"true\">", class);
	put_text(r, text);
	put(r, "</div>");
}

static void put_input(struct renderer *r, const struct form_part *p)
{
	bool wrapped = p->prefix.len || p->suffix.len;
	open_group(r, p, "");
	put_label(r, p);
	put_hint_and_error(r, p);
	if (wrapped)
		put(r, "<div class=\"govuk-input__wrapper\">");
	put_affix(r, "govuk-input__prefix", p->prefix);
	buf_printf(r->out, "<input class=\"govuk-input%s%s\"", width_class(p), error_of(r, p->key) ? " govuk-input--error" : "");
	put_common(r, p);
	buf_printf(r->out, " type=\"%s\" spellcheck=\"false\"", p->format == FORM_EMAIL ? "email" : p->format == FORM_PHONE ? "tel" : "text");
	if (p->kind == FORM_NUMBER)
		put(r, p->decimals == 0 ? " inputmode=\"numeric\"" : " inputmode=\"decimal\"");
	if (p->autocomplete.len)
		put_attr(r, "autocomplete", p->autocomplete);
	put_attr(r, "value", json_text(value_of(r, p)));
	put(r, ">");
	put_affix(r, "govuk-input__suffix", p->suffix);
	put(r, wrapped ? "</div>\n</div>\n" : "\n</div>\n");
}

static void put_textarea(struct renderer *r, const struct form_part *p)
{
	bool counted = p->length_max > 0;
	buf_printf(r->out, "<div class=\"govuk-form-group%s%s\"", error_of(r, p->key) ? " govuk-form-group--error" : "", counted ? " govuk-character-count" : "");
	if (counted)
		buf_printf(r->out, " data-module=\"govuk-character-count\" data-maxlength=\"%lld\"", (long long)p->length_max);
	put(r, ">\n");
	put_label(r, p);
	put_hint_and_error(r, p);
	buf_printf(r->out, "<textarea class=\"govuk-textarea%s%s\" rows=\"5\"", counted ? " govuk-js-character-count" : "", error_of(r, p->key) ? " govuk-textarea--error" : "");
	put_common(r, p);
	put(r, ">\n"); /* a line break right behind the tag is not part of the text */
	put_text(r, json_text(value_of(r, p)));
	put(r, "</textarea>\n");
	if (counted) {
		char digits[24];
		int n = snprintf(digits, sizeof digits, "%lld", (long long)p->length_max);
		struct arena a;
		arena_init(&a, 8192);
		put(r, "<div class=\"govuk-hint govuk-character-count__message\"");
		put_id(r, "id", p->key, "-info");
		put(r, ">");
		put_text(r, form_sentence(r->words, &a, "form.at-most", str_span(digits, (size_t)n), S("")));
		put(r, "</div>\n");
		arena_release(&a);
	}
	put(r, "</div>\n");
}

static void put_select(struct renderer *r, const struct form_part *p)
{
	const struct json *v = value_of(r, p);
	open_group(r, p, "");
	put_label(r, p);
	put_hint_and_error(r, p);
	buf_printf(r->out, "<select class=\"govuk-select%s\"", error_of(r, p->key) ? " govuk-select--error" : "");
	put_common(r, p);
	put(r, ">\n<option value=\"\">");
	put_text(r, form_word(r->words, "form.choose"));
	put(r, "</option>\n");
	for (size_t i = 0; i < p->options_count; i++) {
		put(r, "<option");
		put_attr(r, "value", p->options[i].value);
		put(r, has_value(v, p->options[i].value) ? " selected>" : ">");
		put_text(r, form_option_label(&p->options[i], r->words));
		put(r, "</option>\n");
	}
	put(r, "</select>\n</div>\n");
}

/* One radio or check box. The first has the key's own id, so that the error summary leads to it. */
static void put_choice(struct renderer *r, const struct form_part *p, const char *what, size_t number, struct str value, struct str label, bool checked)
{
	char suffix[24] = "";
	if (number)
		snprintf(suffix, sizeof suffix, "-%zu", number + 1);
	const char *type = strcmp(what, "radios") == 0 ? "radio" : "checkbox";
	buf_printf(r->out, "<div class=\"govuk-%s__item\"><input class=\"govuk-%s__input\" type=\"%s\"", what, what, type);
	put_id(r, "id", p->key, suffix);
	put_attr(r, "name", p->key);
	put_attr(r, "value", value);
	put(r, checked ? " checked" : "");
	put(r, p->readonly ? " disabled>" : ">");
	buf_printf(r->out, "<label class=\"govuk-label govuk-%s__label\"", what);
	put_id(r, "for", p->key, suffix);
	put(r, ">");
	put_text(r, label);
	put(r, "</label></div>\n");
}

static void put_choices(struct renderer *r, const struct form_part *p)
{
	const char *what = p->kind == FORM_RADIO ? "radios" : "checkboxes";
	const struct json *v = value_of(r, p);
	open_group(r, p, "");
	open_fieldset(r, p, "");
	buf_printf(r->out, "<div class=\"govuk-%s\" data-module=\"govuk-%s\">\n", what, what);
	for (size_t i = 0; i < p->options_count; i++)
		put_choice(r, p, what, i, p->options[i].value, form_option_label(&p->options[i], r->words), has_value(v, p->options[i].value));
	put(r, "</div>\n</fieldset>\n</div>\n");
}

static void put_checkbox(struct renderer *r, const struct form_part *p)
{
	open_group(r, p, "");
	put_hint_and_error(r, p);
	put(r, "<div class=\"govuk-checkboxes\" data-module=\"govuk-checkboxes\">\n");
	put_choice(r, p, "checkboxes", 0, S("true"), form_label(p, r->words), json_bool(value_of(r, p), false));
	put(r, "</div>\n</div>\n");
}

static void put_date_item(struct renderer *r, const struct form_part *p, const char *part, const char *word, int width, struct str value)
{
	char suffix[16];
	bool first = strcmp(part, "year") == 0;
	snprintf(suffix, sizeof suffix, "-%s", part);
	put(r, "<div class=\"govuk-date-input__item\"><div class=\"govuk-form-group\"><label class=\"govuk-label govuk-date-input__label\"");
	put_id(r, "for", p->key, first ? "" : suffix);
	put(r, ">");
	put_text(r, form_word(r->words, word));
	buf_printf(r->out, "</label><input class=\"govuk-input govuk-date-input__input govuk-input--width-%d%s\" type=\"text\" inputmode=\"numeric\"",
	           width, error_of(r, p->key) ? " govuk-input--error" : "");
	put_id(r, "id", p->key, first ? "" : suffix);
	put(r, " name=\"");
	put_text(r, p->key);
	put(r, suffix);
	put(r, "\"");
	put_attr(r, "value", value);
	put(r, "></div></div>\n");
}

static void put_time_item(struct renderer *r, const struct form_part *p, struct str value, bool alone)
{
	put(r, "<div class=\"govuk-date-input__item\"><div class=\"govuk-form-group\"><label class=\"govuk-label govuk-date-input__label\"");
	put_id(r, "for", p->key, alone ? "" : "-time");
	put(r, ">");
	put_text(r, form_word(r->words, "form.time-label"));
	put(r, "</label><input class=\"govuk-input govuk-date-input__input govuk-input--width-5\" type=\"text\"");
	put_id(r, "id", p->key, alone ? "" : "-time");
	put(r, " name=\"");
	put_text(r, p->key);
	put(r, "-time\"");
	put_attr(r, "value", value);
	put(r, "></div></div>\n");
}

static void put_date(struct renderer *r, const struct form_part *p)
{
	struct str time = json_text(value_of(r, p)), date = S(""), part[3] = { S(""), S(""), S("") };
	if (p->kind != FORM_TIME) {
		date = str_cut(&time, 'T');
		for (size_t i = 0; i < 3 && date.ptr; i++)
			part[i] = i < 2 ? str_cut(&date, '-') : date;
	}
	open_group(r, p, "");
	open_fieldset(r, p, " role=\"group\"");
	put(r, "<div class=\"govuk-date-input\">\n");
	if (p->kind != FORM_TIME) {
		put_date_item(r, p, "year", "form.year", 4, part[0]);
		put_date_item(r, p, "month", "form.month", 2, part[1]);
		put_date_item(r, p, "day", "form.day", 2, part[2]);
	}
	if (p->kind != FORM_DATE)
		put_time_item(r, p, time.ptr ? time : S(""), p->kind == FORM_TIME);
	put(r, "</div>\n</fieldset>\n</div>\n");
}

static void put_file(struct renderer *r, const struct form_part *p)
{
	open_group(r, p, "");
	put_label(r, p);
	put_hint_and_error(r, p);
	put(r, "<input class=\"govuk-file-upload\" type=\"file\"");
	put_common(r, p);
	if (p->accept.len)
		put_attr(r, "accept", p->accept);
	put(r, p->multiple ? " multiple>\n</div>\n" : ">\n</div>\n");
}

/* Paragraphs at empty lines, # for a heading; other marks of Markdown stay as they are. */
static void put_paragraphs(struct renderer *r, const struct form_part *p)
{
	struct str rest = form_label(p, r->words);
	bool open = false;
	while (rest.ptr) {
		struct str line = str_trim(str_cut(&rest, '\n'));
		bool heading = str_starts(line, S("#"));
		if (open && (str_empty(line) || heading)) {
			put(r, "</p>\n");
			open = false;
		}
		while (heading && line.len && (line.ptr[0] == '#' || line.ptr[0] == ' '))
			line = str_sub(line, 1, line.len);
		if (str_empty(line))
			continue;
		put(r, heading ? "<h2 class=\"govuk-heading-m\">" : open ? "<br>\n" : "<p class=\"govuk-body\">");
		put_text(r, line);
		put(r, heading ? "</h2>\n" : "");
		open = !heading;
	}
	put(r, open ? "</p>\n" : "");
}

static void open_part_group(struct renderer *r, const struct form_part *p)
{
	put(r, "<fieldset class=\"govuk-fieldset govuk-!-margin-bottom-6\">\n");
	if (str_empty(form_label(p, r->words)))
		return;
	put(r, "<legend class=\"govuk-fieldset__legend govuk-fieldset__legend--m\">");
	put_text(r, form_label(p, r->words));
	put(r, "</legend>\n");
}

static void put_part(struct renderer *r, const struct form_part *p)
{
	switch (p->kind) {
	case FORM_TEXTFIELD:
	case FORM_NUMBER:
		put_input(r, p);
		return;
	case FORM_TEXTAREA:
		put_textarea(r, p);
		return;
	case FORM_SELECT:
		put_select(r, p);
		return;
	case FORM_RADIO:
	case FORM_CHECKLIST:
		put_choices(r, p);
		return;
	case FORM_CHECKBOX:
		put_checkbox(r, p);
		return;
	case FORM_DATE:
	case FORM_TIME:
	case FORM_DATETIME:
		put_date(r, p);
		return;
	case FORM_FILE:
		put_file(r, p);
		return;
	case FORM_TEXT:
	case FORM_HTML:
		put_paragraphs(r, p);
		return;
	case FORM_SEPARATOR:
		put(r, "<hr class=\"govuk-section-break govuk-section-break--m govuk-section-break--visible\">\n");
		return;
	case FORM_GROUP_BEGIN:
		open_part_group(r, p);
		return;
	case FORM_GROUP_END:
		put(r, "</fieldset>\n");
		return;
	}
}

enum err http_form_render(const struct http_form *f, const struct json *values, const struct http_form_errors *errors,
                          const struct http_form_words *words, struct buf *out)
{
	struct renderer r = { words, values, errors, out };
	for (size_t i = 0; i < f->count; i++)
		if (!form_hidden(&f->parts[i], words))
			put_part(&r, &f->parts[i]);
	return out->failed;
}
