/* functions.c - what schemes say so often that it has a name: runs and steps, as FEEL functions. */
#include "gauge/gauge_int.h"

/* runs(list, value, n): how many times the value stands n times in a row; a run counted is not counted again. */
static enum err runs(void *arg, struct feel_run *run, const struct feel_value *args, size_t count, struct feel_value *out)
{
	int64_t n, found = 0, length = 0;
	(void)arg;
	(void)count;
	if (args[0].kind != FEEL_LIST || args[2].kind != FEEL_NUMBER || !dec_to_i64(args[2].number, &n) || n < 1)
		return feel_run_null(run, out, "runs(list, value, n) wants a list, a value and a whole number from 1");
	for (size_t i = 0; i < args[0].list.count; i++) {
		struct feel_value same = feel_equal(&args[0].list.at[i], &args[1]);
		length = feel_is_true(&same) ? length + 1 : 0;
		if (length == n) {
			found++;
			length = 0;
		}
	}
	*out = feel_i64(found);
	return OK;
}

/* steps(value, first, each): 0 below `first`, 1 from there, one more for each further `each`. */
static enum err steps(void *arg, struct feel_run *run, const struct feel_value *args, size_t count, struct feel_value *out)
{
	(void)arg;
	(void)count;
	if (args[0].kind == FEEL_NULL) {
		*out = feel_null();
		return OK;
	}
	if (args[0].kind != FEEL_NUMBER || args[1].kind != FEEL_NUMBER || args[2].kind != FEEL_NUMBER || dec_sign(args[2].number) <= 0)
		return feel_run_null(run, out, "steps(value, first, each) wants three numbers, the last above 0");
	if (dec_cmp(args[0].number, args[1].number) < 0) {
		*out = feel_i64(0);
		return OK;
	}
	struct dec further = dec_div(dec_sub(args[0].number, args[1].number), args[2].number);
	*out = feel_number(dec_add(DEC_ONE, dec_round(further, 0, DEC_FLOOR)));
	return OK;
}

static const struct feel_param runs_params[] = { { S_INIT("list"), NULL }, { S_INIT("value"), NULL }, { S_INIT("n"), NULL } };
static const struct feel_param steps_params[] = { { S_INIT("value"), NULL }, { S_INIT("first"), NULL }, { S_INIT("each"), NULL } };

bool gauge_is_function(struct str name)
{
	return str_eqz(name, "runs") || str_eqz(name, "steps");
}

enum err gauge_functions(struct feel_context_builder *b)
{
	struct feel_value f;
	TRY(feel_function_native(b->arena, runs_params, 3, NULL, runs, NULL, &f));
	TRY(feel_context_put(b, S("runs"), f));
	TRY(feel_function_native(b->arena, steps_params, 3, NULL, steps, NULL, &f));
	return feel_context_put(b, S("steps"), f);
}
