/* fn_number.c - numeric functions (DMN 1.5, 10.3.4.5). */
#include "feel/builtin.h"
#include "feel/moment.h"

static enum err rounded(struct feel_run *r, const struct feel_value *args, size_t count, enum dec_rounding mode,
                        struct feel_value *out)
{
	int64_t scale = 0;
	if (count > 1 && !dec_trunc_i64(args[1].number, &scale))
		scale = INT64_MAX;
	if (scale < DEC_SCALE_MIN || scale > DEC_SCALE_MAX)
		return feel_run_null(r, out, "the scale must be from %d to %d", DEC_SCALE_MIN, DEC_SCALE_MAX);
	return feel_number_or_null(r, dec_round(args[0].number, (int)scale, mode), out);
}

FEEL_BUILTIN(decimal) { return rounded(r, args, count, DEC_HALF_EVEN, out); }
FEEL_BUILTIN(floor_) { return rounded(r, args, count, DEC_FLOOR, out); }
FEEL_BUILTIN(ceiling) { return rounded(r, args, count, DEC_CEILING, out); }
FEEL_BUILTIN(round_up) { return rounded(r, args, count, DEC_UP, out); }
FEEL_BUILTIN(round_down) { return rounded(r, args, count, DEC_DOWN, out); }
FEEL_BUILTIN(round_half_up) { return rounded(r, args, count, DEC_HALF_UP, out); }
FEEL_BUILTIN(round_half_down) { return rounded(r, args, count, DEC_HALF_DOWN, out); }

FEEL_BUILTIN(abs_)
{
	(void)r, (void)count;
	*out = feel_number(dec_abs(args[0].number));
	return OK;
}

FEEL_BUILTIN(abs_duration)
{
	const struct feel_value *d = &args[0];
	(void)count;
	bool negative = d->kind == FEEL_MONTHS_DURATION ? d->months < 0 : d->span.seconds < 0 || d->span.nano < 0;
	*out = negative ? feel_duration_negated(d) : *d;
	return feel_is_null(out) ? feel_run_null(r, out, "the duration is too large") : OK;
}

FEEL_BUILTIN(modulo)
{
	(void)count;
	if (dec_is_zero(args[1].number))
		return feel_run_null(r, out, "division by zero");
	return feel_number_or_null(r, dec_floor_mod(args[0].number, args[1].number), out);
}

FEEL_BUILTIN(sqrt_)
{
	(void)count;
	return feel_number_or_null(r, dec_sqrt(args[0].number), out);
}

FEEL_BUILTIN(log_)
{
	(void)count;
	return feel_number_or_null(r, dec_log(args[0].number), out);
}

FEEL_BUILTIN(exp_)
{
	(void)count;
	return feel_number_or_null(r, dec_exp(args[0].number), out);
}

static enum err parity(struct feel_run *r, struct dec d, bool odd, struct feel_value *out)
{
	if (!dec_is_whole(d))
		return feel_run_null(r, out, "only whole numbers are odd or even");
	struct dec rest = dec_floor_mod(d, dec_from_i64(2));
	*out = feel_boolean(dec_is_zero(rest) != odd);
	return OK;
}

FEEL_BUILTIN(odd)
{
	(void)count;
	return parity(r, args[0].number, true, out);
}

FEEL_BUILTIN(even)
{
	(void)count;
	return parity(r, args[0].number, false, out);
}

#define ROUNDING { { "n", ARG_NUMBER }, { "scale", ARG_NUMBER } }
#define ROUNDING_OR_WHOLE { { "n", ARG_NUMBER }, { "scale", ARG_NUMBER | ARG_OPTIONAL } }
#define ONE { { "number", ARG_NUMBER } }

static const struct feel_builtin table[] = {
	FEEL_FN("decimal", { decimal, ROUNDING }),
	FEEL_FN("floor", { floor_, ROUNDING_OR_WHOLE }),
	FEEL_FN("ceiling", { ceiling, ROUNDING_OR_WHOLE }),
	FEEL_FN("round up", { round_up, ROUNDING }),
	FEEL_FN("round down", { round_down, ROUNDING }),
	FEEL_FN("round half up", { round_half_up, ROUNDING }),
	FEEL_FN("round half down", { round_half_down, ROUNDING }),
	FEEL_FN("abs", { abs_, { { "n", ARG_NUMBER } } }, { abs_duration, { { "n", ARG_DURATION } } }),
	FEEL_FN("modulo", { modulo, { { "dividend", ARG_NUMBER }, { "divisor", ARG_NUMBER } } }),
	FEEL_FN("sqrt", { sqrt_, ONE }),
	FEEL_FN("log", { log_, ONE }),
	FEEL_FN("exp", { exp_, ONE }),
	FEEL_FN("odd", { odd, ONE }),
	FEEL_FN("even", { even, ONE }),
};

FEEL_FAMILY(feel_family_number, table);
