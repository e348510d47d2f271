/* alarm.c - what an alarm of this room says, to whom, and about which case. */
#include "inspect/inspect_int.h"

struct about { struct act *act; const struct json *row; int64_t ref, sub, level; };

static struct str day_of(const struct about *b, int64_t due_ms)
{
	return day_text(b->act->a, calendar_day_at(due_ms - 1, calendar_offset_s(calendar_now(b->act->cw))));
}

static bool passed(const struct about *b, int64_t due_ms) { return b->act->now_ms >= due_ms; }

#define SAY(zh_format, en_format, ...) \
	w->zh = arena_printf(b->act->a, zh_format, __VA_ARGS__); \
	w->en = arena_printf(b->act->a, en_format, __VA_ARGS__)

static bool milestone_words(const struct about *b, struct alarm_words *w)
{
	int64_t due_ms = col(b->row, "due_ms");
	struct str title = col_text(b->row, "title"), name = col_text(b->row, "name"), no = col_text(b->row, "special_no"), day = day_of(b, due_ms);
	if (!str_eqz(col_text(b->row, "state"), "open"))
		return false;
	if (passed(b, due_ms)) {
		SAY("专项督查 %.*s“%.*s”的节点“%.*s”应于 %.*s 完成，现已逾期。", "Special supervision %.*s \"%.*s\": the milestone \"%.*s\" was due on %.*s and is late.",
		    STR_ARG(no), STR_ARG(title), STR_ARG(name), STR_ARG(day));
	} else {
		SAY("专项督查 %.*s“%.*s”的节点“%.*s”将于 %.*s 到期。", "Special supervision %.*s \"%.*s\": the milestone \"%.*s\" is due on %.*s.",
		    STR_ARG(no), STR_ARG(title), STR_ARG(name), STR_ARG(day));
	}
	w->organ = col(b->row, "organ");
	return true;
}

static bool report_words(const struct about *b, struct alarm_words *w)
{
	int64_t due_ms = col(b->row, "due_ms");
	struct str title = col_text(b->row, "title"), no = col_text(b->row, "special_no"), day = day_of(b, due_ms);
	if (!str_eqz(col_text(b->row, "state"), "open"))
		return false;
	if (passed(b, due_ms)) {
		SAY("专项督查 %.*s“%.*s”的进展报告应于 %.*s 提交，尚未收到。", "Special supervision %.*s \"%.*s\": the progress report due on %.*s has not come.",
		    STR_ARG(no), STR_ARG(title), STR_ARG(day));
	} else {
		SAY("专项督查 %.*s“%.*s”的进展报告应于 %.*s 前提交。", "Special supervision %.*s \"%.*s\": a progress report is due on %.*s.", STR_ARG(no), STR_ARG(title), STR_ARG(day));
	}
	w->organ = col(b->row, "organ");
	return true;
}

static bool period_words(const struct about *b, struct alarm_words *w)
{
	struct str title = col_text(b->row, "title"), no = col_text(b->row, "special_no");
	if (!str_eqz(col_text(b->row, "state"), "open"))
		return false;
	SAY("专项督查 %.*s“%.*s”的期限已满，请写结束报告或另行安排。", "The period of special supervision %.*s \"%.*s\" is over. Write the closing report, or open another.",
	    STR_ARG(no), STR_ARG(title));
	w->organ = col(b->row, "organ");
	w->person = col(b->row, "person");
	return true;
}

static bool case_words(const struct about *b, struct alarm_words *w)
{
	struct case_row k;
	struct str no = col_text(b->row, "special_no"), title = col_text(b->row, "title");
	if (case_get(b->act->c, b->act->a, b->sub, &k) != OK || !k.open || !k.due_ms)
		return false;
	struct str day = day_of(b, k.due_ms);
	SAY("办件 %.*s 列入专项督查 %.*s“%.*s”，办理时限为 %.*s，请提前办理。", "Case %.*s is under special supervision %.*s \"%.*s\"; its limit is %.*s. Handle it ahead of time.",
	    STR_ARG(k.case_no), STR_ARG(no), STR_ARG(title), STR_ARG(day));
	w->case_id = k.id;
	w->organ = k.organ;
	w->person = row_i64(b->act->c, "SELECT person FROM step_open WHERE case_id=?1 AND person IS NOT NULL ORDER BY id LIMIT 1", k.id, 0);
	return true;
}

static bool finding_words(const struct about *b, struct alarm_words *w)
{
	int64_t due_ms = col(b->row, "due_ms");
	struct str no = col_text(b->row, "finding_no"), case_no = col_text(b->row, "case_no"), day = day_of(b, due_ms);
	if (!str_eqz(col_text(b->row, "state"), "open"))
		return false;
	if (passed(b, due_ms)) {
		SAY("抽查问题 %.*s(办件 %.*s)应于 %.*s 前整改，现已逾期。", "Finding %.*s (case %.*s) was to be put right by %.*s and is late.", STR_ARG(no), STR_ARG(case_no), STR_ARG(day));
	} else {
		SAY("抽查问题 %.*s(办件 %.*s)应于 %.*s 前整改。", "Finding %.*s (case %.*s) is to be put right by %.*s.", STR_ARG(no), STR_ARG(case_no), STR_ARG(day));
	}
	w->case_id = col(b->row, "case_id");
	w->organ = col(b->row, "organ");
	w->person = col(b->row, "person");
	return true;
}

#define SPECIAL_OF(table) \
	"SELECT x.*, s.title, s.special_no FROM " table " x JOIN inspect_special s ON s.id=x.special WHERE s.state='open' AND x.id=?1"

static const struct { const char *kind, *sql, *rule; bool (*words)(const struct about *b, struct alarm_words *w); } kinds[] = {
	{ "milestone", SPECIAL_OF("inspect_milestone"), "Z-milestone", milestone_words },
	{ "report", "SELECT x.*, s.title, s.special_no, s.organ FROM inspect_report x JOIN inspect_special s ON s.id=x.special WHERE s.state='open' AND x.id=?1", "Z-report", report_words },
	{ "period", "SELECT * FROM inspect_special WHERE id=?1", "Z-period", period_words },
	{ "case", "SELECT * FROM inspect_special WHERE state='open' AND id=?1", "Z-case", case_words },
	{ "finding", "SELECT f.*, n.case_no FROM inspect_finding f JOIN case_number n ON n.id=f.case_id WHERE f.id=?1", "C-finding", finding_words },
};

bool alarm_words(struct act *act, struct str kind, int64_t ref, int64_t sub, int64_t level, struct alarm_words *out)
{
	struct about b = { .act = act, .ref = ref, .sub = sub, .level = level };
	struct alarm_words w = { .organ = 0 };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!str_eqz(kind, kinds[i].kind))
			continue;
		b.row = row_of(act->c, act->a, kinds[i].sql, ref);
		if (!b.row || !kinds[i].words(&b, &w))
			return false;
		w.rule_no = arena_printf(act->a, "%s-%s", kinds[i].rule, level_name((int)level));
		w.subject = arena_printf(act->a, "%s/%lld/%lld/%lld", kinds[i].kind, (long long)ref, (long long)sub, (long long)col(b.row, "returns"));
		w.person = w.person ? w.person : head_of(act->c, w.organ);
		*out = w;
		return true;
	}
	return false;
}
