/* office_views.h - two opened systems that have the same record say the same: every view to everybody, who a token's caller is, sessions, health.
 * What one of them keeps in memory and the other has just read from the file is so compared.
 */
#ifndef TESTS_FAULT_OFFICE_VIEWS_H
#define TESTS_FAULT_OFFICE_VIEWS_H

#include "tests/fault/office.h"

static const char kernel_views[] =
	"home items.search item.guide case.track calendar clock ledger.head me me.page my.cases my.drafts my.notices my.tokens draft case case.operations papers.lacking "
	"case.responsibility structure structure.export post posts.findings absences presence plans plan contacts contact promises case.diagram worklist cases staff "
	"counter.items board alerts ledger organs regions posts people items.admin packs pack decisions decision settings machine.time setting demo.accounts tokens "
	"powers power.lists power.draft power.matrix access.rules delegations interests personal.looks audit factor sessions office.secret login.client login.clients identity";

static const char *const asked[] = {
	"{}",
	"{\"limit\":200,\"case_no\":\"$case\",\"organ\":\"O1\",\"kind\":\"power\",\"impl_code\":\"I1\",\"item\":\"I1\",\"code\":\"$post\",\"year\":2025,\"month\":\"2025-03\","
	"\"alert\":\"$alert\",\"plan\":\"$plan\",\"contact\":\"$contact\",\"draft\":$draft,\"name\":\"public.city\",\"rule_no\":\"$rule\",\"alert_no\":\"$alert\","
	"\"demand\":\"$demand\",\"measure\":\"$measure\",\"from\":\"2025-01-01\",\"to\":\"2025-12-31\",\"measures\":[\"received\"],\"by\":\"organ\",\"window\":\"w1\"}",
	"{\"limit\":7,\"code\":\"mix\",\"scope\":\"organ\",\"case_no\":\"$open\",\"q\":\"事项\",\"measures\":[\"received\",\"concluded\"],\"by\":\"period\",\"range\":\"month\"}",
	"{\"limit\":200,\"scope\":\"mine\",\"state\":\"open\",\"person\":\"$person\",\"pack\":\"accountability\",\"decision\":\"authority\"}",
};
enum { ASKED = sizeof asked / sizeof *asked };

static const char *const askers[] = { NULL, "", "zhang", "liu", "wang", "qian", "zhou", "li", "sun", "zhao", "feng", "gao" }; /* a visitor, the system, people */

static struct str shown(struct kernel *k, const char *view, int64_t actor, struct str params)
{
	const struct json *p = NULL, *out = NULL;
	struct casework_actor who = { .person = actor > 0 ? actor : 0, .system = actor == 0 };
	struct diag d;
	diag_init(&d);
	if (json_read(&k->a, params, &p, NULL) != OK)
		return S("not asked");
	enum err e = casework_view(k->cw, view, &who, p, &k->a, &out, &d);
	return e == OK ? json_words(&k->a, out) : arena_printf(&k->a, "%s %s %s", err_name(e), d.code, d.text);
}

static bool same_words(const char *what, const char *who, struct str params, struct str living, struct str fresh)
{
	enum { AROUND = 160 };
	size_t at = 0;
	if (str_eq(living, fresh))
		return true;
	while (at < living.len && at < fresh.len && living.ptr[at] == fresh.ptr[at])
		at++;
	size_t from = at > AROUND ? at - AROUND : 0;
	printf("  %s for %s %.*s differs at %zu:\n   living …%.*s\n   fresh  …%.*s\n", what, who, STR_ARG(params), at,
	       (int)(living.len - from < 2 * AROUND ? living.len - from : 2 * AROUND), living.ptr + from, (int)(fresh.len - from < 2 * AROUND ? fresh.len - from : 2 * AROUND), fresh.ptr + from);
	return false;
}

static bool same_view(struct office *o, struct kernel *fresh, const char *view, struct str params)
{
	bool good = true;
	for (size_t i = 0; i < sizeof askers / sizeof *askers; i++) {
		const char *login = askers[i];
		int64_t actor = !login ? -1 : !*login ? 0 : kernel_person(&o->k, login);
		struct arena_mark before = arena_save(&o->k.a), beside = arena_save(&fresh->a); /* all views to everybody are hundreds of megabytes */
		struct str living = shown(&o->k, view, actor, params), other = shown(fresh, view, actor, params);
		good = same_words(view, login ? *login ? login : "the system" : "a visitor", params, living, other) && good;
		arena_rewind(&o->k.a, before);
		arena_rewind(&fresh->a, beside);
	}
	return good;
}

static bool same_callers(struct office *o, struct kernel *fresh)
{
	bool good = true;
	for (size_t i = 0; i < o->tokens_count; i++) {
		struct str said[2];
		for (int n = 0; n < 2; n++) {
			struct kernel *k = n ? fresh : &o->k;
			int64_t person = 0;
			const struct json *roles = NULL;
			enum err e = casework_token_caller(k->cw, o->tokens[i], &k->a, &person, &roles);
			said[n] = e == OK ? arena_printf(&k->a, "%lld %.*s", (long long)person, STR_ARG(json_words(&k->a, roles))) : arena_printf(&k->a, "%s", err_name(e));
		}
		good = same_words("who calls", "a token", S(""), said[0], said[1]) && good;
	}
	return good;
}

static bool same_sessions(struct office *o, struct kernel *fresh)
{
	bool good = true;
	for (int i = 1; i < OFFICE_SESSIONS; i++) {
		struct str said[2], name = arena_printf(&o->k.a, "s%d", i);
		for (int n = 0; n < 2; n++) {
			int64_t until_ms;
			enum err e = casework_session_get(n ? fresh->cw : o->k.cw, name, &o->k.a, &said[n], &until_ms);
			said[n] = e == OK ? arena_printf(&o->k.a, "%.*s until %lld", STR_ARG(said[n]), (long long)until_ms) : str_of(err_name(e));
		}
		good = same_words("a session", name.ptr, S(""), said[0], said[1]) && good;
	}
	return good;
}

static bool same_figures(struct office *o, struct kernel *fresh)
{
	struct casework_health a, b;
	bool good = casework_health(o->k.cw, &a) == OK && casework_health(fresh->cw, &b) == OK;
	good = good && a.entries == b.entries && a.open_cases == b.open_cases && a.timers_late == b.timers_late && a.passed == b.passed && !a.damaged && !b.damaged;
	if (!good)
		printf("  living %lld entries, %lld open, %lld late, %lld passed, damaged %d; fresh %lld, %lld, %lld, %lld, %d\n", (long long)a.entries, (long long)a.open_cases,
		       (long long)a.timers_late, (long long)a.passed, a.damaged, (long long)b.entries, (long long)b.open_cases, (long long)b.timers_late, (long long)b.passed, b.damaged);
	return good;
}

static const char *next_view(const struct office *o, struct str *names, size_t *room, size_t *view, char name[64])
{
	struct str word = str_cut(names, ' ');
	if (word.len) {
		snprintf(name, 64, "%.*s", STR_ARG(word));
		return name;
	}
	while (*room < o->k.rooms_count && *view == o->k.rooms[*room]->views_count) {
		++*room;
		*view = 0;
	}
	return *room < o->k.rooms_count ? o->k.rooms[*room]->views[(*view)++].name : NULL;
}

/* One view in `in`, by the dice; 1: all of them, in every way. */
__attribute__((unused)) static bool office_same(struct office *o, struct kernel *fresh, unsigned in)
{
	char name[64];
	struct str names = str_of(kernel_views);
	size_t room = 0, view = 0;
	bool good = same_callers(o, fresh) && same_sessions(o, fresh) && same_figures(o, fresh);
	for (const char *v; good && (v = next_view(o, &names, &room, &view, name));)
		for (size_t i = 0; i < ASKED; i++) {
			struct deed about = { .name = v };
			if (chance(o, in) == 0)
				good = same_view(o, fresh, v, told(o, &about, str_of(asked[i]))) && good;
		}
	return good;
}

#endif
