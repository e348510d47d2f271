/* mine.h - how the process really ran: from a log of events to the graph, its variants, its waits.
 *
 * Two halves. The core is pure: a log in compact columns (struct mine_log) in, results out; it
 * knows no SQL, no HTTP and no clock. The readers fill a log from CSV, XES, or the record of this
 * system (record.c).
 *
 * Units: moments are ms since 1970Z, durations ms. Working time is measured by a calendar: only
 * the 24 hours of a working day count, so one working day is 86,400,000 ms (work.c).
 * Ownership: a log and a report are on the heap, released with their *_free; names borrowed from
 * a log live as long as it does. Errors: refusals name the line; ERR_NOMEM, ERR_LIMIT.
 * What each figure means, and its JSON: docs/mining.md.
 */
#ifndef MINE_MINE_H
#define MINE_MINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "calendar/calendar.h"

struct bpmn_model;
struct casework_room;

/* The room on the kernel: views over the record, nothing else. */
extern const struct casework_room mine_room;

enum {
	MINE_ACTIVITIES_MAX = 65535,
	MINE_ATTRIBUTES_MAX = 64,
	MINE_TEXT_MAX = 4096,      /* bytes of one name; longer ones are cut at a character's edge */
};
#define MINE_EVENTS_MAX 0xfffffff0u
#define MINE_NONE UINT32_MAX
#define MINE_NO_TIME INT64_MIN

/* ---- the log ---- */

/* Distinct texts, numbered from 0 in the order of their first appearance. */
struct mine_words {
	char *text;
	uint32_t *from;      /* count + 1 offsets into text */
	uint32_t *slots, *hashes;
	size_t count, text_len, text_room, from_room, slots_count;
};

/* What a row of a log says of its activity. Only COMPLETE makes an event of the log; START gives
 * the next completion of the same activity in the same case its beginning. */
enum mine_phase { MINE_COMPLETE, MINE_START, MINE_OTHER_PHASE };

enum mine_case_flag { MINE_CASE_OPEN = 1, /* still running: its end is not its end */
	MINE_CASE_BROKEN_OFF = 2, /* withdrawn or refused early: need not have reached the process's end */
	MINE_CASE_LATE = 4, MINE_CASE_ON_TIME = 8 /* where the source knows better than its deadline column */ };

struct mine_attribute {
	struct str name;
	uint32_t *value;     /* by case; MINE_NONE = not known */
	struct mine_words words;
};

struct mine_log {
	uint32_t cases, events;
	uint32_t *first;        /* cases + 1 positions: the events of case c are [first[c], first[c+1]) */
	/* columns by event; in a case by time, equal moments in the order read */
	uint16_t *activity;
	uint16_t *resource;     /* see mine_resource; NULL: more of them than such numbers, they are in resource_wide */
	uint32_t *resource_wide;
	int64_t *end_ms;        /* when it was completed */
	int64_t *begin_ms;      /* when work on it began, MINE_NO_TIME = not known; NULL: nowhere known */
	/* columns by case */
	int64_t *deadline_ms;   /* MINE_NO_TIME = none; NULL: nowhere known */
	uint8_t *flags;         /* enum mine_case_flag; NULL: none */
	struct mine_attribute *attributes;
	size_t attributes_count;
	struct mine_words case_ids, activities, resources;
	struct mine_words activities_en; /* English names by activity, where the source has them; else empty */
	uint32_t starts_alone;  /* beginnings without a completion, left out */
	uint32_t other_phases;  /* rows of other lifecycle steps, left out */
};

struct str mine_word(const struct mine_words *w, uint32_t id); /* "" for MINE_NONE */
/* Who did an event, MINE_NONE = not known. */
static inline uint32_t mine_resource(const struct mine_log *log, uint32_t event)
{
	if (!log->resource)
		return log->resource_wide[event];
	return log->resource[event] == UINT16_MAX ? MINE_NONE : log->resource[event];
}
/* The activity's name in the language asked for. */
struct str mine_activity(const struct mine_log *log, uint32_t activity, bool english);
void mine_log_free(struct mine_log *log);

/* ---- building one ---- */

struct mine_builder;
BASE_MUST_USE enum err mine_builder_new(struct mine_builder **out);
void mine_builder_free(struct mine_builder *b);

struct mine_event {
	struct str case_id, activity, resource; /* resource may be empty */
	int64_t end_ms, begin_ms;               /* begin_ms MINE_NO_TIME = not known */
	enum mine_phase phase;
};
/* *case_number may then be used for the case's own facts. ERR_LIMIT, ERR_NOMEM; ERR_INVALID for bad UTF-8. */
BASE_MUST_USE enum err mine_builder_add(struct mine_builder *b, const struct mine_event *e, uint32_t *case_number);
/* The first value given stays. Empty values and names beyond MINE_ATTRIBUTES_MAX are passed over. */
BASE_MUST_USE enum err mine_builder_attribute(struct mine_builder *b, uint32_t case_number, struct str name, struct str value);
BASE_MUST_USE enum err mine_builder_deadline(struct mine_builder *b, uint32_t case_number, int64_t ms);
BASE_MUST_USE enum err mine_builder_flag(struct mine_builder *b, uint32_t case_number, enum mine_case_flag flag);
BASE_MUST_USE enum err mine_builder_english(struct mine_builder *b, struct str activity, struct str english);
/* Sorts and packs; the builder is freed, also on error. ERR_INVALID when there is no event. */
BASE_MUST_USE enum err mine_builder_finish(struct mine_builder *b, struct mine_log **out, struct diag *d);

/* ---- reading files ---- */

/* What the columns (CSV) or keys (XES) are called; empty = the usual names are tried. */
struct mine_mapping {
	struct str case_id, activity, time, begin, resource, lifecycle, deadline;
	const struct str *attributes; /* to be kept of each case, by their own names */
	size_t attributes_count;
	char delimiter;               /* 0 = guessed from the header among , ; tab | */
	struct str encoding;          /* of CSV; empty = UTF-8, UTF-16 and GB18030 are told apart by the beginning */
	struct str time_format;       /* %Y-%m-%d …; empty = ISO 8601 and the like are recognised */
	int32_t zone_s;               /* for moments without an offset */
};

enum { MINE_PROBLEMS_MAX = 20 };
struct mine_problem { int line; char text[160]; };
struct mine_reading {
	uint64_t rows, bad_rows;
	char encoding[32];   /* what was taken for the file's, "" = UTF-8 */
	struct mine_problem problem[MINE_PROBLEMS_MAX]; /* the first ones */
	size_t problems;
	/* told now and then while reading; may be NULL */
	void (*progress)(void *arg, uint64_t bytes, uint64_t rows);
	void *arg;
};

/* Bytes piece by piece: at most `room`, 0 = end, < 0 = fault. */
typedef ptrdiff_t (*mine_chunk)(void *src, char *to, size_t room);
/* CSV or XES, packed by gzip or not: told apart by the first bytes. Bad rows are counted, the first
 * are told with their line, and left out; a log with none but bad rows is refused. */
BASE_MUST_USE enum err mine_read(mine_chunk chunk, void *src, const struct mine_mapping *m, struct mine_reading *r,
                                 struct mine_log **out, struct diag *d);
/* A moment as logs write them; format empty = recognised. */
bool mine_moment_parse(struct str text, struct str format, int32_t zone_s, int64_t *out);

/* ---- choosing ---- */

struct mine_filter {
	int64_t from_ms, to_ms;        /* cases that began in [from, to); MINE_NO_TIME = open */
	const struct str *attributes;  /* "name=value": all must hold */
	size_t attributes_count;
	struct str activity;           /* cases in which it happened */
	struct str start, end;         /* first and last activity of the case */
	struct str resource;           /* cases in which this resource worked */
	uint32_t variants;             /* cases of the so many most frequent variants; 0 = all */
	uint32_t activities_percent;   /* the most frequent activities that make up at least so much of all events; the others
	                                  are left out of their cases; 0 = all */
};
/* A new log. ERR_NOT_FOUND when nothing is left or a name in the filter does not occur, with `place`. */
BASE_MUST_USE enum err mine_filter(const struct mine_log *log, const struct mine_filter *f, struct mine_log **out, struct diag *d);

/* ---- results ---- */

/* Of durations. mean is rounded half up; median of an even number is the mean of the middle two, likewise
 * rounded; p90 is the nearest rank: the smallest value that at least nine tenths do not exceed. */
struct mine_times { uint32_t count; int64_t mean_ms, median_ms, p90_ms, min_ms, max_ms, sum_ms; };

struct mine_node {
	uint32_t count, cases, starts, ends; /* events; cases with one; cases that begin, end with it */
	uint32_t repeats;                    /* events beyond the first of their case */
	uint32_t repeat_cases;               /* cases with more than one */
	/* Working days' time; see docs/mining.md. worked.count = 0: nobody said when work began. */
	struct mine_times waited, worked;
};

struct mine_edge {
	uint32_t from, to, count;
	uint32_t cases;            /* with at least one */
	struct mine_times times;   /* from completion to completion, all hours */
	struct mine_times working; /* the same in working days' time */
};

struct mine_variant {
	uint64_t hash;             /* of the activities' names in order */
	uint32_t count, example;   /* cases; the first of them */
	struct mine_times times;   /* of the cases, first event to last */
};

struct mine_hand_over {
	uint32_t from, to, count;
	uint32_t cases;            /* with at least one */
	struct mine_times times;   /* from completion to completion, all hours */
};

struct mine_batch { uint32_t resource, activity, events, cases; int64_t from_ms, to_ms; };

struct mine_driver {
	int kind;                 /* 'a' attribute, 'r' resource took part, 'v' activity happened, 'w' activity was repeated */
	uint32_t name, value;     /* attribute and its value, or the resource, or the activity, in `value` */
	int64_t from, to;         /* a numeric attribute's quarter, in thousandths */
	bool numeric;
	uint32_t with, with_late, without, without_late; /* cases */
	double lift, odds, low, high; /* odds ratio with its 95 % interval */
};

struct mine_deviation {
	int kind;                 /* 's' skipped, 'n' not allowed here, 'x' not in the process, 'o' wrong order */
	uint32_t activity;        /* MINE_NONE for 's' when it never occurs: see element */
	struct str element, name; /* of the process, where there is one */
	uint32_t after;           /* the activity done before, MINE_NONE = at the beginning */
	uint32_t cases, times, example;
	uint32_t *variants;       /* number * 2, + 1 for cases that are open or broken off */
	size_t variants_count, variants_room;
};

/* A node or flow of the process with what went through. */
struct mine_passed { struct str element; uint32_t count, cases; };

struct mine_conformance {
	bool done;
	struct str why_not;       /* a catalogue key's English sentence when not done */
	uint32_t cases, fitting, undecided; /* undecided: too many ways to search */
	double fitness;           /* 1 - cost / worst cost, over the decided cases */
	struct mine_deviation *deviations;
	size_t deviations_count;
	struct mine_passed *passed;
	size_t passed_count;
	struct arena arena;
};

struct mine_work {
	const struct calendar *calendar;
	int32_t batch_gap_ms;      /* 0 = five minutes */
	uint32_t batch_min;        /* 0 = three */
	uint32_t support_min;      /* cases with a feature that is looked at; 0 = ten or one in a hundred, whichever is more */
	int64_t late_after_ms;     /* working days' time; 0 = the deadlines of the log, else the slowest quarter */
	const struct bpmn_model *model; /* NULL = no conformance */
	bool graph_only;           /* graph, variants, durations */
};

enum mine_late_by { MINE_LATE_DEADLINE, MINE_LATE_LIMIT, MINE_LATE_SLOWEST, MINE_LATE_NOT };

struct mine_report {
	const struct mine_log *log;
	int32_t offset_s;
	int64_t from_ms, to_ms;    /* first and last event */
	struct mine_times times;   /* of the cases, first event to last */
	struct mine_times working; /* in working days' time */
	bool knows_work;           /* some event says when work began */
	int64_t waited_ms, worked_ms; /* working days' time, all cases together */
	struct mine_node *nodes;   /* by activity */
	struct mine_edge *edges;   /* by count, most frequent first */
	struct mine_variant *variants; /* by count, most frequent first */
	uint32_t *variant_of;      /* by case: its variant */
	struct mine_hand_over *hand_overs;
	struct mine_batch *batches; /* largest first */
	struct mine_driver *drivers; /* surest first */
	size_t edges_count, variants_count, hand_overs_count, batches_count, drivers_count;
	uint32_t self_loops, short_loops, repeat_cases; /* a a, a b a, cases with a repeated activity */
	uint32_t batched_events;
	uint32_t duplicates;       /* events that repeat another of their case: activity, moment and resource; they are counted all the same */
	bool dates_only;           /* every event at the same time of day: nobody noted the hour */
	enum mine_late_by late_by;
	uint32_t late, judged;     /* cases; those that could be judged */
	int8_t *late_of;           /* by case: see mine_case_late */
	int64_t late_after_ms;     /* LIMIT, SLOWEST */
	uint32_t load[7][24];      /* events by weekday (Monday first) and hour, in the calendar's zone */
	struct mine_conformance conformance;
};

BASE_MUST_USE enum err mine_report_make(const struct mine_log *log, const struct mine_work *w, struct mine_report **out,
                                        struct diag *d);
void mine_report_free(struct mine_report *r);
/* Whether the case is late, by the report's own measure. 0 no, 1 yes, -1 cannot be judged. */
int mine_case_late(const struct mine_report *r, uint32_t case_number);
/* The cases behind a figure: sets 1 for each in `cases` (one byte a case). A pick is a kind and its parts, with | between them:
 * activity|A, repeated|A, edge|A|B, variant|KEY, hand-over|R|S, resource|R, attribute|NAME|VALUE, batch|R|A|FROM_MS,
 * load|WEEKDAY|HOUR from 0, deviation|NUMBER, late, rework; empty = all. False when there is no such thing. */
bool mine_pick(const struct mine_report *r, struct str pick, uint8_t *cases);

/* ---- showing ---- */

struct mine_show {
	bool english;
	uint32_t nodes_max, edges_max; /* in the drawing; 0 = 24 and 48 */
	uint32_t rows_max;             /* of each list; 0 = 50 */
	struct str title;
	const struct mine_reading *reading; /* to say how many rows were left out; NULL = none were read */
	struct str link;               /* address in front of "pick=…", escaped: the drawing's parts lead to their cases; empty = they do not */
};
void mine_report_json(const struct mine_report *r, const struct mine_show *s, struct buf *out);
/* The graph as SVG with a layout of its own. */
BASE_MUST_USE enum err mine_draw(const struct mine_report *r, const struct mine_show *s, struct arena *scratch, struct buf *out);
/* Who hands over to whom, drawn likewise. ERR_NOT_FOUND when nobody does. */
BASE_MUST_USE enum err mine_draw_hand_overs(const struct mine_report *r, const struct mine_show *s, struct arena *scratch, struct buf *out);
/* The process's diagram with counts and times. ERR_NOT_FOUND without conformance. */
BASE_MUST_USE enum err mine_draw_bpmn(const struct mine_report *r, const struct bpmn_model *m, const struct mine_show *s,
                                      struct arena *scratch, struct buf *out, struct diag *d);
/* One file that needs nothing else. */
BASE_MUST_USE enum err mine_report_html(const struct mine_report *r, const struct bpmn_model *m, const struct mine_show *s,
                                        struct arena *scratch, struct buf *out, struct diag *d);
/* Percent-encoded for an address. */
void mine_address(struct str s, struct buf *out);
/* "3.5 d", "2.0 h", "40 min" or in Chinese; `working` says working days. */
void mine_span_print(int64_t ms, bool english, bool working, struct buf *out);

#endif
