/* stated.c - what was done before it is entered: on paper at the counter, or while the system stood still.
 *
 * The record keeps both moments, when it is said to have been and when it was entered, and the reason for the delay. Limits
 * run by the moment of entry: nobody gets a limit met by typing another date.
 */
#include "casework/casework_int.h"

static enum err refuse_at(struct act *act, const char *place, const char *code, const char *text)
{
	(void)act_refuse(act, ERR_INVALID, code, "%s", text);
	diag_at(act->d, str_of(place));
	return ERR_INVALID;
}

enum err stated_read(struct act *act, const char *key, struct stated *out)
{
	*out = (struct stated){ .reason = str_trim(json_text(json_get(act->data, "late_reason"))) };
	TRY(act_moment(act, key, false, &out->at_ms));
	if (!out->at_ms)
		return OK;
	if (out->at_ms > act->now_ms)
		return refuse_at(act, key, "stated.future", "This moment has not come yet. Give when it was done.");
	return out->reason.len ? OK : refuse_at(act, "late_reason", "stated.reason", "Say why it is entered only now: it stands in the record.");
}

void stated_set(struct json_build *o, const char *key_ms, const struct stated *s)
{
	if (!s->at_ms)
		return;
	json_set_i64(o, key_ms, s->at_ms);
	json_set_str(o, "late_reason", s->reason);
}
