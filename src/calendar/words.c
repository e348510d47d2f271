/* words.c - why a day counts or does not, in Chinese and in English. */
#include "calendar/calendar_int.h"

enum { WORDS_BYTES_MAX = 1 << 20 }; /* a ground may be long; names are bounded by the file */

const char *calendar_reason_name(enum calendar_reason r)
{
	static const char *const names[] = {
		[CALENDAR_COUNTED] = "counted", [CALENDAR_START_DAY] = "start-day",
		[CALENDAR_WEEKEND] = "weekend", [CALENDAR_HOLIDAY] = "holiday",
		[CALENDAR_MAKE_UP] = "make-up-day", [CALENDAR_SUSPENDED] = "suspended",
		[CALENDAR_MOVED] = "moved", [CALENDAR_EXTENSION] = "extension",
		[CALENDAR_DUE_MOMENT] = "due-moment",
	};
	return names[r];
}

static bool is_sunday(const struct calendar_line *l)
{
	return calendar_weekday(l->day) == 7;
}

/* "(国办发明电〔2024〕12号)", or the title where the number is not known. */
static struct str notice_name(const struct clock_run *r, const struct calendar_entry *e, bool zh)
{
	const struct calendar_notice *n = &r->c->notices[e->notice];
	return !str_empty(n->number) ? n->number : zh || str_empty(n->title_en) ? n->title : n->title_en;
}

static void holiday(const struct clock_run *r, const struct calendar_entry *e, struct buf *zh, struct buf *en)
{
	buf_printf(zh, "放假:%.*s(%.*s)", STR_ARG(e->zh), STR_ARG(notice_name(r, e, true)));
	buf_printf(en, "holiday: %.*s (%.*s)", STR_ARG(e->en), STR_ARG(notice_name(r, e, false)));
}

static void make_up(const struct clock_run *r, const struct calendar_entry *e, struct buf *zh, struct buf *en)
{
	buf_printf(zh, "调休上班:%.*s(%.*s)", STR_ARG(e->zh), STR_ARG(notice_name(r, e, true)));
	buf_printf(en, "make-up working day: %.*s (%.*s)", STR_ARG(e->en), STR_ARG(notice_name(r, e, false)));
}

static void suspended(const struct clock_run *r, const struct calendar_line *l, struct buf *zh, struct buf *en)
{
	const struct calendar_suspension *s = clock_suspension(r, l->day);
	buf_putz(zh, s->until == CALENDAR_NO_DAY ? "中止中,不计入" : "中止,不计入");
	buf_putz(en, s->until == CALENDAR_NO_DAY ? "suspended, not ended yet" : "suspended");
	if (str_empty(s->ground))
		return;
	buf_printf(zh, "(%.*s)", STR_ARG(s->ground));
	buf_printf(en, " (%.*s)", STR_ARG(s->ground));
}

static void moved(const struct clock_run *r, const struct calendar_line *l, struct buf *zh, struct buf *en)
{
	if (calendar_is_working_day(r->c, l->day)) { /* only a period of 0 ends on a day that it does not count */
		buf_putz(zh, "期限最后一日由休息日顺延至本日(民法典第203条)");
		buf_putz(en, "the last day was a day off and moved here (Civil Code 203)");
		return;
	}
	const struct calendar_entry *e = calendar_entry_at(r->c, l->day);
	buf_putz(zh, "最后一日遇休息日,顺延(民法典第203条);");
	buf_putz(en, "last day is a day off and moves on (Civil Code 203); ");
	if (e) {
		holiday(r, e, zh, en);
		return;
	}
	buf_putz(zh, is_sunday(l) ? "星期日" : "星期六");
	buf_putz(en, is_sunday(l) ? "Sunday" : "Saturday");
}

/* The extension that the unit at `position` (1, 2, 3 ...) belongs to. */
static const struct calendar_extension *extension_at(const struct clock_run *r, int64_t position)
{
	int64_t amount = r->k->limit.amount;
	for (size_t i = 0; i < r->k->extensions_count; i++) {
		amount += r->k->extensions[i].amount;
		if (position <= clock_units_total(r->k, r->start, amount))
			return &r->k->extensions[i];
	}
	return NULL;
}

static void extension(const struct clock_run *r, int64_t position, struct buf *zh, struct buf *en)
{
	const struct calendar_extension *x = extension_at(r, position);
	buf_putz(zh, "计入(延期)");
	buf_putz(en, "counted (extension)");
	if (!x || str_empty(x->ground))
		return;
	buf_printf(zh, ":%.*s", STR_ARG(x->ground));
	buf_printf(en, ": %.*s", STR_ARG(x->ground));
}

static void start_day(const struct clock_run *r, const struct calendar_line *l, struct buf *zh, struct buf *en)
{
	if (r->total > 0) {
		buf_putz(zh, "开始当日不计入(民法典第201条)");
		buf_putz(en, "the day it begins is not counted (Civil Code 201)");
	} else if (calendar_is_working_day(r->c, l->day)) {
		buf_putz(zh, "当日办结:期限为零");
		buf_putz(en, "due the same day: the limit is 0");
	} else {
		buf_putz(zh, "开始当日为休息日,期限为零,顺延(民法典第203条)");
		buf_putz(en, "the limit is 0 and the day it begins is a day off: moves on (Civil Code 203)");
	}
}

static void counted(const struct clock_run *r, const struct calendar_line *l, struct buf *zh, struct buf *en)
{
	if (r->k->limit.unit == CALENDAR_HOURS) {
		buf_putz(zh, "按小时计入");
		buf_putz(en, "its hours count");
	} else if (r->working) {
		buf_putz(zh, "工作日");
		buf_putz(en, "working day");
	} else {
		buf_putz(zh, l->nth == r->total ? "计入(最后一日)" : "计入");
		buf_putz(en, l->nth == r->total ? "counted (last day)" : "counted");
	}
}

static void due_moment(const struct clock_run *r, struct buf *zh, struct buf *en)
{
	buf_putz(zh, r->total ? "期限至本日零时届满" : "期限为零");
	buf_putz(en, r->total ? "the period ends as this day begins" : "the limit is 0");
}

static void put_reason(const struct clock_run *r, const struct calendar_line *l, int64_t position,
                       struct buf *zh, struct buf *en)
{
	const struct calendar_entry *e = calendar_entry_at(r->c, l->day);
	switch (l->reason) {
	case CALENDAR_COUNTED:
		counted(r, l, zh, en);
		break;
	case CALENDAR_START_DAY:
		start_day(r, l, zh, en);
		break;
	case CALENDAR_WEEKEND:
		buf_putz(zh, is_sunday(l) ? "星期日" : "星期六");
		buf_putz(en, is_sunday(l) ? "Sunday" : "Saturday");
		break;
	case CALENDAR_HOLIDAY:
		holiday(r, e, zh, en);
		break;
	case CALENDAR_MAKE_UP:
		make_up(r, e, zh, en);
		break;
	case CALENDAR_SUSPENDED:
		suspended(r, l, zh, en);
		break;
	case CALENDAR_MOVED:
		moved(r, l, zh, en);
		break;
	case CALENDAR_EXTENSION:
		extension(r, position, zh, en);
		break;
	case CALENDAR_DUE_MOMENT:
		due_moment(r, zh, en);
		break;
	}
	if (l->provisional) {
		buf_putz(zh, ";该年放假通知未发布,暂按周末推算");
		buf_putz(en, "; provisional: the year's notice is not published");
	}
}

enum err clock_line_words(const struct clock_run *r, struct calendar_line *l, int64_t position)
{
	struct buf zh, en;
	buf_init_in(&zh, r->arena, WORDS_BYTES_MAX);
	buf_init_in(&en, r->arena, WORDS_BYTES_MAX);
	put_reason(r, l, position, &zh, &en);
	TRY(buf_finish(&zh, &l->zh));
	return buf_finish(&en, &l->en);
}
