/* read.c - a log from bytes: unpacked when packed, told apart by its first bytes. */
#include <stdarg.h>
#include <strings.h>

#include "mine/mine_int.h"
#include "text/gzip.h"

#define UNPACKED_MAX ((int64_t)64 << 30)
enum { HEAD_MAX = 64, SAMPLE_MAX = 64 << 10, GZIP_ARENA = 4 << 20 };

/* ---- names ---- */

/* What the columns are called where nobody says: XES's names, pm4py's, bupaR's, Disco's, GB/T 39046's. */
static const struct { const char *name, *usual; } fields[FIELDS] = {
	[FIELD_CASE] = { "case", "case:concept:name|case_id|caseid|case id|case|case_no|trace_id|办件编号|案件编号|工单编号" },
	[FIELD_ACTIVITY] = { "activity", "concept:name|activity|activity_id|event|task|step|环节名称|环节|业务动作|活动" },
	[FIELD_TIME] = { "time", "time:timestamp|timestamp|complete_timestamp|complete timestamp|end_timestamp|end_time|time|结束时间|完成时间|时间" },
	[FIELD_BEGIN] = { "begin", "start_timestamp|start timestamp|start_time|begin|开始时间" },
	[FIELD_RESOURCE] = { "resource", "org:resource|resource|user|originator|处理人|办理人|经办人" },
	[FIELD_LIFECYCLE] = { "lifecycle", "lifecycle:transition|lifecycle|transition" },
	[FIELD_DEADLINE] = { "deadline", "case:deadline|deadline|due|due_date|到期时间|承诺办结时间" },
};

const char *read_field_name(enum read_field f) { return fields[f].name; }

static struct str mapped(const struct mine_mapping *m, enum read_field f)
{
	const struct str names[FIELDS] = { m->case_id, m->activity, m->time, m->begin, m->resource, m->lifecycle, m->deadline };
	return names[f];
}

int read_rank(const struct mine_mapping *m, enum read_field f, struct str name)
{
	struct str own = mapped(m, f);
	if (own.len)
		return str_eq(own, name) ? 0 : -1;
	struct str rest = str_of(fields[f].usual);
	for (int rank = 0; rest.ptr; rank++) {
		struct str one = str_cut(&rest, '|');
		if (one.len == name.len && strncasecmp(one.ptr, name.ptr, one.len) == 0)
			return rank;
	}
	return -1;
}

enum mine_phase read_phase(struct str s)
{
	static const char *const starts[] = { "start", "开始" }, *const ends[] = { "", "complete", "完成" };
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (s.len == strlen(ends[i]) && strncasecmp(s.ptr ? s.ptr : "", ends[i], s.len) == 0)
			return MINE_COMPLETE;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (s.len == strlen(starts[i]) && strncasecmp(s.ptr, starts[i], s.len) == 0)
			return MINE_START;
	return MINE_OTHER_PHASE;
}

void read_problem(struct reader *x, int line, const char *fmt, ...)
{
	va_list args;
	x->r->bad_rows++;
	if (x->r->problems == MINE_PROBLEMS_MAX)
		return;
	struct mine_problem *p = &x->r->problem[x->r->problems++];
	p->line = line;
	va_start(args, fmt);
	vsnprintf(p->text, sizeof p->text, fmt, args);
	va_end(args);
}

/* ---- bytes ---- */

/* A source whose first bytes were looked at. */
struct peeked { mine_chunk chunk; void *src; char *head; size_t at, len; bool whole; };

static ptrdiff_t peeked_chunk(void *arg, char *to, size_t room)
{
	struct peeked *p = arg;
	size_t n = p->len - p->at < room ? p->len - p->at : room;
	if (!n)
		return p->chunk(p->src, to, room);
	memcpy(to, p->head + p->at, n);
	p->at += n;
	return (ptrdiff_t)n;
}

/* The bytes looked at live in `head`, which has `room`. */
static bool peek(struct peeked *p, mine_chunk chunk, void *src, char *head, size_t room)
{
	*p = (struct peeked){ .chunk = chunk, .src = src, .head = head };
	while (p->len < room && !p->whole) {
		ptrdiff_t n = chunk(src, head + p->len, room - p->len);
		if (n < 0)
			return false;
		p->whole = n == 0;
		p->len += (size_t)n;
	}
	return true;
}

static bool is_xml(struct str head)
{
	if (str_starts(head, S("\xef\xbb\xbf")))
		head = str_sub(head, 3, head.len);
	return str_starts(str_trim(head), S("<"));
}

static enum err read_recoded(struct reader *x, struct str encoding)
{
	struct recode *r;
	enum err e = recode_open(encoding, x->chunk, x->src, &r);
	if (e == ERR_INVALID) {
		diag_set(x->d, e, "mine.encoding", "There is no encoding \"%.*s\"; UTF-8, GB18030, Big5 and UTF-16 are some", STR_ARG(encoding));
		diag_arg(x->d, encoding);
	}
	if (e != OK)
		return e;
	snprintf(x->r->encoding, sizeof x->r->encoding, "%.*s", STR_ARG(encoding));
	x->chunk = recode_chunk;
	x->src = r;
	e = read_csv(x);
	recode_close(r);
	return e;
}

/* The sample tells the encoding, where nobody says it. */
static enum err read_text(struct reader *x, char *sample)
{
	struct peeked p;
	if (!peek(&p, x->chunk, x->src, sample, SAMPLE_MAX))
		return diag_set(x->d, ERR_IO, "mine.read", "The log cannot be read");
	x->chunk = peeked_chunk;
	x->src = &p;
	struct str head = str_span(p.head, p.len), encoding = x->m->encoding;
	if (is_xml(head))
		return read_xes(x);
	if (str_empty(encoding))
		encoding = str_of(recode_guess(head, p.whole));
	return str_empty(encoding) || str_eqz(encoding, "UTF-8") || str_eqz(encoding, "utf-8") ? read_csv(x) : read_recoded(x, encoding);
}

static enum err read_plain(struct reader *x)
{
	char *sample = heap_array(SAMPLE_MAX, 1);
	enum err e = sample ? read_text(x, sample) : ERR_NOMEM;
	heap_free(sample);
	x->src = NULL;
	return e;
}

static enum err read_packed(struct reader *x)
{
	struct arena a;
	struct gzip_reader *z;
	arena_init(&a, GZIP_ARENA);
	enum err e = gzip_open(&a, x->chunk, x->src, UNPACKED_MAX, &z);
	if (e == OK) {
		x->chunk = gzip_read;
		x->src = z;
		e = read_plain(x);
		if (gzip_error(z) != OK) {
			diag_init(x->d);
			e = diag_set(x->d, gzip_error(z) == ERR_CORRUPT ? ERR_INVALID : gzip_error(z), "mine.gzip",
			             "The packed file is damaged or cut off");
		}
		gzip_close(z);
	}
	arena_release(&a);
	return e;
}

static enum err read_any(struct reader *x)
{
	struct peeked p;
	char head[HEAD_MAX];
	if (!peek(&p, x->chunk, x->src, head, sizeof head))
		return diag_set(x->d, ERR_IO, "mine.read", "The log cannot be read");
	x->chunk = peeked_chunk;
	x->src = &p;
	enum err e = p.len >= 2 && p.head[0] == '\x1f' && p.head[1] == '\x8b' ? read_packed(x) : read_plain(x);
	x->src = NULL;
	return e;
}

enum err mine_read(mine_chunk chunk, void *src, const struct mine_mapping *m, struct mine_reading *r, struct mine_log **out,
                   struct diag *d)
{
	struct diag own;
	struct reader x = { .chunk = chunk, .src = src, .m = m, .r = r, .d = d ? d : &own };
	diag_init(&own);
	if (mine_builder_new(&x.b) != OK)
		return diag_set(d, ERR_NOMEM, "mine.memory", "The log does not fit into memory");
	enum err e = read_any(&x);
	if (e == OK && r->bad_rows && r->bad_rows == r->rows) {
		e = diag_set(x.d, ERR_INVALID, "mine.all-bad", "No row of the log can be read; line %d: %s", r->problem[0].line, r->problem[0].text);
		diag_at_line(x.d, r->problem[0].line, 0);
	}
	if (e != OK) {
		mine_builder_free(x.b);
		return diag_set(x.d, e, "mine.memory", "The log does not fit into memory");
	}
	return mine_builder_finish(x.b, out, d);
}
