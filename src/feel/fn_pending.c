/* fn_pending.c - the pattern functions are not here yet: their names are unknown. */
#include "feel/builtin.h"
const struct feel_family feel_family_pattern;
