/* demo_int.h - the demo city in the making: its people and posts, its cases, what is to happen when. */
#ifndef APP_DEMO_INT_H
#define APP_DEMO_INT_H

#include "app/demo.h"
#include "base/map.h"
#include "calendar/calendar.h"

enum { DEMO_ARENA_MAX = 512 << 20, DEMO_SCRATCH_MAX = 64 << 20, DEMO_CITIZENS = 48, DEMO_COMPLAINTS_MAX = 16 };

/* ---- chance: a generator of our own, so that a seed means the same on every machine ---- */
struct demo_chance { uint64_t state; };
uint64_t demo_next(struct demo_chance *c);
int64_t demo_between(struct demo_chance *c, int64_t least, int64_t most); /* both included */
bool demo_percent(struct demo_chance *c, int percent);

/* ---- the city ---- */
struct demo_post { int64_t id, a, b; };

struct demo_item {
	struct str impl_code, pack;
	const struct json *data;      /* as in demo/items.json */
	const struct json *materials; /* its own, or the pack's */
	struct str organ;
	int weight;
};

struct demo_citizen { int64_t person; struct str name, id_no, phone, address; };

/* ---- a case, as the demo follows it ---- */
enum demo_script {
	DEMO_ANY,          /* as chance will have it */
	DEMO_CONCLUDE,     /* everybody says yes, quickly */
	DEMO_SUPPLEMENT,   /* told once what is missing; the applicant has not answered yet */
	DEMO_WAIT,         /* nobody has looked at it yet */
	DEMO_STALL_REVIEW, /* goes well until the review, where it lies */
	DEMO_EXPERTS,      /* before the experts */
};

struct demo_case {
	int64_t id, applicant;        /* applicant 0: came to the counter without an account */
	struct str case_no;
	const struct demo_item *item;
	enum demo_script script;
	bool slow;                    /* one of its steps will lie for long */
	bool extended, closed;
};

enum demo_deed { DEED_SUBMIT, DEED_STEP, DEED_SECOND, DEED_RATE, DEED_WITHDRAW, DEED_SUSPEND, DEED_RESUME, DEED_EXTEND, DEED_URGE, DEED_ANSWER,
	DEED_JUDGE, DEED_COMPLAINT, DEED_HALL };

struct demo_task {
	int64_t at_ms;
	uint64_t seq;                 /* keeps the order of equals */
	enum demo_deed deed;
	struct demo_case *k;
	int64_t step, person, second;
	const char *element;          /* of the habit */
	struct str text;              /* alert number, action of the first person */
};

struct demo {
	struct casework *cw;
	struct os_clock *clock;
	const struct demo_options *o;
	struct demo_chance chance;
	struct arena arena;           /* of the whole run */
	struct arena scratch;         /* of one command */
	struct diag *d;
	struct demo_figures figures;

	const struct calendar *calendar;
	int32_t offset_s;
	const struct json *city, *list;
	struct str material;          /* bytes of a sample upload */

	struct map people;            /* login -> int64_t * */
	struct demo_post *posts;
	size_t posts_count;
	struct map clerks;            /* organ code -> struct demo_post * */
	int64_t supervisor;
	struct demo_item *items;
	size_t items_count;
	int weights;
	struct demo_citizen citizens[DEMO_CITIZENS];

	struct demo_case **cases;     /* by number of receipt */
	size_t cases_count, cases_room;
	struct demo_case *receiving;  /* being handed in just now */
	struct demo_task *tasks;      /* a heap, earliest first */
	size_t tasks_count, tasks_room;
	uint64_t seq;
	struct str complaints[DEMO_COMPLAINTS_MAX]; /* numbers, by story */
	struct demo_chance hall;      /* demo_hall.c: a generator of its own, so that nobody else's day changes */
	bool evaluated;               /* demo_gauge.c: the earlier evaluation is made */
	struct str run_no;
};

/* ---- commands ---- */
struct demo_words { struct buf b; struct json_writer w; };
/* Empties the scratch arena and begins the data of a command. */
struct json_writer *demo_begin(struct demo *x, struct demo_words *words);
/* Carries it out; person 0 = the system. A refusal is counted and returned, a fault stands in x->d. */
enum err demo_do(struct demo *x, const char *name, int64_t person, struct demo_words *words, struct casework_result *r);
/* The same, for what must succeed. */
BASE_MUST_USE enum err demo_must(struct demo *x, const char *name, struct demo_words *words, int64_t *id);

/* ---- demo_city.c ---- */
BASE_MUST_USE enum err demo_city(struct demo *x);

/* ---- demo_people.c ---- */
/* A name and a valid number (GB 11643) of a person born between these years. */
void demo_person(struct demo *x, int from_year, int to_year, struct demo_citizen *out);
struct str demo_id_no(struct demo *x, struct str region, int year, int month, int day);
struct str demo_company(struct demo *x);
/* Applicant and form that fit the item. */
void demo_application(struct demo *x, const struct demo_case *k, const struct demo_citizen *who, struct json_writer *w);

/* ---- demo_gauge.c ---- */
/* The moment of the earlier evaluation, which is final at the end; and the evaluation, once. */
int64_t demo_gauge_early_ms(const struct demo *x);
BASE_MUST_USE enum err demo_gauge_early(struct demo *x);
BASE_MUST_USE enum err demo_gauge(struct demo *x);

/* ---- demo_habits.c ---- */
enum { DEMO_CHOICES_MAX = 4 };
struct demo_choice { const char *action; int percent; const char *form; };

struct demo_habit {
	const char *element;
	int least, most;           /* minutes of office hours until it is done */
	bool two;                  /* a second person confirms */
	struct demo_choice choices[DEMO_CHOICES_MAX]; /* the first is the friendly one */
};

/* NULL for a kind of step that nobody has a habit for. */
const struct demo_habit *demo_habit(struct str element);

/* ---- demo_diary.c ---- */
void demo_write_down(struct demo *x, struct demo_task task);
/* The earliest; there must be one. */
struct demo_task demo_take_next(struct demo *x);
/* So many minutes of office hours after a moment. */
int64_t demo_office_time(const struct demo *x, int64_t ms, int64_t minutes);
/* The same from now on, by chance between two bounds. */
int64_t demo_in_office(struct demo *x, int64_t least, int64_t most);

/* ---- demo_deeds.c ---- */
/* What a person is refused is part of the day; only a fault is an error. */
BASE_MUST_USE enum err demo_carry_out(struct demo *x, const struct demo_task *t);

/* ---- demo_powers.c ---- */
BASE_MUST_USE enum err demo_powers(struct demo *x);

/* ---- demo_inspect.c: some days before the end, and at the end ---- */
BASE_MUST_USE enum err demo_inspect_before(struct demo *x);
BASE_MUST_USE enum err demo_inspect_now(struct demo *x);

/* ---- demo_redress.c ---- */
BASE_MUST_USE enum err demo_redress(struct demo *x);

/* ---- demo_hotline.c ---- */
/* The desk, and complaints that come in over the demo's time. */
BASE_MUST_USE enum err demo_hotline(struct demo *x);
BASE_MUST_USE enum err demo_complaint(struct demo *x, const struct demo_task *t);

/* ---- demo_hall.c ---- */
/* Windows and bookings some days before the end, and the days at the counter from then on. */
BASE_MUST_USE enum err demo_hall(struct demo *x);
BASE_MUST_USE enum err demo_hall_minute(struct demo *x, const struct demo_task *t);
/* At the end: who is there now. */
BASE_MUST_USE enum err demo_hall_now(struct demo *x);

/* ---- demo_roster.c ---- */
BASE_MUST_USE enum err demo_roster(struct demo *x);

/* ---- demo_staffing.c ---- */
BASE_MUST_USE enum err demo_staffing(struct demo *x);

/* ---- demo_month.c ---- */
BASE_MUST_USE enum err demo_month(struct demo *x);
void demo_hear(void *arg, const struct casework_event *e);

#endif
