/* file.c - the holiday file: see data/calendar/README.md for the format.
 *
 * A file with one bad row is refused as a whole: half a notice would move people's deadlines.
 */
#include "calendar/calendar_int.h"
#include "text/csv.h"

enum {
	FILE_BYTES_MAX = 4 << 20,
	SCRATCH_BYTES_MAX = 16 << 20,
	TEXT_BYTES_MAX = 600,
	RUN_DAYS_MAX = 31,  /* a row longer than a month is a slip of the pen */
	YEAR_MIN = 1900, YEAR_MAX = 2999,
};

struct reader {
	struct csv_reader csv;
	int kind, year, from, to, zh, en, source; /* columns */
	struct calendar *c;
	size_t notices_room, entries_room;
	bool zone_seen;
	struct arena *arena;  /* of the result */
	struct arena scratch; /* of the rows */
	struct diag *d;
};

static enum err refuse(struct reader *r, const char *code, const char *what, struct str value)
{
	enum err e = diag_set(r->d, ERR_INVALID, code, "%s: \"%.*s\"", what, (int)(value.len > 80 ? 80 : value.len),
	                      value.ptr ? value.ptr : "");
	diag_arg(r->d, value);
	diag_at_line(r->d, r->csv.line, 0);
	return e;
}

static struct str field(const struct reader *r, int column)
{
	return str_trim(csv_field(&r->csv, column));
}

static enum err keep(struct reader *r, int column, struct str *out)
{
	if (field(r, column).len > TEXT_BYTES_MAX)
		return refuse(r, "calendar.too-long", "a text has more than 600 bytes", field(r, column));
	struct str s = arena_str(r->arena, field(r, column));
	if (!s.ptr)
		return ERR_NOMEM;
	*out = s;
	return OK;
}

static enum err row_year(struct reader *r, int *out)
{
	int64_t y;
	if (!str_to_i64(field(r, r->year), &y) || y < YEAR_MIN || y > YEAR_MAX)
		return refuse(r, "calendar.bad-year", "the year is not a year from 1900 to 2999", field(r, r->year));
	*out = (int)y;
	return OK;
}

/* "+08:00" */
static enum err read_zone(struct reader *r)
{
	struct str s = field(r, r->source);
	int h, m;
	if (s.len != 6 || (s.ptr[0] != '+' && s.ptr[0] != '-') || s.ptr[3] != ':' ||
	    !calendar_digits(s, 1, 2, &h) || !calendar_digits(s, 4, 2, &m) || h > 14 || m > 59)
		return refuse(r, "calendar.bad-zone", "the zone is not an offset like +08:00", s);
	if (r->zone_seen || r->c->notices_count)
		return refuse(r, "calendar.zone-late", "the zone stands once, before the first notice", s);
	r->zone_seen = true;
	r->c->offset_s = (h * 3600 + m * 60) * (s.ptr[0] == '-' ? -1 : 1);
	return OK;
}

static enum err read_notice(struct reader *r)
{
	struct calendar *c = r->c;
	struct calendar_notice n = { 0 };
	calendar_day issued;
	TRY(row_year(r, &n.year));
	if (!str_empty(field(r, r->from)) && !calendar_day_parse(field(r, r->from), &issued))
		return refuse(r, "calendar.bad-date", "the date of issue is not a date", field(r, r->from));
	if (str_empty(field(r, r->zh)))
		return refuse(r, "calendar.no-title", "a notice needs its title in the column zh", field(r, r->zh));
	if (c->notices_count && c->notices[c->notices_count - 1].year > n.year)
		return refuse(r, "calendar.order", "the notices stand in the order of their years", field(r, r->year));
	if (c->notices_count == r->notices_room)
		return refuse(r, "calendar.too-many-rows", "too many notices", S(""));
	TRY(keep(r, r->source, &n.number));
	TRY(keep(r, r->from, &n.issued_on));
	TRY(keep(r, r->zh, &n.title));
	TRY(keep(r, r->en, &n.title_en));
	c->notices[c->notices_count++] = n;
	return OK;
}

/* Days of the year itself or next to it: New Year's holiday reaches over. */
static bool near_year(calendar_day d, int year)
{
	return d >= calendar_day_of(year - 1, 12, 1) && d <= calendar_day_of(year + 1, 1, 31);
}

static enum err check_overlap(struct reader *r, const struct calendar_entry *e)
{
	for (size_t i = r->c->entries_count; i-- > 0;) {
		const struct calendar_entry *o = &r->c->entries[i];
		if (o->notice != e->notice)
			break;
		if (e->from <= o->to && o->from <= e->to)
			return refuse(r, "calendar.twice", "the notice speaks twice of a day of this row", field(r, r->from));
	}
	return OK;
}

static enum err read_days(struct reader *r, bool off)
{
	struct calendar *c = r->c;
	struct calendar_entry e = { .off = off };
	int year;
	TRY(row_year(r, &year));
	if (!c->notices_count || c->notices[c->notices_count - 1].year != year)
		return refuse(r, "calendar.no-notice", "days stand below the notice of their year", field(r, r->year));
	if (!calendar_day_parse(field(r, r->from), &e.from))
		return refuse(r, "calendar.bad-date", "\"from\" is not a date", field(r, r->from));
	e.to = e.from;
	if (!str_empty(field(r, r->to)) && !calendar_day_parse(field(r, r->to), &e.to))
		return refuse(r, "calendar.bad-date", "\"to\" is not a date", field(r, r->to));
	if (e.to < e.from || e.to - e.from >= RUN_DAYS_MAX)
		return refuse(r, "calendar.bad-run", "\"to\" lies before \"from\" or more than a month after it", field(r, r->to));
	if (!near_year(e.from, year) || !near_year(e.to, year))
		return refuse(r, "calendar.other-year", "the days are not of the notice's year", field(r, r->from));
	if (str_empty(field(r, r->zh)) || str_empty(field(r, r->en)))
		return refuse(r, "calendar.no-name", "a row of days needs the holiday's name in zh and en", field(r, r->from));
	if (c->entries_count == r->entries_room)
		return refuse(r, "calendar.too-many-rows", "too many rows", S(""));
	e.notice = c->notices_count - 1;
	TRY(check_overlap(r, &e));
	TRY(keep(r, r->zh, &e.zh));
	TRY(keep(r, r->en, &e.en));
	c->entries[c->entries_count++] = e;
	return OK;
}

static enum err read_row(struct reader *r)
{
	struct str kind = field(r, r->kind);
	if (str_eqz(kind, "note"))
		return OK;
	if (str_eqz(kind, "calendar"))
		return read_zone(r);
	if (str_eqz(kind, "notice"))
		return read_notice(r);
	if (str_eqz(kind, "off") || str_eqz(kind, "work"))
		return read_days(r, str_eqz(kind, "off"));
	return refuse(r, "calendar.bad-kind", "the kind is not note, calendar, notice, off or work", kind);
}

static enum err find_columns(struct reader *r)
{
	struct { const char *name; int *column; } const want[] = {
		{ "kind", &r->kind }, { "year", &r->year }, { "from", &r->from }, { "to", &r->to },
		{ "zh", &r->zh }, { "en", &r->en }, { "source", &r->source },
	};
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		*want[i].column = csv_column(&r->csv, str_of(want[i].name));
		if (*want[i].column < 0)
			return refuse(r, "calendar.no-column", "a column is missing; the first line is "
			              "kind,year,from,to,zh,en,source", str_of(want[i].name));
	}
	return OK;
}

/* At most one row a line, so the line feeds bound the arrays. */
static size_t count_lines(struct str text)
{
	size_t n = 2;
	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == '\n' || text.ptr[i] == '\r';
	return n < UINT16_MAX - 1 ? n : UINT16_MAX - 1;
}

static enum err read_rows(struct reader *r, struct str text)
{
	TRY(csv_open(&r->csv, &r->scratch, text, ',', r->d));
	TRY(find_columns(r));
	for (;;) {
		bool more = false;
		TRY(csv_next(&r->csv, &more, r->d));
		if (!more)
			break;
		TRY(read_row(r));
	}
	if (r->c->notices_count == 0)
		return refuse(r, "calendar.empty", "the file has no notice", S(""));
	return calendar_index(r->arena, r->c);
}

enum err calendar_read(struct arena *a, struct str text, struct calendar **out, struct diag *d)
{
	if (text.len > FILE_BYTES_MAX)
		return diag_set(d, ERR_LIMIT, "calendar.too-large", "a holiday file has at most 4 MiB");
	struct reader *r = arena_new(a, struct reader);
	if (!r)
		return ERR_NOMEM;
	r->arena = a;
	r->d = d;
	r->notices_room = r->entries_room = count_lines(text);
	r->c = arena_new(a, struct calendar);
	if (!r->c)
		return ERR_NOMEM;
	r->c->offset_s = 8 * 3600;
	r->c->notices = arena_new_n(a, struct calendar_notice, r->notices_room);
	r->c->entries = arena_new_n(a, struct calendar_entry, r->entries_room);
	if (!r->c->notices || !r->c->entries)
		return ERR_NOMEM;
	arena_init(&r->scratch, SCRATCH_BYTES_MAX);
	enum err e = read_rows(r, text);
	arena_release(&r->scratch);
	if (e == OK)
		*out = r->c;
	return e;
}
