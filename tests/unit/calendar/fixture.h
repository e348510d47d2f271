/* fixture.h - the shipped calendar, and short ways to name days, for this room's tests. */
#ifndef TESTS_CALENDAR_FIXTURE_H
#define TESTS_CALENDAR_FIXTURE_H

#include <stdio.h>

#include "calendar/calendar.h"
#include "tests/test.h"

/* A whole file, ptr NULL when it is not there. */
__attribute__((unused)) static struct str fixture_file(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf b;
	char part[8192];
	size_t n;
	if (!f)
		return (struct str){ NULL, 0 };
	buf_init_in(&b, a, 16 << 20);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_put(&b, str_span(part, n));
	fclose(f);
	return buf_str(&b);
}

/* The calendar that the program ships; NULL when it does not read, said as a failed check. */
__attribute__((unused)) static const struct calendar *fixture_calendar(struct arena *a)
{
	struct calendar *c = NULL;
	struct diag d;
	diag_init(&d);
	struct str text = fixture_file(a, PROJECT_ROOT "/data/calendar/cn.csv");
	if (!text.ptr || calendar_read(a, text, &c, &d) != OK)
		printf("  data/calendar/cn.csv: %s line %d\n", d.text, d.line);
	CHECK(c != NULL);
	return c;
}

__attribute__((unused)) static calendar_day day(const char *text)
{
	calendar_day d = CALENDAR_NO_DAY;
	if (!calendar_day_parse(str_of(text), &d))
		printf("  bad date in a test: %s\n", text);
	return d;
}

/* A date, or an instant, as the command takes them. */
__attribute__((unused)) static int64_t moment(const char *text)
{
	int64_t ms = 0;
	if (strlen(text) == 10)
		return calendar_day_start_ms(day(text), 8 * 3600);
	CHECK(calendar_instant_parse(str_of(text), &ms));
	return ms;
}

struct day_text { char z[16]; };
__attribute__((unused)) static struct day_text show(calendar_day d)
{
	struct day_text t = { { 0 } };
	struct buf b;
	buf_init(&b, 64);
	calendar_day_print(d, &b);
	snprintf(t.z, sizeof t.z, "%s", b.ptr);
	buf_release(&b);
	return t;
}

/* Compares two days and shows them as dates. */
#define CHECK_DAY(got_, want_) CHECK_STR(str_of(show(got_).z), (want_))

#endif
