/* pattern.h - private: regular expressions of XPath (Functions and Operators 3.1, 5.6.1, on XML
 * Schema's), which FEEL uses, run by PCRE2.
 *
 * A pattern is first translated: what XPath does not know is refused, and what the two read
 * differently (class subtraction, \i and \c, blocks, ".", "$", flags) is rewritten. Matching is
 * bounded: backtracking beyond the bound is ERR_LIMIT. All memory is the run's arena.
 */
#ifndef FEEL_PATTERN_H
#define FEEL_PATTERN_H

#include "feel/plan.h"

struct feel_pattern_flags {
	bool dot_all, multi_line, ignore_case, free_spacing, literal;
};
/* Letters of s, m, i, x, q; false for any other. */
bool feel_pattern_flags_read(struct str letters, struct feel_pattern_flags *out);

/* XPath to PCRE2; false when the pattern breaks XPath's rules (then *why says which). */
bool feel_pattern_translate(struct str pattern, struct feel_pattern_flags flags, struct buf *out, const char **why);

struct feel_pattern;
/* *out NULL when the pattern is not valid: the reason has been reported. */
BASE_MUST_USE enum err feel_pattern_compile(struct feel_run *r, struct str pattern, struct feel_pattern_flags flags,
                                            struct feel_pattern **out);
/* Groups of a match as offsets; group 0 is the whole. */
struct feel_match {
	const size_t *offsets; /* start and end in turn; SIZE_MAX for a group that took no part */
	size_t groups;
};
BASE_MUST_USE enum err feel_pattern_find(struct feel_run *r, struct feel_pattern *p, struct str subject, size_t from,
                                         bool *found, struct feel_match *out);

#endif
