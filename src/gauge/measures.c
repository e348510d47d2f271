/* measures.c - what an expression may name: the documented measures. docs/evaluation.md says the same; a test compares. */
#include "gauge/gauge_int.h"

const char *const gauge_event_kinds[] = { "complaint", "callback", "effect", "inspection" };

#define R GAUGE_RECORD
static const struct gauge_measure measures[] = {
	{ "signals", "信号级别序列", "levels of the signals", "list", R, FACT_SIGNALS, HOW_LIST_X, 0,
	  "期内未撤销的预警信号级别，按发生先后排列：1 提醒，2 黄牌，3 红牌。", "Levels of the period's signals that stand, in their order: 1 reminder, 2 yellow, 3 red." },
	{ "reminders", "提醒次数", "reminders", "number", R, FACT_SIGNALS, HOW_COUNT_X, 1, "期内未撤销的提醒。", "Reminders of the period that stand." },
	{ "yellow", "黄牌次数", "yellow signals", "number", R, FACT_SIGNALS, HOW_COUNT_X, 2, "期内未撤销的黄牌。", "Yellow signals of the period that stand." },
	{ "red", "红牌次数", "red signals", "number", R, FACT_SIGNALS, HOW_COUNT_X, 3, "期内未撤销的红牌。", "Red signals of the period that stand." },
	{ "cases", "办结件数", "concluded cases", "number", R, FACT_CASES, HOW_COUNT, 0, "期内办结的办件，撤回的不计；对个人和岗位，为其办过环节的办件。",
	  "Cases concluded in the period, without those withdrawn; of a person or post: those in which they closed a step." },
	{ "late", "超期件数", "late cases", "number", R, FACT_CASES, HOW_COUNT_BIT, CASE_LATE, "超过承诺时限或法定时限的办结件。", "Concluded cases in which the promised or the legal limit had passed." },
	{ "on_time_share", "按时办结率", "share on time", "percent", R, FACT_CASES, HOW_SHARE_NOT_BIT, CASE_LATE, "未超期的办结件占比。", "Share of concluded cases without a passed limit." },
	{ "early", "提前件数", "early cases", "number", R, FACT_CASES, HOW_COUNT_BIT, CASE_EARLY, "在法定时限最后一日之前办结的办件。", "Cases decided before the last day of the legal limit." },
	{ "early_share", "提前办结率", "share early", "percent", R, FACT_CASES, HOW_SHARE_BIT, CASE_EARLY, "在法定时限最后一日之前办结的办件占比。", "Share of cases decided before the last day of the legal limit." },
	{ "incomplete", "数据不全件数", "incomplete cases", "number", R, FACT_CASES, HOW_COUNT_BIT, CASE_INCOMPLETE, "缺申请人、受理时间、受理编号或决定时间的办结件。",
	  "Concluded cases without applicant, acceptance, receipt number or decision." },
	{ "incomplete_share", "数据不全率", "share incomplete", "percent", R, FACT_CASES, HOW_SHARE_BIT, CASE_INCOMPLETE, "数据不全的办结件占比。", "Share of concluded cases with incomplete data." },
	{ "refused", "不予件数", "refusals", "number", R, FACT_CASES, HOW_COUNT_BIT, CASE_REFUSED, "不予受理或不予许可的办结件。", "Concluded cases that were refused." },
	{ "steps_done", "办结环节数", "completed steps", "number", R, FACT_STEPS, HOW_COUNT, 0, "期内办完的环节。", "Steps completed in the period." },
	{ "steps_late", "超期环节数", "late steps", "number", R, FACT_STEPS, HOW_COUNT_BIT, STEP_LATE, "超过环节时限的环节。", "Steps completed after their limit." },
	{ "steps_on_time_share", "环节按时率", "share of steps on time", "percent", R, FACT_STEPS, HOW_SHARE_NOT_BIT, STEP_LATE, "未超过环节时限的环节占比。", "Share of steps completed within their limit." },
	{ "returned", "退回次数", "returned steps", "number", R, FACT_STEPS, HOW_COUNT_BIT, STEP_RETURNED, "办完后被下一环节退回的环节。", "Steps whose work the next step gave back." },
	{ "supplements", "补正次数", "requests to supplement", "number", R, FACT_SUPPLEMENTS, HOW_COUNT, 0, "期内要求补正的次数。", "Requests to supplement in the period." },
	{ "supplements_again", "再次补正次数", "repeated requests", "number", R, FACT_SUPPLEMENTS, HOW_COUNT_MORE, 2, "同一办件第二次及以后的补正要求：未一次性告知。",
	  "Second and later requests in one case: not everything was told at once." },
	{ "complaints", "投诉成立数", "upheld complaints", "number", R, FACT_EVENTS, HOW_COUNT_TEXT, 0, "期内查实成立的投诉。", "Complaints upheld in the period." },
	{ "callbacks_bad", "回访不满意数", "bad call-backs", "number", R, FACT_EVENTS, HOW_COUNT_TEXT, 1, "期内回访不满意。", "Call-backs in which the person was not satisfied." },
	{ "effects", "问责生效数", "accountability decisions", "number", R, FACT_EVENTS, HOW_COUNT_TEXT, 2, "期内生效的问责。", "Decisions of accountability that took effect." },
	{ "findings", "检查问题数", "inspection findings", "number", R, FACT_EVENTS, HOW_COUNT_TEXT, 3, "期内检查认定的问题。", "Findings of inspections." },
	{ "promised_shorter", "承诺压缩率", "promised shorter by", "percent", R, FACT_ITEMS, HOW_MIN_RATIO, 0, "全部在用事项中，承诺时限比法定时限缩短的最小百分比。",
	  "The smallest share by which the promised limit is shorter than the legal one, over all live items." },
	{ "ratings", "评价数", "ratings", "number", GAUGE_CITIZENS, FACT_RATINGS, HOW_COUNT, 0, "期内群众评价。", "Citizens' ratings in the period." },
	{ "bad_ratings", "差评数", "bad ratings", "number", GAUGE_CITIZENS, FACT_RATINGS, HOW_COUNT_MORE, 4, "不满意和非常不满意。", "Dissatisfied and very dissatisfied." },
	{ "satisfied_share", "满意率", "share satisfied", "percent", GAUGE_CITIZENS, FACT_RATINGS, HOW_SHARE_MOST, 3, "非常满意、满意和基本满意占比。", "Share of the upper three grades." },
	{ "rating_mean", "评价均分", "mean rating", "points", GAUGE_CITIZENS, FACT_RATINGS, HOW_GRADE_MEAN, 0, "五档折为 100、80、60、40、20 分的均值。", "Mean of the five grades as 100, 80, 60, 40, 20." },
	{ "managers", "领导评分数", "managers' ratings", "number", GAUGE_MANAGERS, FACT_MANAGERS, HOW_COUNT, 0, "期内领导评分的人次。", "Ratings by managers for the period." },
	{ "managers_mean", "领导评分均分", "managers' mean", "points", GAUGE_MANAGERS, FACT_MANAGERS, HOW_MEAN, 0, "领导评分（0 至 100）的均值。", "Mean of the managers' ratings, 0 to 100." },
	{ "answers", "问卷回收数", "answers", "number", GAUGE_QUESTIONNAIRE, FACT_ANSWERS, HOW_COUNT_KNOWN, 0, "抽样问卷的回收份数。", "Answers to the sampled questionnaires." },
	{ "response_share", "问卷回收率", "response rate", "percent", GAUGE_QUESTIONNAIRE, FACT_ANSWERS, HOW_SHARE_KNOWN, 0, "回收份数占抽样份数的比例。", "Answers among the sample." },
	{ "answers_mean", "问卷均分", "questionnaire mean", "points", GAUGE_QUESTIONNAIRE, FACT_ANSWERS, HOW_MEAN, 0, "回收问卷（0 至 100）的均值。", "Mean of the answers, 0 to 100." },
	{ "discipline_warning", "警告", "warnings", "number", R, FACT_DISCIPLINE, HOW_COUNT_X, 1, "期内警告处分。", "Disciplinary warnings." },
	{ "discipline_demerit", "记过", "demerits", "number", R, FACT_DISCIPLINE, HOW_COUNT_X, 2, "期内记过处分。", "Demerits." },
	{ "discipline_serious", "记大过", "serious demerits", "number", R, FACT_DISCIPLINE, HOW_COUNT_X, 3, "期内记大过处分。", "Serious demerits." },
	{ "discipline_demotion", "降级", "demotions", "number", R, FACT_DISCIPLINE, HOW_COUNT_X, 4, "期内降级处分。", "Demotions." },
	{ "discipline_removal", "撤职", "removals", "number", R, FACT_DISCIPLINE, HOW_COUNT_X, 5, "期内撤职处分。", "Removals from office." },
	{ "discipline_dismissal", "开除", "dismissals", "number", R, FACT_DISCIPLINE, HOW_COUNT_X, 6, "期内开除处分。", "Dismissals." },
};
#undef R

size_t gauge_measures(const struct gauge_measure **out)
{
	*out = measures;
	return sizeof measures / sizeof *measures;
}

int gauge_measure_find(struct str name)
{
	for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
		if (str_eqz(name, measures[i].name))
			return (int)i;
	return -1;
}

const char *gauge_source_name(enum gauge_source s)
{
	static const char *const names[] = { "record", "managers", "citizens", "questionnaire" };
	return names[s];
}

static const char *const kinds[] = { "", "organ", "person", "post" };

const char *gauge_kind_name(enum gauge_kind k) { return kinds[k]; }

bool gauge_kind_parse(struct str name, enum gauge_kind *out)
{
	for (int k = GAUGE_ORGAN; k <= GAUGE_POST; k++)
		if (str_eqz(name, kinds[k])) {
			*out = (enum gauge_kind)k;
			return true;
		}
	return false;
}

/* ---- the value for a subject ---- */

struct sums { int64_t n, hits, sum; struct dec least; };

static bool hit(const struct gauge_measure *m, const struct gauge_row *r)
{
	switch ((enum how)m->how) {
	case HOW_COUNT_X: return r->x == m->arg;
	case HOW_COUNT_MORE: return r->x >= m->arg;
	case HOW_COUNT_BIT: case HOW_SHARE_BIT: return (r->x & m->arg) != 0;
	case HOW_SHARE_NOT_BIT: return (r->x & m->arg) == 0;
	case HOW_SHARE_MOST: return r->x <= m->arg;
	case HOW_COUNT_KNOWN: case HOW_SHARE_KNOWN: return r->x >= 0;
	case HOW_COUNT_TEXT: return str_eqz(r->text, gauge_event_kinds[m->arg]);
	default: return true;
	}
}

static void add(struct sums *s, const struct gauge_measure *m, const struct gauge_row *r)
{
	s->n++;
	s->hits += hit(m, r);
	if (m->how == HOW_GRADE_MEAN)
		s->sum += (6 - r->x) * 20;
	if (m->how == HOW_MIN_RATIO) {
		struct dec ratio = dec_div(dec_from_i64(r->x * 100), dec_from_i64(r->y));
		s->least = s->n == 1 || dec_cmp(ratio, s->least) < 0 ? ratio : s->least;
	}
}

static enum err levels(struct arena *a, const struct gauge_subject *s, const struct gauge_indicator *by, int fact, struct feel_value *out)
{
	struct feel_list_builder b;
	feel_list_begin(&b, a);
	for (size_t i = 0; i < s->counts[fact]; i++)
		if (gauge_rule_counts(by->rules, by->rules_count, s->rows[fact][i].text))
			TRY(feel_list_put(&b, feel_i64(s->rows[fact][i].x)));
	*out = feel_list_end(&b);
	return OK;
}

/* Shares with a place for every digit: 100 * hits / n, 34 digits. */
static struct feel_value share(int64_t hits, int64_t n)
{
	return n ? feel_number(dec_div(dec_from_i64(100 * hits), dec_from_i64(n))) : feel_null();
}

static struct feel_value reduce(const struct gauge_measure *m, const struct sums *s)
{
	switch ((enum how)m->how) {
	case HOW_COUNT: return feel_i64(s->n);
	case HOW_SHARE_BIT: case HOW_SHARE_NOT_BIT: case HOW_SHARE_MOST: case HOW_SHARE_KNOWN: return share(s->hits, s->n);
	case HOW_GRADE_MEAN: return s->n ? feel_number(dec_div(dec_from_i64(s->sum), dec_from_i64(s->n))) : feel_null();
	case HOW_MIN_RATIO: return s->n ? feel_number(s->least) : feel_null();
	default: return feel_i64(s->hits);
	}
}

/* Silent answers (x < 0) are no part of a mean. */
static struct feel_value mean(const struct gauge_subject *s, int fact)
{
	int64_t n = 0, sum = 0;
	for (size_t i = 0; i < s->counts[fact]; i++)
		if (s->rows[fact][i].x >= 0) {
			sum += s->rows[fact][i].x;
			n++;
		}
	return n ? feel_number(dec_div(dec_from_i64(sum), dec_from_i64(n))) : feel_null();
}

enum err gauge_measure_value(struct arena *a, int measure, const struct gauge_subject *s, const struct gauge_indicator *by, struct feel_value *out)
{
	const struct gauge_measure *m = &measures[measure];
	struct sums sums = { 0 };
	if (!gauge_fact_def(m->fact)->columns[s->kind - 1]) {
		*out = feel_null();
		return OK;
	}
	if (m->how == HOW_LIST_X)
		return levels(a, s, by, m->fact, out);
	if (m->how == HOW_MEAN) {
		*out = mean(s, m->fact);
		return OK;
	}
	for (size_t i = 0; i < s->counts[m->fact]; i++)
		if (m->fact != FACT_SIGNALS || gauge_rule_counts(by->rules, by->rules_count, s->rows[m->fact][i].text))
			add(&sums, m, &s->rows[m->fact][i]);
	*out = reduce(m, &sums);
	return OK;
}
