/* pattern.c - running translated patterns with PCRE2, in the run's arena and within bounds. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "feel/pattern.h"

#include <pcre2.h>

enum { PATTERN_MAX = 64 << 10, MATCH_LIMIT = 2000000, DEPTH_LIMIT = 20000, HEAP_LIMIT_KIB = 16 << 10 };

struct feel_pattern {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

static void *take(size_t size, void *arena)
{
	return arena_alloc(arena, size);
}

static void give_back(void *memory, void *arena)
{
	(void)memory, (void)arena; /* the arena goes as a whole */
}

static enum err invalid(struct feel_run *r, const char *why, struct feel_pattern **out)
{
	struct feel_value ignored;
	*out = NULL;
	return feel_run_null(r, &ignored, "the pattern is not valid: %s", why);
}

static uint32_t options(struct feel_pattern_flags flags)
{
	uint32_t o = PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C;
	if (flags.multi_line)
		o |= PCRE2_MULTILINE;
	if (flags.ignore_case)
		o |= PCRE2_CASELESS;
	return o;
}

static enum err prepare(struct feel_run *r, struct feel_pattern *p, struct str source, struct feel_pattern_flags flags,
                        struct feel_pattern **out)
{
	int error;
	size_t at;
	pcre2_general_context *memory = pcre2_general_context_create(take, give_back, r->arena);
	pcre2_compile_context *compiling = memory ? pcre2_compile_context_create(memory) : NULL;
	if (!compiling)
		return ERR_NOMEM;
	p->code = pcre2_compile((PCRE2_SPTR)source.ptr, source.len, options(flags), &error, &at, compiling);
	if (!p->code && error == PCRE2_ERROR_HEAP_FAILED)
		return ERR_NOMEM;
	if (!p->code)
		return invalid(r, "it is too large", out);
	p->data = pcre2_match_data_create_from_pattern(p->code, memory);
	p->limits = pcre2_match_context_create(memory);
	if (!p->data || !p->limits)
		return ERR_NOMEM;
	pcre2_set_match_limit(p->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(p->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(p->limits, HEAP_LIMIT_KIB);
	*out = p;
	return OK;
}

enum err feel_pattern_compile(struct feel_run *r, struct str pattern, struct feel_pattern_flags flags,
                              struct feel_pattern **out)
{
	struct feel_pattern *p;
	struct buf translated;
	const char *why = NULL;
	if (pattern.len > PATTERN_MAX)
		return invalid(r, "it is too long", out);
	TRY(feel_run_charge(r, 50 + pattern.len));
	TRY(feel_run_alloc(r, 1, sizeof *p, &p));
	buf_init_in(&translated, r->arena, 4 << 20);
	if (!feel_pattern_translate(pattern, flags, &translated, &why))
		return invalid(r, why, out);
	if (translated.failed == ERR_NOMEM)
		return diag_set(r->d, ERR_NOMEM, "feel.memory", "no memory left for the evaluation");
	if (translated.failed != OK)
		return invalid(r, "it is too large", out);
	if (prepare(r, p, translated.ptr ? buf_str(&translated) : S(""), flags, out) != OK)
		return diag_set(r->d, ERR_NOMEM, "feel.memory", "no memory left for the evaluation");
	return OK;
}

enum err feel_pattern_find(struct feel_run *r, struct feel_pattern *p, struct str subject, size_t from, bool *found,
                           struct feel_match *out)
{
	TRY(feel_run_charge(r, 1 + (subject.len - from) / 64));
	int n = pcre2_match(p->code, (PCRE2_SPTR)(subject.ptr ? subject.ptr : ""), subject.len, from, PCRE2_NO_UTF_CHECK,
		p->data, p->limits);
	*found = n > 0;
	if (n == PCRE2_ERROR_NOMEMORY)
		return diag_set(r->d, ERR_NOMEM, "feel.memory", "no memory left for the evaluation");
	if (n < 0 && n != PCRE2_ERROR_NOMATCH)
		return diag_set(r->d, ERR_LIMIT, "feel.pattern-work", "a pattern takes too many steps on this text");
	if (!*found)
		return OK;
	out->offsets = pcre2_get_ovector_pointer(p->data);
	out->groups = pcre2_get_ovector_count(p->data);
	return OK;
}
