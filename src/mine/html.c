/* html.c - a report as one file: no script, no other file, light and dark, made for printing too. */
#include "mine/show.h"
#include "text/xml.h"

enum { LIST = 25 };

static const char style[] =
	"<style>:root{color-scheme:light dark;--ink:#1b2226;--paper:#fff;--quiet:#4b575d;--line:#c9d2d6;--pale:#eef4f6;--brand:#17495f}"
	"@media(prefers-color-scheme:dark){:root{--ink:#e6ecee;--paper:#14191c;--quiet:#a9b6bc;--line:#38454b;--pale:#1d262a;--brand:#8fc1d6}}"
	"body{margin:0 auto;max-width:1100px;padding:24px 20px 60px;color:var(--ink);background:var(--paper);font:16px/1.6 \"PingFang SC\",\"Noto Sans CJK SC\",\"Noto Sans SC\",\"Microsoft YaHei\",system-ui,sans-serif}"
	"h1{font-size:1.7rem;line-height:1.3;margin:.2em 0}h2{font-size:1.25rem;margin:2.2em 0 .6em;padding-top:.6em;border-top:2px solid var(--brand)}"
	"p{max-width:46em}.quiet{color:var(--quiet)}.figures{display:flex;flex-wrap:wrap;gap:12px;padding:0;list-style:none}"
	".figures li{flex:1 1 150px;padding:10px 14px;background:var(--pale);border-radius:8px;color:var(--quiet)}.figures b{display:block;font-size:1.5rem;color:var(--ink);font-weight:600}"
	".scroll{overflow-x:auto;border:1px solid var(--line);border-radius:8px;padding:8px;background:var(--paper)}.scroll svg{display:block;margin:0 auto;max-width:none}"
	".scroll svg.bpmn{zoom:.8}"
	"table{border-collapse:collapse;width:100%;font-size:.92rem}caption{text-align:left;color:var(--quiet);padding:.2em 0}th,td{padding:6px 10px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}"
	"td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}thead th{font-weight:600;border-bottom:2px solid var(--line)}"
	".chain span{white-space:nowrap}.bar{display:inline-block;height:.7em;background:var(--brand);border-radius:2px;vertical-align:baseline}"
	".heat td{text-align:center;padding:3px 2px;font-size:.72rem;border:1px solid var(--paper);min-width:24px}.heat th{padding:3px 6px;font-size:.78rem;border:0;text-align:center}"
	".split{display:flex;height:26px;border-radius:6px;overflow:hidden;max-width:640px;font-size:.85rem}.split i{font-style:normal;display:block;overflow:hidden;white-space:nowrap;padding:2px 8px;box-sizing:border-box}"
	".split .w{background:#cc8a2e;color:#1b1400}.split .k{background:#2f7d5f;color:#fff}"
	"@media(prefers-color-scheme:dark){.dfg{fill:var(--ink)}.dfg .dfg-box{fill:#22333b;stroke:#8fc1d6}.dfg .dfg-plate{fill:#14191c}.dfg .dfg-t0{stroke:#6f8f9c}.dfg .dfg-head.dfg-t0{fill:#6f8f9c}.bpmn{background:#f7f9fa;border-radius:6px}}"
	"@media print{body{max-width:none;padding:0;font-size:10pt;font-family:\"Noto Serif CJK SC\",SimSun,serif}h2{break-after:avoid}tr{break-inside:avoid}.scroll{border:0;padding:0;overflow:visible}.scroll svg{max-width:100%;height:auto;max-height:24cm}}"
	"</style>";

struct page { const struct mine_report *r; const struct mine_show *s; struct buf *out; struct arena *a; bool en; };

/* ---- pieces ---- */

static void say(struct page *p, const char *zh, const char *en) { buf_putz(p->out, p->en ? en : zh); }

static void text(struct page *p, struct str s) { xml_escape(p->out, s); }

static void heading(struct page *p, const char *zh, const char *en)
{
	buf_putz(p->out, "<h2>");
	say(p, zh, en);
	buf_putz(p->out, "</h2>\n");
}

static void note(struct page *p, const char *zh, const char *en)
{
	buf_putz(p->out, "<p class=\"quiet\">");
	say(p, zh, en);
	buf_putz(p->out, "</p>\n");
}

/* Column heads "zh|en;…"; an apostrophe in front makes a column of numbers. */
static void table(struct page *p, const char *heads)
{
	buf_putz(p->out, "<div class=\"scroll\"><table><thead><tr>");
	for (struct str rest = str_of(heads); rest.ptr;) {
		struct str en = str_cut(&rest, ';'), zh = str_cut(&en, '|');
		bool number = str_starts(zh, S("'"));
		buf_putz(p->out, number ? "<th class=\"n\">" : "<th>");
		text(p, p->en ? en : str_sub(zh, number, zh.len));
		buf_putz(p->out, "</th>");
	}
	buf_putz(p->out, "</tr></thead><tbody>\n");
}

static void end_table(struct page *p) { buf_putz(p->out, "</tbody></table></div>\n"); }

static void cell(struct page *p, struct str s)
{
	buf_putz(p->out, "<td>");
	text(p, s);
	buf_putz(p->out, "</td>");
}

static void number(struct page *p, uint64_t n)
{
	buf_printf(p->out, "<td class=\"n\">%llu</td>", (unsigned long long)n);
}

static void percent(struct page *p, uint64_t part, uint64_t whole)
{
	buf_putz(p->out, "<td class=\"n\">");
	show_percent(p->out, part, whole);
	buf_putz(p->out, " %</td>");
}

static void span(struct page *p, const struct mine_times *t, int64_t ms, bool working)
{
	buf_putz(p->out, "<td class=\"n\">");
	if (t->count)
		mine_span_print(ms, p->en, working, p->out);
	else
		buf_putz(p->out, "–");
	buf_putz(p->out, "</td>");
}

static struct str name_of(const struct page *p, uint32_t activity)
{
	if (activity == MINE_NONE)
		return p->en ? S("(the beginning)") : S("(开始)");
	return mine_activity(p->r->log, activity, p->en);
}

static void more(struct page *p, size_t shown, size_t all)
{
	if (shown < all)
		buf_printf(p->out, p->en ? "<p class=\"quiet\">%zu of %zu are shown.</p>\n" : "<p class=\"quiet\">共 %zu 条中的前 %zu 条。</p>\n", p->en ? shown : all, p->en ? all : shown);
}

/* ---- sections ---- */

static void figure(struct page *p, const char *zh, const char *en, struct str value)
{
	buf_putz(p->out, "<li><b>");
	text(p, value);
	buf_putz(p->out, "</b>");
	say(p, zh, en);
	buf_putz(p->out, "</li>");
}

static struct str count_text(struct page *p, uint64_t n) { return arena_printf(p->a, "%llu", (unsigned long long)n); }

static struct str span_text(struct page *p, int64_t ms, bool working)
{
	struct buf b;
	buf_init_in(&b, p->a, 64);
	mine_span_print(ms, p->en, working, &b);
	return buf_str(&b);
}

static void day(struct page *p, int64_t ms) { calendar_day_print(calendar_day_at(ms, p->r->offset_s), p->out); }

/* What a reader must know before trusting a figure. */
static void left_out(struct page *p)
{
	const struct mine_reading *x = p->s->reading;
	if (x && x->bad_rows)
		buf_printf(p->out, p->en ? "<p>%llu of %llu rows could not be read and are left out; the first is line %d.</p>" : "<p>有 %llu 行(共 %llu 行)无法读取，未计入；第一处在第 %d 行。</p>",
		           (unsigned long long)x->bad_rows, (unsigned long long)x->rows, x->problem[0].line);
	if (p->r->duplicates)
		buf_printf(p->out, p->en ? "<p class=\"quiet\">%u events repeat another of their case to the letter; they are counted.</p>" : "<p class=\"quiet\">有 %u 次办理与同件的另一次完全相同(环节、时刻、办理人)，仍计入。</p>", p->r->duplicates);
}

static void summary(struct page *p)
{
	const struct mine_report *r = p->r;
	buf_putz(p->out, "<h1>");
	text(p, p->s->title.len ? p->s->title : p->en ? S("How the process really ran") : S("流程实际运行报告"));
	buf_putz(p->out, "</h1>\n<p class=\"quiet\">");
	day(p, r->from_ms);
	say(p, " 至 ", " to ");
	day(p, r->to_ms);
	buf_putz(p->out, "</p>\n<ul class=\"figures\">");
	figure(p, "件", "cases", count_text(p, r->log->cases));
	figure(p, "次办理", "events", count_text(p, r->log->events));
	figure(p, "种环节", "activities", count_text(p, r->log->activities.count));
	figure(p, "种走法", "variants", count_text(p, r->variants_count));
	figure(p, "用时中位数", "median duration", span_text(p, r->times.median_ms, false));
	figure(p, "用时中位数(按工作日)", "median, working days", span_text(p, r->working.median_ms, true));
	figure(p, "九成不超过", "nine in ten within", span_text(p, r->times.p90_ms, false));
	buf_putz(p->out, "</ul>\n");
	left_out(p);
	if (r->log->starts_alone)
		buf_printf(p->out, p->en ? "<p class=\"quiet\">%u activities began and were not completed; they are left out.</p>" : "<p class=\"quiet\">有 %u 次只有开始、没有完成，未计入。</p>", r->log->starts_alone);
}

static enum err graph(struct page *p)
{
	heading(p, "实际运行的流程", "The process as it ran");
	note(p, "线越粗，次数越多；颜色越红，从上一环节完成到这一环节完成的时间越长(中位数)。只画最常见的环节和走向，下表为全部。",
	     "The wider a line, the more often; the redder, the longer from completion to completion (median). The most frequent are drawn; the table has all.");
	buf_putz(p->out, "<div class=\"scroll\">");
	struct mine_show s = *p->s;
	s.link = S("");
	TRY(mine_draw(p->r, &s, p->a, p->out));
	buf_putz(p->out, "</div>\n<h3>");
	say(p, "最常见的走向", "Most frequent steps");
	buf_putz(p->out, "</h3>");
	table(p, "从|From;到|To;'次数|Times;'件数|Cases;'平均|Mean;'中位数|Median;'九成不超过|90 %;'最短|Least;'最长|Most;'中位数(工作日)|Median, working days");
	for (size_t i = 0; i < p->r->edges_count && i < LIST; i++) {
		const struct mine_edge *e = &p->r->edges[i];
		buf_putz(p->out, "<tr>");
		cell(p, name_of(p, e->from));
		cell(p, name_of(p, e->to));
		number(p, e->count);
		number(p, e->cases);
		const int64_t all[] = { e->times.mean_ms, e->times.median_ms, e->times.p90_ms, e->times.min_ms, e->times.max_ms };
		for (size_t k = 0; k < sizeof all / sizeof *all; k++)
			span(p, &e->times, all[k], false);
		span(p, &e->working, e->working.median_ms, true);
		buf_putz(p->out, "</tr>\n");
	}
	end_table(p);
	more(p, p->r->edges_count < LIST ? p->r->edges_count : LIST, p->r->edges_count);
	return OK;
}

static const char *kind_text(int kind, bool en)
{
	return kind == 's' ? (en ? "skipped" : "漏办") : kind == 'n' ? (en ? "not allowed here" : "此处不应办") : kind == 'x' ? (en ? "not in the process" : "流程中没有")
	       : en ? "wrong order" : "顺序不对";
}

static void deviations(struct page *p)
{
	const struct mine_conformance *c = &p->r->conformance;
	table(p, "偏离|Deviation;环节|Activity;在此之后|After;'件数|Cases;'次数|Times;例|Example");
	for (size_t i = 0; i < c->deviations_count && i < LIST; i++) {
		const struct mine_deviation *d = &c->deviations[i];
		buf_putz(p->out, "<tr>");
		cell(p, str_of(kind_text(d->kind, p->en)));
		cell(p, d->activity == MINE_NONE ? (d->name.len ? d->name : d->element) : name_of(p, d->activity));
		cell(p, name_of(p, d->after));
		number(p, d->cases);
		number(p, d->times);
		cell(p, mine_word(&p->r->log->case_ids, d->example));
		buf_putz(p->out, "</tr>\n");
	}
	end_table(p);
	more(p, c->deviations_count < LIST ? c->deviations_count : LIST, c->deviations_count);
}

static enum err conformance(struct page *p, const struct bpmn_model *m)
{
	const struct mine_conformance *c = &p->r->conformance;
	struct diag d;
	if (!c->done && !c->why_not.len)
		return OK;
	heading(p, "与规定流程的比对", "Compared with the process as laid down");
	if (!c->done) {
		note(p, "未能比对：流程太大，或无法从头走到尾。", c->why_not.ptr);
		return OK;
	}
	buf_putz(p->out, "<p>");
	buf_printf(p->out, p->en ? "%u of %u cases went exactly as laid down (" : "%2$u 件中有 %1$u 件完全按规定办理(", c->fitting, c->cases);
	show_percent(p->out, c->fitting, c->cases - c->undecided);
	buf_printf(p->out, p->en ? " %%); fitness %.3f." : " %%);符合度 %.3f。", c->fitness);
	if (c->undecided)
		buf_printf(p->out, p->en ? " %u could not be decided: too many ways to compare." : "另有 %u 件因走法过多未能判断。", c->undecided);
	buf_putz(p->out, "</p>\n<div class=\"scroll\">");
	diag_init(&d);
	TRY(mine_draw_bpmn(p->r, m, p->s, p->a, p->out, &d));
	buf_putz(p->out, "</div>\n");
	if (c->deviations_count)
		deviations(p);
	return OK;
}

static void variants(struct page *p)
{
	const struct mine_log *log = p->r->log;
	heading(p, "走法", "Variants");
	table(p, "'序号|No.;走法|Activities in order;'件数|Cases;'占比|Share;'用时中位数|Median");
	for (size_t i = 0; i < p->r->variants_count && i < LIST; i++) {
		const struct mine_variant *v = &p->r->variants[i];
		enum { STEPS_MAX = 24 };
		buf_printf(p->out, "<tr><td class=\"n\">%zu</td><td class=\"chain\">", i + 1);
		for (uint32_t k = log->first[v->example]; k < log->first[v->example + 1]; k++) {
			if (k - log->first[v->example] == STEPS_MAX) {
				buf_printf(p->out, " → … (%u)", case_len(log, v->example));
				break;
			}
			buf_putz(p->out, k > log->first[v->example] ? " → <span>" : "<span>");
			text(p, mine_activity(log, log->activity[k], p->en));
			buf_putz(p->out, "</span>");
		}
		buf_putz(p->out, "</td>");
		number(p, v->count);
		percent(p, v->count, log->cases);
		span(p, &v->times, v->times.median_ms, false);
		buf_putz(p->out, "</tr>\n");
	}
	end_table(p);
	more(p, p->r->variants_count < LIST ? p->r->variants_count : LIST, p->r->variants_count);
}

static void work_bar(struct page *p)
{
	const struct mine_report *r = p->r;
	int64_t all = r->waited_ms + r->worked_ms;
	int share = all ? (int)(r->waited_ms * 100 / all) : 0;
	if (!r->knows_work) {
		note(p, "日志没有记录何时开始办理，以下等待时间包含办理时间。", "The log does not say when work began: the waiting times below contain the work.");
		return;
	}
	buf_printf(p->out, "<p class=\"split\"><i class=\"w\" style=\"width:%d%%\">", share);
	say(p, "等待 ", "waiting ");
	show_percent(p->out, (uint64_t)r->waited_ms, (uint64_t)all);
	buf_printf(p->out, " %%</i><i class=\"k\" style=\"width:%d%%\">", 100 - share);
	say(p, "办理 ", "working ");
	show_percent(p->out, (uint64_t)r->worked_ms, (uint64_t)all);
	buf_putz(p->out, " %</i></p>\n");
}

static void waiting(struct page *p)
{
	const struct mine_report *r = p->r;
	heading(p, "等待与办理(工作日)", "Waiting and working (working days)");
	work_bar(p);
	table(p, "环节|Activity;'次数|Times;'等待:平均|Waiting: mean;'中位数|Median;'九成不超过|90 %;'办理:平均|Working: mean;'中位数|Median;'九成不超过|90 %;'重复|Repeats;'重复的件|Cases with repeats");
	uint32_t n = (uint32_t)r->log->activities.count, *order = show_order(r, true);
	if (!order)
		p->out->failed = ERR_NOMEM;
	for (uint32_t i = 0; order && i < n && i < LIST; i++) {
		const struct mine_node *k = &r->nodes[order[i]];
		buf_putz(p->out, "<tr>");
		cell(p, name_of(p, order[i]));
		number(p, k->count);
		span(p, &k->waited, k->waited.mean_ms, true);
		span(p, &k->waited, k->waited.median_ms, true);
		span(p, &k->waited, k->waited.p90_ms, true);
		span(p, &k->worked, k->worked.mean_ms, true);
		span(p, &k->worked, k->worked.median_ms, true);
		span(p, &k->worked, k->worked.p90_ms, true);
		number(p, k->repeats);
		number(p, k->repeat_cases);
		buf_putz(p->out, "</tr>\n");
	}
	end_table(p);
	heap_free(order);
	more(p, n < LIST ? n : LIST, n);
	buf_printf(p->out, p->en ? "<p>Rework: %u cases repeat an activity; %u times at once, %u times after one other.</p>\n" : "<p>返工：%u 件重复办理同一环节；紧接着重复 %u 次，隔一个环节又回来 %u 次。</p>\n",
	           r->repeat_cases, r->self_loops, r->short_loops);
}

static void driver_name(struct page *p, const struct mine_driver *d)
{
	const struct mine_log *log = p->r->log;
	const struct mine_attribute *at = &log->attributes[d->name];
	buf_putz(p->out, "<td>");
	if (d->kind == 'a') {
		text(p, at->name);
		buf_putz(p->out, d->numeric ? " " : " = ");
		if (d->numeric && d->from != INT64_MIN)
			buf_printf(p->out, "&gt; %g ", (double)d->from / 1000);
		if (d->numeric && d->to != INT64_MAX)
			buf_printf(p->out, "≤ %g", (double)d->to / 1000);
		if (!d->numeric)
			text(p, mine_word(&at->words, d->value));
	} else if (d->kind == 'r') {
		say(p, "经手：", "handled by ");
		text(p, mine_word(&log->resources, d->value));
	} else {
		d->kind == 'w' ? say(p, "重复办理：", "repeated: ") : say(p, "有环节：", "has activity ");
		text(p, mine_activity(log, d->value, p->en));
	}
	buf_putz(p->out, "</td>");
}

static void late(struct page *p)
{
	const struct mine_report *r = p->r;
	heading(p, "超期件的特征", "What distinguishes late cases");
	if (r->late_by == MINE_LATE_NOT) {
		note(p, "没有可判断的件。", "No case can be judged.");
		return;
	}
	buf_printf(p->out, p->en ? "<p>%u of %u cases are late (" : "<p>%2$u 件中 %1$u 件超期(", r->late, r->judged);
	show_percent(p->out, r->late, r->judged);
	buf_putz(p->out, p->en ? " %), judged by " : " %)，按");
	if (r->late_by == MINE_LATE_DEADLINE)
		say(p, "各件自己的期限", "their own deadlines");
	else if (r->late_by == MINE_LATE_LIMIT)
		say(p, "给定的时限", "the limit given");
	else
		say(p, "最慢的四分之一", "being the slowest quarter");
	if (r->late_by != MINE_LATE_DEADLINE) {
		buf_putz(p->out, " (&gt; ");
		mine_span_print(r->late_after_ms, p->en, true, p->out);
		buf_byte(p->out, ')');
	}
	say(p, "判断。</p>", ".</p>");
	if (!r->drivers_count) {
		note(p, "没有哪一项特征与超期有可靠的关联。", "No feature goes with lateness reliably.");
		return;
	}
	table(p, "特征|Feature;'件数|Cases;'其中超期|Late;'其余超期|Late without it;'倍数|Lift;'比值比|Odds ratio;'95 % 区间|95 % interval");
	for (size_t i = 0; i < r->drivers_count && i < LIST; i++) {
		const struct mine_driver *d = &r->drivers[i];
		buf_putz(p->out, "<tr>");
		driver_name(p, d);
		number(p, d->with);
		percent(p, d->with_late, d->with);
		percent(p, d->without_late, d->without);
		buf_putz(p->out, "<td class=\"n\">");
		show_fixed(p->out, d->lift);
		buf_putz(p->out, "</td><td class=\"n\">");
		show_fixed(p->out, d->odds);
		buf_putz(p->out, "</td><td class=\"n\">");
		show_fixed(p->out, d->low);
		buf_putz(p->out, " – ");
		show_fixed(p->out, d->high);
		buf_putz(p->out, "</td></tr>\n");
	}
	end_table(p);
	note(p, "关联不等于原因；只列区间不含 1 的特征。", "Going together is no cause; only features whose interval leaves out 1 are listed.");
}

static enum err hand_overs(struct page *p)
{
	const struct mine_report *r = p->r;
	heading(p, "交接", "Hand-over");
	if (!r->hand_overs_count) {
		note(p, "日志里没有人员之间的交接。", "The log has no hand-over between people.");
		return OK;
	}
	note(p, "谁交给谁：线越粗，次数越多；颜色越红，间隔越长(中位数)。画出经手最多的人，下表按次数排列。",
	     "Who hands over to whom: the wider a line, the more often; the redder, the longer it took (median). The busiest are drawn; the table is by frequency.");
	struct mine_show s = *p->s;
	s.link = S("");
	s.nodes_max = 14;
	s.edges_max = 28;
	buf_putz(p->out, "<div class=\"scroll\">");
	TRY(mine_draw_hand_overs(r, &s, p->a, p->out));
	buf_putz(p->out, "</div>\n");
	table(p, "从|From;到|To;'次数|Times;'件数|Cases;'平均间隔|Mean time;'间隔中位数|Median time");
	for (size_t i = 0; i < r->hand_overs_count && i < LIST; i++) {
		const struct mine_hand_over *h = &r->hand_overs[i];
		buf_putz(p->out, "<tr>");
		cell(p, mine_word(&r->log->resources, h->from));
		cell(p, mine_word(&r->log->resources, h->to));
		number(p, h->count);
		number(p, h->cases);
		span(p, &h->times, h->times.mean_ms, false);
		span(p, &h->times, h->times.median_ms, false);
		buf_putz(p->out, "</tr>\n");
	}
	end_table(p);
	more(p, r->hand_overs_count < LIST ? r->hand_overs_count : LIST, r->hand_overs_count);
	return OK;
}

static void dates_only(struct page *p)
{
	if (p->r->dates_only)
		note(p, "日志里只有日期，没有钟点：同一天的办理看上去都在同一时刻，下表不说明是否成批、何时办理。",
		     "The log knows days, no hours: all work of a day seems done at one moment, and the table below says nothing of batches or hours.");
}

static void batches(struct page *p)
{
	const struct mine_report *r = p->r;
	heading(p, "成批办理", "Batches");
	if (!r->batches_count) {
		note(p, "没有同一人在几分钟内成批办理的情形。", "Nobody did the same activity for several cases within minutes.");
		return;
	}
	dates_only(p);
	table(p, "办理人|Resource;环节|Activity;'件数|Cases;'次数|Times;时间|When");
	for (size_t i = 0; i < r->batches_count && i < LIST; i++) {
		const struct mine_batch *b = &r->batches[i];
		buf_putz(p->out, "<tr>");
		cell(p, mine_word(&r->log->resources, b->resource));
		cell(p, name_of(p, b->activity));
		number(p, b->cases);
		number(p, b->events);
		buf_putz(p->out, "<td>");
		show_minute(p->out, r, b->from_ms);
		buf_putz(p->out, "</td></tr>\n");
	}
	end_table(p);
	more(p, r->batches_count < LIST ? r->batches_count : LIST, r->batches_count);
}

static void load(struct page *p)
{
	static const char *const zh[] = { "一", "二", "三", "四", "五", "六", "日" }, *const en[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	uint32_t most = 1;
	heading(p, "什么时候办", "When work is done");
	dates_only(p);
	for (int d = 0; d < 7; d++)
		for (int h = 0; h < 24; h++)
			most = p->r->load[d][h] > most ? p->r->load[d][h] : most;
	buf_putz(p->out, "<div class=\"scroll\"><table class=\"heat\"><thead><tr><th></th>");
	for (int h = 0; h < 24; h++)
		buf_printf(p->out, "<th>%d</th>", h);
	buf_putz(p->out, "</tr></thead><tbody>");
	for (int d = 0; d < 7; d++) {
		buf_printf(p->out, "<tr><th>%s</th>", p->en ? en[d] : zh[d]);
		for (int h = 0; h < 24; h++) {
			uint32_t n = p->r->load[d][h];
			unsigned share = (unsigned)((uint64_t)n * 100 / most);
			buf_printf(p->out, "<td style=\"background:rgba(23,120,160,%u.%02u);%s\">%u</td>", share / 100, share % 100, share > 60 ? "color:#fff" : "", n);
		}
		buf_putz(p->out, "</tr>\n");
	}
	buf_putz(p->out, "</tbody></table></div>\n");
}

enum err mine_report_html(const struct mine_report *r, const struct bpmn_model *m, const struct mine_show *s, struct arena *scratch,
                          struct buf *out, struct diag *d)
{
	struct page p = { r, s, out, scratch, s->english };
	buf_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>", p.en ? "en" : "zh-CN");
	text(&p, s->title.len ? s->title : p.en ? S("How the process really ran") : S("流程实际运行报告"));
	buf_putz(out, "</title>");
	buf_putz(out, style);
	buf_putz(out, "</head><body>\n");
	summary(&p);
	enum err e = graph(&p);
	if (e == OK && m)
		e = conformance(&p, m);
	variants(&p);
	waiting(&p);
	late(&p);
	if (e == OK)
		e = hand_overs(&p);
	batches(&p);
	load(&p);
	buf_putz(out, "</body></html>\n");
	if (e == OK)
		e = out->failed;
	return e == OK ? OK : diag_set(d, e, "mine.memory", "The report does not fit into memory");
}
