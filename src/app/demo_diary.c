/* demo_diary.c - what is to happen when, and the hours in which offices work. */
#include "app/demo_int.h"

enum { MINUTE_MS = 60000 };

/* ---- the diary: a heap, earliest first, equals in the order they were written ---- */

static bool earlier(const struct demo_task *a, const struct demo_task *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->seq < b->seq;
}

static struct demo_task swap_down(struct demo_task *t, size_t n)
{
	struct demo_task top = t[0], last = t[n - 1];
	size_t i = 0;
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= n - 1)
			break;
		if (child + 1 < n - 1 && earlier(&t[child + 1], &t[child]))
			child++;
		if (!earlier(&t[child], &last))
			break;
		t[i] = t[child];
		i = child;
	}
	t[i] = last;
	return top;
}

void demo_write_down(struct demo *x, struct demo_task task)
{
	if (x->tasks_count == x->tasks_room) {
		size_t room = x->tasks_room ? x->tasks_room * 2 : 1024;
		struct demo_task *more = arena_new_n(&x->arena, struct demo_task, room);
		if (!more) {
			(void)diag_set(x->d, ERR_NOMEM, "demo.memory", "The demo ran out of memory.");
			return;
		}
		if (x->tasks_count)
			memcpy(more, x->tasks, x->tasks_count * sizeof *more);
		x->tasks = more;
		x->tasks_room = room;
	}
	task.seq = x->seq++;
	size_t i = x->tasks_count++;
	while (i && earlier(&task, &x->tasks[(i - 1) / 2])) {
		x->tasks[i] = x->tasks[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	x->tasks[i] = task;
}

struct demo_task demo_take_next(struct demo *x)
{
	struct demo_task t = swap_down(x->tasks, x->tasks_count);
	x->tasks_count--;
	return t;
}

/* ---- office hours: 9:00 to 12:00 and 13:30 to 17:00 on working days ---- */

static const int hours[][2] = { { 540, 720 }, { 810, 1020 } };

int64_t demo_office_time(const struct demo *x, int64_t ms, int64_t minutes)
{
	calendar_day day = calendar_day_at(ms, x->offset_s);
	int64_t at = (ms - calendar_day_start_ms(day, x->offset_s)) / MINUTE_MS;
	for (;; day++, at = 0) {
		if (!calendar_is_working_day(x->calendar, day))
			continue;
		for (size_t h = 0; h < 2; h++) {
			int64_t from = at > hours[h][0] ? at : hours[h][0];
			if (from >= hours[h][1])
				continue;
			if (minutes < hours[h][1] - from)
				return calendar_day_start_ms(day, x->offset_s) + (from + minutes) * MINUTE_MS;
			minutes -= hours[h][1] - from;
		}
	}
}

int64_t demo_in_office(struct demo *x, int64_t least, int64_t most)
{
	return demo_office_time(x, os_now_ms(x->clock), demo_between(&x->chance, least, most));
}
