/* moments.c - points in time as people type them: an instant, a local date and time, or a day. */
#include "casework/casework_int.h"

/* "2025-03-03T09:00", "2025-03-03 09:00" and with seconds, in the office's zone. */
static bool local_time(struct str text, int32_t offset_s, int64_t *out)
{
	calendar_day d;
	int64_t hour, minute, second = 0;
	if (text.len < 16 || text.ptr[13] != ':' || !calendar_day_parse(str_sub(text, 0, 10), &d) || !str_to_i64(str_sub(text, 11, 13), &hour) ||
	    !str_to_i64(str_sub(text, 14, 16), &minute))
		return false;
	if (text.len > 16 && (text.len != 19 || text.ptr[16] != ':' || !str_to_i64(str_sub(text, 17, 19), &second)))
		return false;
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return false;
	*out = calendar_day_start_ms(d, offset_s) + ((hour * 60 + minute) * 60 + second) * 1000;
	return true;
}

bool moment_parse(const struct calendar *cal, struct str text, bool end_of_day, int64_t *out)
{
	calendar_day d;
	int32_t offset_s = calendar_offset_s(cal);
	if (calendar_day_parse(text, &d)) {
		*out = calendar_day_start_ms(end_of_day ? d + 1 : d, offset_s);
		return true;
	}
	return local_time(text, offset_s, out) || calendar_instant_parse(text, out);
}

enum err act_moment(struct act *act, const char *key, bool end_of_day, int64_t *out)
{
	struct str text = str_trim(json_text(json_get(act->data, key)));
	*out = 0;
	if (!text.len || moment_parse(calendar_now(act->cw), text, end_of_day, out))
		return OK;
	(void)act_refuse(act, ERR_INVALID, "moment.unreadable", "%s: write a day as 2026-03-02, or a day and time as 2026-03-02T09:00.", key);
	diag_arg(act->d, str_of(key));
	diag_at(act->d, str_of(key));
	return ERR_INVALID;
}
