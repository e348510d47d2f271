/* schedule.c - when a backup is due. Pure. */
#include "vault/vault_int.h"

enum { MINUTE_MS = 60000, DAY_MS = 86400000, DAY_MINUTES = 1440 };

static bool read_every(struct str text, int64_t *out)
{
	int64_t n, unit;
	if (text.len < 2 || !str_to_i64(str_sub(text, 0, text.len - 1), &n) || n < 1 || n > 10000)
		return false;
	switch (text.ptr[text.len - 1]) {
	case 'm': unit = MINUTE_MS; break;
	case 'h': unit = 60 * MINUTE_MS; break;
	case 'd': unit = DAY_MS; break;
	default: return false;
	}
	*out = n * unit;
	return true;
}

static bool read_time(struct str text, int *minute)
{
	int64_t h, m;
	if (text.len != 5 || text.ptr[2] != ':' || !str_to_i64(str_sub(text, 0, 2), &h) || !str_to_i64(str_sub(text, 3, 5), &m))
		return false;
	*minute = (int)(h * 60 + m);
	return h >= 0 && h < 24 && m >= 0 && m < 60;
}

static bool read_times(struct str text, struct vault_schedule *out)
{
	for (struct str rest = text; rest.ptr;) {
		int minute;
		if (out->times_count == VAULT_TIMES_MAX || !read_time(str_cut(&rest, ','), &minute))
			return false;
		if (out->times_count && out->times[out->times_count - 1] >= minute)
			return false;
		out->times[out->times_count++] = minute;
	}
	return out->times_count > 0;
}

bool vault_schedule_read(struct str every, struct str at, struct vault_schedule *out)
{
	struct vault_schedule s = { .every_ms = 0 };
	if ((every.len != 0) == (at.len != 0))
		return false;
	if (every.len ? !read_every(every, &s.every_ms) : !read_times(at, &s))
		return false;
	*out = s;
	return true;
}

/* The first of the day's times behind the last one; a day has at least one, so the next day decides at the latest. */
static int64_t next_time(const struct vault_schedule *s, int32_t offset_s, int64_t last_ms)
{
	calendar_day day = calendar_day_at(last_ms, offset_s);
	for (int ahead = 0; ahead < 2; ahead++) {
		int64_t start = calendar_day_start_ms(day + ahead, offset_s);
		for (size_t i = 0; i < s->times_count; i++)
			if (start + (int64_t)s->times[i] * MINUTE_MS > last_ms)
				return start + (int64_t)s->times[i] * MINUTE_MS;
	}
	return last_ms + DAY_MS;
}

int64_t vault_next_ms(const struct vault_schedule *s, int32_t offset_s, int64_t last_ms, int64_t now_ms)
{
	if (last_ms == 0)
		return now_ms;
	if (last_ms > now_ms)
		last_ms = now_ms;
	return s->every_ms ? last_ms + s->every_ms : next_time(s, offset_s, last_ms);
}
