/* machine_time.c - may the machine's clock be believed? A limit that ends because somebody set the clock wrongly (a false time server,
 * a machine woken from a copy) takes effect in law and cannot be taken back.
 *
 * Every look at the clock is compared with the time that has passed since the look before. When they disagree by more than two minutes
 * the system goes on by the time that has passed, and nothing fires (tick.c) until the clock is where it should be or an
 * administrator says that it is right. At the start there is no look before: then the record's last entry is what the clock is
 * compared with.
 */
#include "casework/view_int.h"

/* Nobody notices two minutes; ten days without an entry is longer than the longest public holidays. */
enum { JUMP_MS = 120000, SILENCE_DAYS = 10, DAY_MS = 86400000 };

static void believe(struct machine_time *t, int64_t wall_ms, int64_t steady_ms)
{
	t->doubt = DOUBT_NONE;
	t->off_ms = 0;
	t->wall_ms = wall_ms;
	t->steady_ms = steady_ms;
}

static enum doubt doubt_at_start(const struct machine_time *t, int64_t wall_ms)
{
	if (wall_ms < t->record_ms - JUMP_MS)
		return DOUBT_BEHIND;
	return wall_ms > t->record_ms + (int64_t)SILENCE_DAYS * DAY_MS ? DOUBT_AHEAD : DOUBT_NONE;
}

/* The time to go by. The lock is held. */
static int64_t look(struct machine_time *t)
{
	int64_t wall = os_now_ms(t->machine), steady = os_steady_ms(t->machine), due = t->wall_ms + (steady - t->steady_ms);
	bool at_start = t->doubt == DOUBT_BEHIND || t->doubt == DOUBT_AHEAD;
	t->off_ms = wall - (at_start ? t->record_ms : due);
	if (!t->machine->machine || (at_start ? doubt_at_start(t, wall) == DOUBT_NONE : t->off_ms >= -JUMP_MS && t->off_ms <= JUMP_MS))
		believe(t, wall, steady);
	else if (!at_start)
		t->doubt = DOUBT_JUMP;
	return t->doubt == DOUBT_JUMP ? due : wall;
}

static int64_t believed_now_ms(struct os_clock *c)
{
	struct machine_time *t = (struct machine_time *)c;
	os_mutex_lock(&t->lock);
	int64_t now = look(t);
	os_mutex_unlock(&t->lock);
	return now;
}

void machine_time_begin(struct machine_time *t, struct os_clock *machine)
{
	*t = (struct machine_time){ .clock.now_ms = believed_now_ms, .machine = machine };
	os_mutex_init(&t->lock);
	believe(t, os_now_ms(machine), os_steady_ms(machine));
}

void machine_time_end(struct machine_time *t)
{
	os_mutex_destroy(&t->lock);
}

void machine_time_record(struct machine_time *t, int64_t last_ms)
{
	if (!t->machine->machine)
		return;
	os_mutex_lock(&t->lock);
	t->record_ms = last_ms;
	t->doubt = doubt_at_start(t, os_now_ms(t->machine));
	(void)look(t);
	os_mutex_unlock(&t->lock);
}

enum doubt machine_time_doubt(struct machine_time *t, int64_t *off_ms)
{
	os_mutex_lock(&t->lock);
	(void)look(t);
	enum doubt d = t->doubt;
	*off_ms = t->off_ms;
	os_mutex_unlock(&t->lock);
	return d;
}

bool machine_time_held(struct machine_time *t)
{
	static const char *const what[] = {
		[DOUBT_NONE] = "may be believed again: limits and timers go on", [DOUBT_JUMP] = "has jumped",
		[DOUBT_BEHIND] = "is behind the record's last entry", [DOUBT_AHEAD] = "is long after the record's last entry",
	};
	int64_t off;
	enum doubt d = machine_time_doubt(t, &off);
	if (d != t->told && d == DOUBT_NONE)
		fprintf(stderr, "banjie: the machine's clock %s\n", what[d]);
	else if (d != t->told)
		fprintf(stderr, "banjie: the machine's clock %s (%lld s off): limits and timers wait until it is right or an administrator confirms it\n",
		        what[d], (long long)(off / 1000));
	t->told = d;
	return d != DOUBT_NONE;
}

/* ---- what an administrator says ---- */

/* Here or in another process; a machine whose own clock says something else is not meant. */
void machine_time_heard(void *arg, const struct casework_event *e)
{
	struct machine_time *t = arg;
	if (!str_eqz(e->kind, "time.confirmed"))
		return;
	os_mutex_lock(&t->lock);
	int64_t wall = os_now_ms(t->machine), off = wall - json_i64(json_get(e->data, "machine_ms"), 0);
	if (off >= -JUMP_MS && off <= JUMP_MS)
		believe(t, wall, os_steady_ms(t->machine));
	os_mutex_unlock(&t->lock);
}

static const char *doubt_name(enum doubt d)
{
	return d == DOUBT_JUMP ? "jump" : d == DOUBT_BEHIND ? "behind" : "ahead";
}

enum err act_time_confirm(struct act *act)
{
	struct json_build o;
	int64_t off;
	enum doubt d = machine_time_doubt(&act->cw->time, &off);
	if (d == DOUBT_NONE)
		return act_refuse(act, ERR_CONFLICT, "time.believed", "The machine's clock is not in doubt: there is nothing to confirm.");
	json_build_object(&o, act->a);
	json_set_str(&o, "doubt", str_of(doubt_name(d)));
	json_set_i64(&o, "off_ms", off);
	json_set_i64(&o, "machine_ms", os_now_ms(act->cw->time.machine));
	json_set_bool(&act->reply, "held", false);
	return act_emit(act, "time.confirmed", 0, &o);
}

enum err view_machine_time(struct view_ctx *v, struct json_build *out)
{
	int64_t off;
	enum doubt d = machine_time_doubt(&v->cw->time, &off);
	json_set_bool(out, "held", d != DOUBT_NONE);
	json_set_str(out, "at", view_instant(v, os_now_ms(v->cw->clock)));
	if (d == DOUBT_NONE)
		return OK;
	json_set_str(out, "doubt", str_of(doubt_name(d)));
	json_set_i64(out, "off_ms", off);
	json_set_str(out, "machine_at", view_instant(v, os_now_ms(v->cw->time.machine)));
	if (d != DOUBT_JUMP)
		json_set_str(out, "record_at", view_instant(v, v->cw->time.record_ms));
	return OK;
}
