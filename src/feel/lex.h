/* lex.h - private: walking FEEL source text. Which characters make a name depends on the
 * names in scope, so there is no token stream: the parser asks for what it can use here.
 */
#ifndef FEEL_LEX_H
#define FEEL_LEX_H

#include "base/str.h"

/* DMN 1.5, 10.3.1.2, rules 28, 29, 61 */
bool feel_char_is_space(uint32_t c);
bool feel_char_is_name_start(uint32_t c);
bool feel_char_is_name_part(uint32_t c);
/* . / - ' + * may stand inside names */
bool feel_char_is_name_symbol(uint32_t c);
/* for, return, if, then, … : never names by themselves */
bool feel_word_is_keyword(struct str word);

/* Behind white space and comments. A comment that does not end takes all the rest. */
size_t feel_lex_skip(struct str s, size_t at);
/* The identifier (letters and digits without blanks and symbols) at `at`; empty if none. */
struct str feel_lex_word(struct str s, size_t at);
/* Length of source that spells `name` at `at`, 0 if it does not. Runs of blanks are equal to one;
 * blanks around symbols do not matter; the match ends at the end of a word. */
size_t feel_lex_match_name(struct str s, size_t at, struct str name);
/* Whether the whole text is such a name as it would be declared: it needs no quotes as a key. */
bool feel_lex_is_name(struct str s);
/* A name of words and symbols up to (not including) one of the `stops`; 0 if something else is in between. */
size_t feel_lex_declared_name(struct str s, size_t at, const char *stops);

#endif
