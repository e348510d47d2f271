/* feel_value.h - the values of FEEL (DMN 1.5, 10.3.2): a tag and 16 bytes, passed by value
 * or pointer. Compound parts lie in an arena and are immutable once made.
 *
 * Included by feel.h; not meant to be included alone.
 */
#ifndef FEEL_FEEL_VALUE_H
#define FEEL_FEEL_VALUE_H

#include "base/arena.h"
#include "base/dec.h"
#include "base/str.h"

enum feel_kind {
	FEEL_NULL, FEEL_BOOLEAN, FEEL_NUMBER, FEEL_STRING, FEEL_DATE, FEEL_TIME, FEEL_DATE_TIME,
	FEEL_DAYS_DURATION, FEEL_MONTHS_DURATION, FEEL_LIST, FEEL_CONTEXT, FEEL_RANGE, FEEL_FUNCTION,
};

enum feel_zone_kind { FEEL_ZONE_NONE, FEEL_ZONE_OFFSET, FEEL_ZONE_NAMED };

/* Year -999,999,999 to 999,999,999, proleptic Gregorian. The parts that the kind lacks are 0. */
struct feel_moment {
	int32_t year;
	uint8_t month, day, hour, minute, second;
	uint32_t nano;
};

/* Whole seconds and nanoseconds of the same sign. */
struct feel_span {
	int64_t seconds;
	int32_t nano;
};

struct feel_value;
struct feel_context;
struct feel_range;
struct feel_function;

struct feel_items {
	const struct feel_value *at;
	size_t count;
};

struct feel_value {
	uint8_t kind;      /* enum feel_kind */
	uint8_t zone_kind; /* TIME and DATE_TIME: enum feel_zone_kind */
	uint16_t zone;     /* FEEL_ZONE_NAMED: index into the room's table of IANA zones */
	int32_t offset_s;  /* seconds east of UTC; of a named zone, at that moment */
	union {
		bool boolean;
		struct dec number;
		struct str string; /* UTF-8 */
		struct feel_moment moment;
		struct feel_span span;
		int64_t months;
		struct feel_items list;
		const struct feel_context *context;
		const struct feel_range *range;
		const struct feel_function *function;
	};
};

struct feel_entry {
	struct str key;
	struct feel_value value;
};

/* Entries in the order they were put; keys are unique. Contexts of more than 16 entries carry
 * an index, the others are searched in order. */
struct feel_context {
	const struct feel_entry *entries;
	size_t count;
	const uint32_t *slots; /* entry + 1; NULL for small contexts */
	uint32_t slots_mask;
};

struct feel_range {
	struct feel_value low, high;
	bool low_closed, high_closed;
	bool unary;   /* from a unary comparison such as "< 5": a null end lies at infinity; in any
	                 other range it is unknown, and nothing can be said to lie inside */
	bool negated; /* "!= x": everything but [x..x] */
};

/* ---- making values; nothing here allocates ---- */

static inline struct feel_value feel_null(void) { return (struct feel_value){ .kind = FEEL_NULL }; }
static inline struct feel_value feel_boolean(bool v) { return (struct feel_value){ .kind = FEEL_BOOLEAN, .boolean = v }; }
static inline struct feel_value feel_number(struct dec v) { return (struct feel_value){ .kind = FEEL_NUMBER, .number = v }; }
static inline struct feel_value feel_i64(int64_t v) { return feel_number(dec_from_i64(v)); }
/* Borrows the text, which is valid UTF-8. */
static inline struct feel_value feel_string(struct str s) { return (struct feel_value){ .kind = FEEL_STRING, .string = s }; }
/* Borrows the items. */
static inline struct feel_value feel_list(const struct feel_value *items, size_t count)
{
	return (struct feel_value){ .kind = FEEL_LIST, .list = { items, count } };
}
static inline struct feel_value feel_months(int64_t months)
{
	return (struct feel_value){ .kind = FEEL_MONTHS_DURATION, .months = months };
}
static inline struct feel_value feel_seconds(int64_t seconds)
{
	return (struct feel_value){ .kind = FEEL_DAYS_DURATION, .span = { seconds, 0 } };
}
/* Null when there is no such day. */
struct feel_value feel_date(int32_t year, int month, int day);
/* A moment as UTC date and time, shown at `offset_s` (east positive, below 18 hours). */
struct feel_value feel_date_time_ms(int64_t ms_since_1970, int32_t offset_s);

/* From the lexical forms of FEEL (DMN 1.5, 10.3.4.1: date(), time(), date and time(),
 * duration()); null when the text is no such value. Nothing is allocated. */
struct feel_value feel_date_parse(struct str s);
struct feel_value feel_time_parse(struct str s);
struct feel_value feel_date_time_parse(struct str s);
struct feel_value feel_duration_parse(struct str s);

/* ---- compound values ---- */

/* Grows a list; the items end up in the arena. */
struct feel_list_builder {
	struct arena *arena;
	struct feel_value *items;
	size_t count, room;
};
static inline void feel_list_begin(struct feel_list_builder *b, struct arena *a)
{
	*b = (struct feel_list_builder){ .arena = a };
}
BASE_MUST_USE enum err feel_list_put(struct feel_list_builder *b, struct feel_value v);
static inline struct feel_value feel_list_end(const struct feel_list_builder *b) { return feel_list(b->items, b->count); }

/* Grows a context; a key put again replaces its value in place. Keys are borrowed. */
struct feel_context_builder {
	struct arena *arena;
	struct feel_entry *entries;
	size_t count, room;
};
static inline void feel_context_begin(struct feel_context_builder *b, struct arena *a)
{
	*b = (struct feel_context_builder){ .arena = a };
}
BASE_MUST_USE enum err feel_context_put(struct feel_context_builder *b, struct str key, struct feel_value v);
/* The builder may not be used afterwards. */
BASE_MUST_USE enum err feel_context_end(struct feel_context_builder *b, struct feel_value *out);

/* Borrows the range struct. */
static inline struct feel_value feel_range_of(const struct feel_range *r)
{
	return (struct feel_value){ .kind = FEEL_RANGE, .range = r };
}

/* Value under a key, NULL when absent or when v is NULL or no context. */
const struct feel_value *feel_get(const struct feel_value *v, struct str key);
/* Entries of a context, 0 for anything else. */
static inline size_t feel_count(const struct feel_value *v)
{
	return v->kind == FEEL_LIST ? v->list.count : v->kind == FEEL_CONTEXT ? v->context->count : 0;
}
static inline bool feel_is_null(const struct feel_value *v) { return v->kind == FEEL_NULL; }
static inline bool feel_is_true(const struct feel_value *v) { return v->kind == FEEL_BOOLEAN && v->boolean; }
static inline bool feel_is_false(const struct feel_value *v) { return v->kind == FEEL_BOOLEAN && !v->boolean; }

/* Everything behind the value copied into `a`, so that it outlives the arena it was made in.
 * Functions are shared, not copied. */
BASE_MUST_USE enum err feel_copy(struct arena *a, const struct feel_value *v, struct feel_value *out);

/* Equality of DMN 1.5, table 53: true, false or null (kinds that cannot be compared). */
struct feel_value feel_equal(const struct feel_value *a, const struct feel_value *b);
/* Order of table 54: -1, 0, 1 in *order; false when the two cannot be ordered. */
bool feel_order(const struct feel_value *a, const struct feel_value *b, int *order);
/* Whether v lies in the range: true, false or null. */
struct feel_value feel_in_range(const struct feel_value *v, const struct feel_range *r);

/* English name of a kind, e.g. "days and time duration". Static. */
const char *feel_kind_name(enum feel_kind k);

#endif
