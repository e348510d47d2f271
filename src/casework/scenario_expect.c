/* scenario_expect.c - compares what the case's page shows with what a scenario expects.
 *
 * Each expectation is one small function with the member's name; a name that is not known is
 * itself an error, so that a misspelt expectation cannot pass.
 */
#include "casework/scenario_int.h"

struct check { struct scenario *s; const struct json *k; struct str name; const struct json *want; };

static struct str date_of(const struct json *instant)
{
	return str_sub(json_text(instant), 0, 10);
}

static void same_text(const struct check *c, struct str got)
{
	struct str want = json_text(c->want);
	if (!str_eq(got, want))
		scenario_wrong(c->s, "%.*s is \"%.*s\", should be \"%.*s\"", STR_ARG(c->name), STR_ARG(got), STR_ARG(want));
}

static void check_text(const struct check *c)
{
	same_text(c, json_text(json_get_str(c->k, c->name)));
}

static void check_bool(const struct check *c)
{
	bool got = json_bool(json_get_str(c->k, c->name), false), want = json_bool(c->want, false);
	if (got != want)
		scenario_wrong(c->s, "%.*s is %s, should be %s", STR_ARG(c->name), got ? "true" : "false", want ? "true" : "false");
}

/* "accepted_on" is the date of accepted_at. */
static void check_date(const struct check *c)
{
	struct str key = arena_printf(c->s->a, "%.*s_at", STR_ARG(str_sub(c->name, 0, c->name.len - 3)));
	same_text(c, date_of(json_get_str(c->k, key)));
}

/* {"promised": "2026-03-12"}: the date of the newest clock of that kind */
static void check_due(const struct check *c)
{
	const struct json *clocks = json_get(c->k, "clocks");
	for (size_t i = 0; i < c->want->count; i++) {
		struct str kind = c->want->members[i].key, want = json_text(&c->want->members[i].value), got = S("(no clock)");
		for (size_t n = 0; clocks && n < clocks->count; n++)
			if (str_eq(json_text(json_get(&clocks->items[n], "kind")), kind))
				got = json_text(json_get(&clocks->items[n], "due_on"));
		if (!str_eq(got, want))
			scenario_wrong(c->s, "the %.*s limit is due on %.*s, should be %.*s", STR_ARG(kind), STR_ARG(got), STR_ARG(want));
	}
}

/* ---- lists of texts, compared as sets with counts ---- */

enum { NAMES_MAX = 64 };
struct names { struct str at[NAMES_MAX]; size_t count; };

static void names_add(struct names *n, struct str name)
{
	if (n->count < NAMES_MAX)
		n->at[n->count++] = name;
}

static bool names_take(struct names *n, struct str name)
{
	for (size_t i = 0; i < n->count; i++) {
		if (!str_eq(n->at[i], name))
			continue;
		n->at[i] = n->at[--n->count];
		return true;
	}
	return false;
}

static void same_names(const struct check *c, struct names *got, struct names *want)
{
	for (size_t i = 0; i < want->count; i++)
		if (!names_take(got, want->at[i]))
			scenario_wrong(c->s, "%.*s: \"%.*s\" is missing", STR_ARG(c->name), STR_ARG(want->at[i]));
	for (size_t i = 0; i < got->count; i++)
		scenario_wrong(c->s, "%.*s: \"%.*s\" should not be there", STR_ARG(c->name), STR_ARG(got->at[i]));
}

static void wanted(const struct check *c, struct names *want)
{
	for (size_t i = 0; i < c->want->count; i++)
		names_add(want, json_text(&c->want->items[i]));
}

static void check_open_steps(const struct check *c)
{
	struct names got = { .count = 0 }, want = { .count = 0 };
	const struct json *steps = json_get(c->k, "steps");
	for (size_t i = 0; steps && i < steps->count; i++)
		if (str_eqz(json_text(json_get(&steps->items[i], "state")), "open"))
			names_add(&got, json_text(json_get(&steps->items[i], "element")));
	wanted(c, &want);
	same_names(c, &got, &want);
}

/* A letter's name without what the office puts behind it: "受理通知书.html" is the 受理通知书. */
static struct str title_of(struct str name)
{
	ptrdiff_t dot = str_find_byte(name, '.');
	return dot < 0 ? name : str_sub(name, 0, (size_t)dot);
}

static bool is_letter(const struct json *document)
{
	return str_eqz(json_text(json_get(document, "kind")), "letter");
}

static void check_letters(const struct check *c)
{
	struct names got = { .count = 0 }, want = { .count = 0 };
	const struct json *docs = json_get(c->k, "documents");
	for (size_t i = 0; docs && i < docs->count; i++)
		if (is_letter(&docs->items[i]))
			names_add(&got, title_of(json_text(json_get(&docs->items[i], "name"))));
	wanted(c, &want);
	same_names(c, &got, &want);
}

/* The newest letter contains these words. */
static void check_letter_says(const struct check *c)
{
	const struct json *docs = json_get(c->k, "documents");
	int64_t newest = 0;
	for (size_t i = 0; docs && i < docs->count; i++) {
		int64_t id = json_i64(json_get(&docs->items[i], "document"), 0);
		if (is_letter(&docs->items[i]) && id > newest)
			newest = id;
	}
	struct casework_actor system = { .system = true };
	struct str bytes, mime, name;
	struct diag d;
	diag_init(&d);
	if (!newest || casework_document(c->s->cw, &system, newest, S(""), c->s->a, &bytes, &mime, &name, &d) != OK) {
		scenario_wrong(c->s, "letter_says: there is no letter that can be read (%s)", d.text);
		return;
	}
	for (size_t i = 0; i < c->want->count; i++)
		if (str_find(bytes, json_text(&c->want->items[i])) < 0)
			scenario_wrong(c->s, "the letter \"%.*s\" does not say \"%.*s\"", STR_ARG(name), STR_ARG(json_text(&c->want->items[i])));
}

static void check_missing(const struct check *c)
{
	struct names got = { .count = 0 }, want = { .count = 0 };
	const struct json *missing = json_get(c->k, "missing");
	for (size_t i = 0; missing && i < missing->count; i++)
		names_add(&got, json_text(json_get(&missing->items[i], "material")));
	wanted(c, &want);
	same_names(c, &got, &want);
}

/* Each alert of the case's own limits (T-…) once: rule and date. What an office's rules of supervision say beside is not the pack's. */
static void check_alerts(const struct check *c)
{
	struct names got = { .count = 0 }, want = { .count = 0 };
	const struct json *alerts = json_get(c->k, "alerts");
	for (size_t i = 0; alerts && i < alerts->count; i++)
		if (str_starts(json_text(json_get(&alerts->items[i], "rule_no")), S("T-")))
			names_add(&got, arena_printf(c->s->a, "%.*s on %.*s", STR_ARG(json_text(json_get(&alerts->items[i], "rule_no"))),
			                             STR_ARG(date_of(json_get(&alerts->items[i], "at")))));
	for (size_t i = 0; i < c->want->count; i++)
		names_add(&want, arena_printf(c->s->a, "%.*s on %.*s", STR_ARG(json_text(json_get(&c->want->items[i], "rule"))),
		                              STR_ARG(json_text(json_get(&c->want->items[i], "on")))));
	same_names(c, &got, &want);
}

/* null = none; a text = its number begins so */
static void check_licence(const struct check *c)
{
	struct str number = json_text(json_path(c->k, "licence.number"));
	if (c->want->kind == JSON_NULL) {
		if (number.len)
			scenario_wrong(c->s, "there is a licence %.*s, should be none", STR_ARG(number));
	} else if (!number.len || !str_starts(number, json_text(c->want))) {
		scenario_wrong(c->s, "the licence is \"%.*s\", should begin with \"%.*s\"", STR_ARG(number), STR_ARG(json_text(c->want)));
	}
}

/* Decisions that were made and written down. */
static void check_decisions(const struct check *c)
{
	const struct json *made = json_get(c->k, "decisions");
	for (size_t i = 0; i < c->want->count; i++) {
		bool found = false;
		for (size_t n = 0; made && n < made->count; n++)
			found = found || str_eq(json_text(json_get(&made->items[n], "decision")), json_text(&c->want->items[i]));
		if (!found)
			scenario_wrong(c->s, "the decision %.*s was not made", STR_ARG(json_text(&c->want->items[i])));
	}
}

static void check_rating(const struct check *c)
{
	same_text(c, json_text(json_path(c->k, "rating.grade")));
}

static const struct { const char *name; void (*run)(const struct check *c); } checks[] = {
	{ "state", check_text }, { "level", check_text }, { "open", check_bool }, { "deemed_accepted", check_bool },
	{ "received_on", check_date }, { "accepted_on", check_date }, { "decided_on", check_date }, { "concluded_on", check_date },
	{ "due", check_due }, { "open_steps", check_open_steps }, { "letters", check_letters }, { "letter_says", check_letter_says },
	{ "missing", check_missing }, { "alerts", check_alerts }, { "licence", check_licence }, { "decisions", check_decisions },
	{ "rating", check_rating },
};

void scenario_expect(struct scenario *s, const struct json *expect)
{
	const struct json *k = scenario_case(s);
	if (!k)
		return;
	for (size_t i = 0; expect && i < expect->count; i++) {
		struct check c = { s, k, expect->members[i].key, &expect->members[i].value };
		size_t n = 0;
		while (n < sizeof checks / sizeof *checks && !str_eqz(c.name, checks[n].name))
			n++;
		if (n < sizeof checks / sizeof *checks)
			checks[n].run(&c);
		else
			scenario_wrong(s, "there is no expectation named \"%.*s\"", STR_ARG(c.name));
	}
}
