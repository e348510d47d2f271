/* apply.c - one row per statement: what each kind of event does to the rows.
 *
 * The only writer of rows. An event's data has members named like the parameters below; a
 * text stays text, a number an integer, true 1, an object or list its canonical JSON. Because
 * nothing but the event's data goes in, replaying the ledger gives the same rows.
 */
#include "casework/backup_int.h"

#define CASE_COLUMNS \
	"case_no item pack organ region applicant applicant_name channel commitment state level received_ms"

/* A holder who is not in the period under way begins one. */
#define NEW_HOLDER(held) \
	"INSERT INTO post_holding(post, held, from_ms, person) SELECT ?1, '" held "', ?2, ?3 WHERE ?2 IS NOT NULL AND ?3 IS NOT NULL AND NOT EXISTS" \
	"(SELECT 1 FROM post_holding WHERE post=?1 AND held='" held "' AND until_ms IS NULL)" \
	" ON CONFLICT(post, held, from_ms) DO UPDATE SET person=?3, until_ms=NULL"

/* The moments of a clock: of the kinds of a case's timers the others are named, for out of a list of its own SQLite makes a table each time. */
#define CLOCK_TIMERS_GO "DELETE FROM timer WHERE case_id=?2 AND ref=?1 AND kind<>'process' AND kind<>'glass'"
/* The same for a step; within a millisecond the last word counts. */
#define NEW_HOLDING \
	"INSERT INTO step_holding(step, from_ms, case_id, post, person, why, instead_of) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)" \
	" ON CONFLICT(step, from_ms) DO UPDATE SET post=?4, person=?5, why=?6, instead_of=?7, until_ms=NULL"

#define POWER_DRAFTED \
	"INSERT INTO power_draft(organ, kind, by_person, at_ms) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(organ, kind) DO UPDATE SET by_person=?3, at_ms=?4"

/* The board's counts: an open case is taken out as it was and put in as it is; never counted anew, so that a board costs
 * the same with a million open cases. `n` is the kind's name for the case's id, or the step's. */
#define CASE_COUNT(n) \
	"INSERT INTO board_count(organ, item, region, level, suspended, n) SELECT k.organ, k.item, coalesce(k.region, 0), k.level," \
	" CASE WHEN k.state='suspended' THEN 1 ELSE 0 END, " n " FROM case_open k WHERE k.id=?1" \
	" ON CONFLICT(organ, item, region, level, suspended) DO UPDATE SET n=board_count.n+excluded.n"
#define STEP_COUNT(n) \
	"INSERT INTO board_post(post, level, n) SELECT s.post, s.level, " n " FROM step_open s WHERE s.id=?1 AND s.post>0" \
	" ON CONFLICT(post, level) DO UPDATE SET n=board_post.n+excluded.n"
#define ADDED_TO_DAY \
	" ON CONFLICT(day, organ, region) DO UPDATE SET received=board_day.received+excluded.received, concluded=board_day.concluded+excluded.concluded"
/* The same of what is new, out of the event itself. */
#define NEW_CASE_COUNT \
	"INSERT INTO board_count(organ, item, region, level, suspended, n) VALUES(?1, ?2, coalesce(?3, 0), ?4, 0, 1)" \
	" ON CONFLICT(organ, item, region, level, suspended) DO UPDATE SET n=board_count.n+excluded.n"
#define NEW_CASE_DAY \
	"INSERT INTO board_day(day, organ, region, received, concluded) VALUES((?3+28800000)/86400000, ?1, coalesce(?2, 0), 1, 0)" ADDED_TO_DAY
#define NEW_STEP_COUNT \
	"INSERT INTO board_post(post, level, n) SELECT ?1, 0, 1 WHERE ?1>0 ON CONFLICT(post, level) DO UPDATE SET n=board_post.n+excluded.n"
/* What nothing is counted under any more goes, so that counts kept and counts made anew are the same rows. */
#define CASE_COUNT_TIDY "DELETE FROM board_count WHERE n=0"
#define STEP_COUNT_TIDY "DELETE FROM board_post WHERE n=0"
/* By the day in China, which has one time. */
#define DAY_COUNT(received, concluded, ms) \
	"INSERT INTO board_day(day, organ, region, received, concluded) SELECT (" ms "+28800000)/86400000, k.organ, coalesce(k.region, 0), " received ", " concluded \
	" FROM case_open k WHERE k.id=?1" ADDED_TO_DAY

#define ONCE " ON CONFLICT(due_ms, case_id, kind, ref) DO NOTHING"

static const struct apply_rule rules[] = {
	/* the office */
	{ "region.put", "INSERT INTO region(id, code, name, name_en, level, parent) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
	  " ON CONFLICT(id) DO UPDATE SET name=?3, name_en=?4, level=?5, parent=?6", "id code name name_en level parent", NULL },
	{ "organ.put", "INSERT INTO organ(id, code, name, name_en, region, nature, parent, data) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
	  " ON CONFLICT(id) DO UPDATE SET name=?3, name_en=?4, region=?5, nature=?6, parent=?7, data=?8",
	  "id code name name_en region nature parent data", NULL },
	{ "person.put", "INSERT INTO person(id, login, name, name_en, staff, password_hash, phone, id_type, id_no, email, address, enabled)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT(id) DO UPDATE SET name=?3, name_en=?4, staff=?5,"
	  " password_hash=?6, phone=?7, id_type=?8, id_no=?9, email=?10, address=?11, enabled=?12",
	  "id login name name_en staff password_hash phone id_type id_no email address enabled", NULL },
	{ "post.put", "INSERT INTO post(id, code, organ, role, name, name_en, a, b, data) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	  " ON CONFLICT(id) DO UPDATE SET organ=?3, role=?4, name=?5, name_en=?6, a=?7, b=?8, data=?9",
	  "id code organ role name name_en a b data", NULL },
	/* how it was, in time; events of before periods were kept have no at_ms */
	{ "organ.put", "UPDATE organ_time SET until_ms=?2 WHERE organ=?1 AND until_ms IS NULL", "id at_ms", NULL },
	{ "organ.put", "INSERT INTO organ_time(organ, from_ms, name, name_en, region, parent) SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE ?2 IS NOT NULL"
	  " ON CONFLICT(organ, from_ms) DO UPDATE SET until_ms=NULL, name=?3, name_en=?4, region=?5, parent=?6",
	  "id at_ms name name_en region parent", NULL },
	{ "post.put", "UPDATE post_time SET until_ms=?2 WHERE post=?1 AND until_ms IS NULL", "id at_ms", NULL },
	{ "post.put", "INSERT INTO post_time(post, from_ms, organ, role, name, name_en, data) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE ?2 IS NOT NULL"
	  " ON CONFLICT(post, from_ms) DO UPDATE SET until_ms=NULL, organ=?3, role=?4, name=?5, name_en=?6, data=?7",
	  "id at_ms organ role name name_en data", NULL },
	{ "post.put", "UPDATE post_holding SET until_ms=?2 WHERE post=?1 AND held='A' AND until_ms IS NULL AND person<>coalesce(?3, 0)", "id at_ms a", NULL },
	{ "post.put", NEW_HOLDER("A"), "id at_ms a", NULL },
	{ "post.put", "UPDATE post_holding SET until_ms=?2 WHERE post=?1 AND held='B' AND until_ms IS NULL AND person<>coalesce(?3, 0)", "id at_ms b", NULL },
	{ "post.put", NEW_HOLDER("B"), "id at_ms b", NULL },
	{ "item.put", "INSERT INTO item(id, impl_code, name, name_en, organ, region, kind, audience, pack, instant, online, live, version,"
	  " promised, statutory, unit, data) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"
	  " ON CONFLICT(id) DO UPDATE SET name=?3, name_en=?4, organ=?5, region=?6, kind=?7, audience=?8, pack=?9, instant=?10, online=?11,"
	  " live=?12, version=?13, promised=?14, statutory=?15, unit=?16, data=?17",
	  "id impl_code name name_en organ region kind audience pack instant online live version promised statutory unit data", NULL },
	{ "pack.added", "UPDATE pack SET live=0 WHERE code=?1", "code", NULL },
	{ "pack.added", "INSERT INTO pack(id, code, version, digest, name, name_en, live, paused) VALUES(?1, ?2, ?3, ?4, ?5, ?6, 1, coalesce(?7, 0))",
	  "id code version digest name name_en paused", NULL },
	{ "pack.added", "INSERT INTO pack_file(pack, path, digest) VALUES(?2, ?1, ?3)", "path id digest", "files" },
	{ "pack.paused", "UPDATE pack SET paused=?2 WHERE code=?1", "code paused", NULL },
	{ "time.confirmed", NULL, NULL, NULL },
	{ "setting.put", "INSERT INTO setting(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value=?2", "name value", NULL },
	{ "calendar.added", "INSERT INTO calendar_source(id, digest, name, at_ms) VALUES(?1, ?2, ?3, ?4)", "id digest name at_ms", NULL },
	{ "token.created", "INSERT INTO token(id, person, name, digest, at_ms) VALUES(?1, ?2, ?3, ?4, ?5)", "id person name digest at_ms", NULL },
	{ "token.revoked", "UPDATE token SET revoked_ms=?2 WHERE id=?1", "id at_ms", NULL },

	/* powers */
	{ "power.put", "INSERT INTO power(organ, kind, version, code, name, name_en, item_kind, basis, functions, items) VALUES(?1, ?2, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	  " ON CONFLICT(organ, kind, version, code) DO UPDATE SET name=?4, name_en=?5, item_kind=?6, basis=?7, functions=?8, items=?9",
	  "organ kind code name name_en item_kind basis functions items", NULL },
	{ "power.put", POWER_DRAFTED, "organ kind by at_ms", NULL },
	{ "power.dropped", "DELETE FROM power WHERE organ=?1 AND kind=?2 AND version=0 AND code=?3", "organ kind code", NULL },
	{ "power.dropped", POWER_DRAFTED, "organ kind by at_ms", NULL },
	{ "powers.published", "UPDATE power_list SET live=0 WHERE organ=?1 AND kind=?2", "organ kind", NULL },
	{ "powers.published", "INSERT INTO power_list(organ, kind, version, drafted_by, by_person, at_ms, live) VALUES(?1, ?2, ?3, ?4, ?5, ?6, 1)",
	  "organ kind version drafted_by by at_ms", NULL },
	{ "powers.published", "INSERT INTO power(organ, kind, version, code, name, name_en, item_kind, basis, functions, items)"
	  " SELECT organ, kind, ?3, code, name, name_en, item_kind, basis, functions, items FROM power WHERE organ=?1 AND kind=?2 AND version=0",
	  "organ kind version", NULL },
	{ "powers.published", "DELETE FROM power_cover WHERE organ=?1 AND ?2='power'", "organ kind", NULL },
	{ "powers.published", "INSERT INTO power_cover(organ, function, item) VALUES(?1, ?2, ?3)", "organ function item", "covers" },
	{ "function.granted", "INSERT INTO post_function(id, post, function, item, from_ms, until_ms, by_person) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	  "grant post function item from_ms until_ms by", NULL },
	{ "function.withdrawn", "UPDATE post_function SET withdrawn_ms=?2 WHERE id=?1", "grant at_ms", NULL },
	{ "delegation.given", "INSERT INTO delegation(id, organ, from_post, to_post, functions, from_ms, until_ms, reason, by_person, at_ms)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", "delegation organ from_post to_post functions from_ms until_ms reason by at_ms", NULL },
	{ "delegation.revoked", "UPDATE delegation SET revoked_ms=?2, revoked_by=?3, revoked_reason=?4 WHERE id=?1", "delegation at_ms by reason", NULL },
	{ "interest.declared", "INSERT INTO interest(id, person, kind, name, digest, subject, at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	  "interest person kind name digest subject at_ms", NULL },
	{ "interest.ended", "UPDATE interest SET ended_ms=?2 WHERE id=?1", "interest at_ms", NULL },
	{ "case.recused", "INSERT INTO recusal(case_id, person, reason, by_person, at_ms) VALUES(?1, ?2, ?3, ?4, ?5)", "case person reason by at_ms", NULL },
	{ "challenge.made", "INSERT INTO challenge(id, case_id, person, reason, at_ms, state) VALUES(?1, ?2, ?3, ?4, ?5, 'open')",
	  "challenge case person reason at_ms", NULL },
	{ "challenge.decided", "UPDATE challenge SET state=?2, answer=?3, decided_by=?4, decided_ms=?5 WHERE id=?1", "challenge state answer by at_ms", NULL },
	{ "glass.broken", "INSERT INTO glass(person, case_id, until_ms, reason) VALUES(?1, ?2, ?3, ?4)", "person case until_ms reason", NULL },
	{ "glass.broken", "INSERT INTO timer(due_ms, case_id, kind, ref) VALUES(?1, ?2, 'glass', ?3) ON CONFLICT DO NOTHING", "until_ms case person", NULL },
	{ "glass.over", "DELETE FROM glass WHERE person=?1 AND case_id=?2", "person case", NULL },
	{ "case.concluded", "DELETE FROM glass WHERE case_id=?1", "case", NULL },
	{ "personal.seen", "INSERT INTO personal_look(id, case_id, person, fields, reason, at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
	  "look case person fields reason at_ms", NULL },

	/* accounts */
	{ "account.changed", NULL, NULL, NULL },
	{ "client.put", "INSERT INTO login_client(client_id, name, redirect_uris, digest, at_ms) VALUES(?1, ?2, ?3, ?4, ?5)"
	  " ON CONFLICT(client_id) DO UPDATE SET name=?2, redirect_uris=?3, digest=?4, at_ms=?5", "client_id name redirect_uris digest at_ms", NULL },
	{ "client.dropped", "DELETE FROM login_client WHERE client_id=?1", "client_id", NULL },
	{ "identity.linked", "INSERT INTO identity(issuer, subject, person, at_ms) VALUES(?1, ?2, ?3, ?4)"
	  " ON CONFLICT(issuer, subject) DO UPDATE SET person=?3, at_ms=?4", "issuer subject person at_ms", NULL },

	/* cases */
	{ "case.received", "INSERT INTO case_open(id, case_no, item, pack, organ, region, applicant, applicant_name, channel, commitment, state,"
	  " level, received_ms, receipt_no, deemed, due_ms, provisional) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	  " ?14, 0, ?15, 0)", "id " CASE_COLUMNS " receipt_no due_ms", NULL },
	/* of before what a case began with was kept once */
	{ "case.received", "UPDATE case_open SET missing=?2 WHERE id=?1", "id missing", NULL, "!start" },
	{ "case.received", NEW_CASE_COUNT, "organ item region level", NULL },
	{ "case.received", NEW_CASE_DAY, "organ region received_ms", NULL },
	{ "case.received", "INSERT INTO case_data(id, secret_digest, applicant, form, remark, missing, start) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	  "id secret_digest applicant_data form remark missing start", NULL, "start" },
	{ "case.received", "INSERT INTO case_data(id, secret_digest, applicant, form, remark) VALUES(?1, ?2, ?3, ?4, ?5)",
	  "id secret_digest applicant_data form remark", NULL, "!start" },
	{ "case.received", "INSERT INTO case_number(case_no, id) VALUES(?1, ?2)", "case_no id", NULL },
	{ "case.received", "INSERT INTO case_person(person, id) SELECT ?1, ?2 WHERE ?1 > 0", "applicant id", NULL },
	{ "case.received", "INSERT INTO serial(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value=?2", "serial serial_value", NULL },
	{ "case.moved", "INSERT INTO instance(id, bytes) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET bytes=?2", "case instance", NULL },
	{ "case.moved", "DELETE FROM timer WHERE case_id=?2 AND kind='process' AND ref=?1", "ref case", "timers_over" },
	{ "case.moved", "INSERT INTO timer(due_ms, case_id, kind, ref) VALUES(?1, ?3, 'process', ?2)", "due_ms ref case", "timers_set" },
	{ "case.migrated", "UPDATE case_open SET pack=?2 WHERE id=?1", "case pack", NULL },
	{ "case.migrated", "UPDATE step_open SET name=?2, name_en=?3 WHERE id=?1", "step name name_en", "steps" },
	{ "case.milestone", "UPDATE case_open SET accepted_ms=coalesce(?2, accepted_ms), decided_ms=coalesce(?3, decided_ms),"
	  " delivered_ms=coalesce(?4, delivered_ms), deemed=greatest(deemed, ?5), result=coalesce(?6, result), receipt_no=coalesce(?7, receipt_no) WHERE id=?1",
	  "case accepted_ms decided_ms delivered_ms deemed result receipt_no", NULL },
	{ "case.milestone", "INSERT INTO serial(name, value) SELECT ?1, ?2 WHERE ?1 IS NOT NULL ON CONFLICT(name) DO UPDATE SET value=?2",
	  "serial serial_value", NULL },
	{ "case.state", CASE_COUNT("-1"), "case", NULL, "!same" },
	{ "case.state", "UPDATE case_open SET state=?2, level=?3, due_ms=?4, provisional=?5 WHERE id=?1", "case state level due_ms provisional", NULL },
	{ "case.state", CASE_COUNT("1"), "case", NULL, "!same" },
	{ "case.state", CASE_COUNT_TIDY, NULL, NULL, "!same" },
	{ "case.reopened", "UPDATE case_open SET decided_ms=NULL, delivered_ms=NULL, result=NULL WHERE id=?1", "case", NULL },
	{ "case.barred", "INSERT INTO case_barred(case_id, person) VALUES(?2, ?1) ON CONFLICT(case_id, person) DO NOTHING", "person case", "persons" },
	{ "case.missing", "UPDATE case_open SET missing=?2 WHERE id=?1", "case missing", NULL },
	{ "case.concluded", CASE_COUNT("-1"), "case", NULL },
	{ "case.concluded", CASE_COUNT_TIDY, NULL, NULL },
	{ "case.concluded", DAY_COUNT("0", "1", "?2"), "case concluded_ms", NULL },
	{ "case.concluded", "UPDATE case_open SET state=?2, result=coalesce(?3, result), concluded_ms=?4 WHERE id=?1", "case state result concluded_ms", NULL },
	{ "case.concluded", "INSERT INTO case_done SELECT * FROM case_open WHERE id=?1", "case", NULL },
	{ "case.concluded", "DELETE FROM case_open WHERE id=?1", "case", NULL },
	{ "case.concluded", "DELETE FROM instance WHERE id=?1", "case", NULL },
	{ "case.concluded", "DELETE FROM timer WHERE case_id=?1", "case", NULL },
	{ "case.note", NULL, NULL, NULL },
	{ "case.imported", "INSERT INTO case_number(case_no, id) VALUES(?1, ?2)", "case_no id", NULL },
	{ "case.imported", "INSERT INTO case_data(id, applicant, form, remark) VALUES(?1, ?2, ?3, ?4)", "id applicant_data form remark", NULL },
	{ "case.imported", "INSERT INTO case_open(id, case_no, item, pack, organ, applicant, applicant_name, channel, commitment, state, level, received_ms,"
	  " accepted_ms, deemed, due_ms, provisional) SELECT ?1, ?2, ?3, 0, ?4, 0, '', ?5, 0, ?6, ?7, ?8, ?8, 0, ?9, 0 WHERE ?10 IS NULL",
	  "id case_no item organ channel state level received_ms due_ms concluded_ms", NULL },
	{ "case.imported", CASE_COUNT("1"), "id", NULL },
	{ "case.imported", "INSERT INTO case_done(id, case_no, item, pack, organ, applicant, applicant_name, channel, commitment, state, level, received_ms,"
	  " accepted_ms, decided_ms, delivered_ms, concluded_ms, deemed, due_ms, provisional)"
	  " SELECT ?1, ?2, ?3, 0, ?4, 0, '', ?5, 0, ?6, ?7, ?8, ?8, ?10, ?10, ?10, 0, ?9, 0 WHERE ?10 IS NOT NULL",
	  "id case_no item organ channel state level received_ms due_ms concluded_ms", NULL },
	{ "case.imported", "INSERT INTO step_done(id, case_id, element, name, name_en, organ, opened_ms, closed_ms, state, action, opinion,"
	  " person, due_ms) VALUES(?1, ?7, ?2, ?3, ?3, ?8, ?4, ?4, 'done', ?5, ?6, ?9, ?10)",
	  "id element name at_ms action opinion id_case organ person step_due_ms", "steps" },

	/* steps */
	{ "step.opened", "INSERT INTO step_open(id, case_id, element, wait, name, name_en, organ, post, person, claimed, opened_ms, level, meant)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, ?12)", "step case element wait name name_en organ post person claimed opened_ms meant", NULL },
	{ "step.opened", NEW_STEP_COUNT, "post", NULL, "post" },
	{ "step.opened", NEW_HOLDING, "step opened_ms case post person why instead_of", NULL, "why" },
	{ "step.assigned", STEP_COUNT("-1"), "step", NULL },
	{ "step.assigned", "UPDATE step_open SET organ=?2, post=?3, person=?4, claimed=?5, meant=?6 WHERE id=?1", "step organ post person claimed meant", NULL },
	{ "step.assigned", STEP_COUNT("1"), "step", NULL },
	{ "step.assigned", STEP_COUNT_TIDY, NULL, NULL },
	{ "step.assigned", "UPDATE step_holding SET until_ms=?2 WHERE step=?1 AND until_ms IS NULL AND ?2 IS NOT NULL", "step at_ms", NULL },
	{ "step.assigned", NEW_HOLDING, "step at_ms case post person why instead_of", NULL, "why" },
	{ "step.signed", "UPDATE step_open SET signed=?2, signed_by=?3 WHERE id=?1", "step signed by", NULL },
	{ "step.level", STEP_COUNT("-1"), "step", NULL },
	{ "step.level", "UPDATE step_open SET level=?2 WHERE id=?1", "step level", NULL },
	{ "step.level", STEP_COUNT("1"), "step", NULL },
	{ "step.level", STEP_COUNT_TIDY, NULL, NULL },
	{ "step.closed", "INSERT INTO step_done(id, case_id, element, name, name_en, organ, post, person, signed_by, opened_ms, closed_ms, due_ms, state,"
	  " action, opinion, form) SELECT id, case_id, element, name, name_en, organ, post, coalesce(?2, person), signed_by, opened_ms, ?3, due_ms, ?4, ?5, ?6, ?7"
	  " FROM step_open WHERE id=?1", "step person closed_ms state action opinion form", NULL },
	{ "step.closed", STEP_COUNT("-1"), "step", NULL },
	{ "step.closed", STEP_COUNT_TIDY, NULL, NULL },
	{ "step.closed", "DELETE FROM step_open WHERE id=?1", "step", NULL },
	{ "step.closed", "UPDATE step_holding SET until_ms=?2 WHERE step=?1 AND until_ms IS NULL", "step closed_ms", NULL },

	/* clocks */
	{ "clock.started", "INSERT INTO clock(id, case_id, step, kind, amount, unit, ground, start_ms, ends, state, suspensions, extensions, due_ms,"
	  " provisional, raised) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, '[]', ?12, ?13, 0)",
	  "clock case step kind amount unit ground start_ms ends state suspensions due_ms provisional", NULL },
	{ "clock.started", "INSERT INTO timer(due_ms, case_id, kind, ref) VALUES(?1, ?3, ?2, ?4)" ONCE, "due_ms level case clock", "alarms" },
	{ "clock.started", "UPDATE step_open SET due_ms=?2 WHERE id=?1", "step due_ms", NULL },
	{ "clock.changed", "UPDATE clock SET state=?2, suspensions=?3, extensions=?4, due_ms=?5, provisional=?6 WHERE id=?1",
	  "clock state suspensions extensions due_ms provisional", NULL },
	{ "clock.changed", CLOCK_TIMERS_GO, "clock case", NULL },
	{ "clock.changed", "INSERT INTO timer(due_ms, case_id, kind, ref) VALUES(?1, ?3, ?2, ?4)" ONCE, "due_ms level case clock", "alarms" },
	{ "clock.changed", "UPDATE step_open SET due_ms=?2 WHERE id=?1", "step due_ms", NULL },
	{ "clock.stopped", "UPDATE clock SET state='stopped', stop_ms=?2, suspensions=?3 WHERE id=?1", "clock stop_ms suspensions", NULL },
	{ "clock.stopped", CLOCK_TIMERS_GO, "clock case", NULL },
	{ "timer.fired", "DELETE FROM timer WHERE due_ms=?1 AND case_id=?2 AND kind=?3 AND ref=?4", "due_ms case kind ref", NULL },
	{ "timer.fired", "INSERT INTO timer(due_ms, case_id, kind, ref) VALUES(?1, ?3, ?2, ?4)" ONCE, "due_ms level case ref", "next" },
	{ "timer.postponed", "DELETE FROM timer WHERE due_ms=?1 AND case_id=?2 AND kind=?3 AND ref=?4", "due_ms case kind ref", NULL },
	{ "timer.postponed", "INSERT INTO timer(due_ms, case_id, kind, ref) VALUES(?1, ?2, ?3, ?4)" ONCE, "until_ms case kind ref", NULL },
	{ "timer.postponed", "INSERT INTO timer(due_ms, case_id, kind, ref) VALUES(?1, ?3, ?2, ?4)" ONCE, "due_ms level case ref", "next" },

	/* what a room could not read; a stretch that begins where one began before takes its place */
	{ "record.passed", "INSERT INTO record_gap(room, from_seq, to_seq, why, at_ms) VALUES(?1, ?2, ?3, ?4, ?5)"
	  " ON CONFLICT(room, from_seq) DO UPDATE SET to_seq=?3, why=?4, at_ms=?5, again_ms=NULL", "room from_seq to_seq why at_ms", NULL },
	{ "record.readable", "UPDATE record_gap SET again_ms=?3 WHERE room=?1 AND from_seq=?2", "room from_seq at_ms", NULL },

	/* who is away */
	{ "absence.noted", "INSERT INTO absence(id, person, kind, from_ms, until_ms, whereabouts, state, noted_by, noted_ms)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, 'planned', ?7, ?8)", "absence person kind from_ms until_ms whereabouts noted_by noted_ms", NULL },
	{ "absence.noted", "INSERT INTO timer(due_ms, case_id, kind, ref) SELECT ?1, 0, 'absence-from', ?2 WHERE ?1>?3", "from_ms absence noted_ms", NULL },
	{ "absence.noted", "INSERT INTO timer(due_ms, case_id, kind, ref) SELECT ?1, 0, 'absence-until', ?2 WHERE ?1 IS NOT NULL", "until_ms absence", NULL },
	{ "absence.began", "UPDATE absence SET state='away', began_ms=?2 WHERE id=?1", "absence at_ms", NULL },
	{ "absence.began", "UPDATE person SET away=(SELECT count(*) FROM absence WHERE person=?1 AND state='away') WHERE id=?1", "person", NULL },
	{ "absence.changed", "UPDATE absence SET until_ms=?2, whereabouts=?3 WHERE id=?1", "absence until_ms whereabouts", NULL },
	{ "absence.changed", "DELETE FROM timer WHERE case_id=0 AND kind='absence-until' AND ref=?1", "absence", NULL },
	{ "absence.changed", "INSERT INTO timer(due_ms, case_id, kind, ref) SELECT ?1, 0, 'absence-until', ?2 WHERE ?1 IS NOT NULL", "until_ms absence", NULL },
	{ "absence.ended", "UPDATE absence SET state=?2, ended_ms=?3 WHERE id=?1", "absence state at_ms", NULL },
	{ "absence.ended", "UPDATE person SET away=(SELECT count(*) FROM absence WHERE person=?1 AND state='away') WHERE id=?1", "person", NULL },
	{ "absence.ended", "DELETE FROM timer WHERE case_id=0 AND kind IN ('absence-from', 'absence-until') AND ref=?1", "absence", NULL },
	/* structure */
	{ "post.ended", "UPDATE post SET ended_ms=?2, a=NULL, b=NULL WHERE id=?1", "post at_ms", NULL },
	{ "post.ended", "UPDATE post_time SET until_ms=?2 WHERE post=?1 AND until_ms IS NULL", "post at_ms", NULL },
	{ "post.ended", "UPDATE post_holding SET until_ms=?2 WHERE post=?1 AND until_ms IS NULL", "post at_ms", NULL },
	{ "organ.ended", "UPDATE organ SET ended_ms=?2 WHERE id=?1", "organ at_ms", NULL },
	{ "organ.ended", "UPDATE organ_time SET until_ms=?2 WHERE organ=?1 AND until_ms IS NULL", "organ at_ms", NULL },
	{ "case.organ", CASE_COUNT("-1"), "case", NULL },
	{ "case.organ", "UPDATE case_open SET organ=?2 WHERE id=?1", "case organ", NULL },
	{ "case.organ", CASE_COUNT("1"), "case", NULL },
	{ "case.organ", CASE_COUNT_TIDY, NULL, NULL },
	{ "plan.put", "INSERT INTO plan(id, plan_no, title, reason, at_ms, lines, state, made_by, made_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, 'draft', ?7, ?8)"
	  " ON CONFLICT(id) DO UPDATE SET title=?3, reason=?4, at_ms=?5, lines=?6", "plan plan_no title reason at_ms lines by made_ms", NULL },
	{ "plan.put", "INSERT INTO serial(name, value) SELECT ?1, ?2 WHERE ?1 IS NOT NULL ON CONFLICT(name) DO UPDATE SET value=?2", "serial serial_value", NULL },
	{ "plan.scheduled", "UPDATE plan SET state='scheduled' WHERE id=?1", "plan", NULL },
	{ "plan.scheduled", "INSERT INTO timer(due_ms, case_id, kind, ref) VALUES(?1, 0, 'plan', ?2)", "at_ms plan", NULL },
	{ "plan.settled", "UPDATE plan SET state=?2, settled_ms=?3, outcome=?4 WHERE id=?1", "plan state settled_ms outcome", NULL },
	{ "plan.settled", "DELETE FROM timer WHERE case_id=0 AND kind='plan' AND ref=?1", "plan", NULL },

	/* first contacts */
	{ "contact.taken", "INSERT INTO contact(id, contact_no, at_ms, channel, name, phone, question, organ, taken_by, holder, state, bounces, about_case)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, 'open', 0, ?10)", "contact contact_no at_ms channel name phone question organ person about_case", NULL },
	{ "hotline.ticket", NULL, NULL, NULL }, /* for those who supervise; the contact says the rest */
	{ "contact.taken", "INSERT INTO serial(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value=?2", "serial serial_value", NULL },
	{ "contact.taken", "INSERT INTO contact_time(contact, from_ms, person, why) VALUES(?1, ?2, ?3, 'taken')", "contact at_ms person", NULL },
	{ "contact.offered", "INSERT INTO contact_hand(id, contact, from_person, to_person, reason, at_ms, state) VALUES(?1, ?2, ?3, ?4, ?5, ?6, 'offered')",
	  "hand contact from_person to_person reason at_ms", NULL },
	{ "contact.settled", "UPDATE contact_hand SET state=?2, why=?3, settled_ms=?4 WHERE id=?1", "hand state why at_ms", NULL },
	{ "contact.settled", "UPDATE contact SET bounces=bounces+1 WHERE id=?1 AND ?2='declined'", "contact state", NULL },
	{ "contact.held", "UPDATE contact SET holder=?2, organ=coalesce(?3, organ) WHERE id=?1", "contact person organ", NULL },
	{ "contact.held", "UPDATE contact SET bounces=0 WHERE id=?1 AND ?2='went-up'", "contact why", NULL },
	{ "contact.held", "UPDATE contact_time SET until_ms=?2 WHERE contact=?1 AND until_ms IS NULL", "contact at_ms", NULL },
	{ "contact.held", "INSERT INTO contact_time(contact, from_ms, person, why) VALUES(?1, ?2, ?3, ?4)"
	  " ON CONFLICT(contact, from_ms) DO UPDATE SET person=?3, why=?4, until_ms=NULL", "contact at_ms person why", NULL },
	{ "contact.closed", "UPDATE contact SET state=?2, answer=?3, case_id=?4, closed_ms=?5 WHERE id=?1", "contact state answer case at_ms", NULL },
	{ "contact.closed", "UPDATE contact_time SET until_ms=?2 WHERE contact=?1 AND until_ms IS NULL", "contact at_ms", NULL },
	{ "contact.closed", "UPDATE contact_hand SET state='withdrawn', settled_ms=?2 WHERE contact=?1 AND state='offered'", "contact at_ms", NULL },

	/* certificates; who gives and takes them is the roster's */
	{ "certificate.put", "INSERT INTO certificate(id, person, kind, number, issuer, from_ms, until_ms, documents, by_person, at_ms)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT(id) DO UPDATE SET issuer=?5, from_ms=?6, until_ms=?7, documents=coalesce(?8, certificate.documents),"
	  " by_person=?9, at_ms=?10", "certificate person kind number issuer from_ms until_ms documents by at_ms", NULL },
	{ "certificate.halted", "INSERT INTO certificate_time(certificate, from_ms, until_ms, state, reason, by_person, at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
	  " ON CONFLICT(certificate, from_ms) DO UPDATE SET until_ms=?3, state=?4, reason=?5, by_person=?6, at_ms=?7",
	  "certificate from_ms until_ms state reason by at_ms", NULL },
	{ "certificate.restored", "UPDATE certificate_time SET until_ms=?2 WHERE certificate=?1 AND state='suspended' AND (until_ms IS NULL OR until_ms>?2)",
	  "certificate at_ms", NULL },

	/* promises */
	{ "promise.proposed", "INSERT INTO promise(id, item, version, amount, unit, statutory, reason, state, from_ms, proposed_by, proposed_ms)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 'proposed', ?8, ?9, ?10)", "promise item version amount unit statutory reason from_ms by at_ms", NULL },
	{ "promise.kept", "INSERT INTO promise(id, item, version, amount, unit, reason, state, from_ms, proposed_by, proposed_ms, signed_ms)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, 'signed', ?7, 0, ?8, ?8)", "promise item version amount unit reason from_ms at_ms", NULL },
	{ "promise.settled", "UPDATE promise SET state=?2, signed_by=?3, signed_ms=?4, why=?5, from_ms=coalesce(?6, from_ms) WHERE id=?1",
	  "promise state by at_ms why from_ms", NULL },
	{ "promise.settled", "UPDATE promise SET until_ms=?3 WHERE item=?1 AND id<>?2 AND state='signed' AND until_ms IS NULL AND ?4='signed'",
	  "item promise from_ms state", NULL },
	{ "promise.settled", "INSERT INTO timer(due_ms, case_id, kind, ref) SELECT ?1, 0, 'promise', ?2 WHERE ?3='signed' AND ?1>?4",
	  "from_ms promise state at_ms", NULL },
	{ "post.unattended", "UPDATE post SET unattended=1 WHERE id=?1", "post", NULL },
	{ "post.attended", "UPDATE post SET unattended=0 WHERE id=?1", "post", NULL },

	/* what a case collects */
	{ "document.added", "INSERT INTO document(id, case_id, person, digest, name, mime, size, kind, material, at_ms)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", "document case person digest name mime size kind material at_ms", NULL },
	{ "notice.sent", "INSERT INTO notice(id, person, case_id, at_ms, title, title_en, text, text_en, document)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", "notice person case at_ms title title_en text text_en document", NULL },
	{ "alert.raised", "INSERT INTO alert(id, alert_no, case_id, clock, step, level, rule_no, text, text_en, at_ms, due_ms, organ, person, state)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 'open')",
	  "alert alert_no case clock step level rule_no text text_en at_ms due_ms organ person", NULL },
	{ "alert.raised", "UPDATE clock SET raised=raised|?2 WHERE id=?1", "clock bit", NULL },
	{ "alert.raised", STEP_COUNT("-1"), "step", NULL },
	{ "alert.raised", "UPDATE step_open SET level=greatest(level, ?2) WHERE id=?1", "step level", NULL },
	{ "alert.raised", STEP_COUNT("1"), "step", NULL },
	{ "alert.raised", STEP_COUNT_TIDY, NULL, NULL },
	{ "alert.raised", "INSERT INTO serial(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value=?2", "serial serial_value", NULL },
	{ "alert.answered", "UPDATE alert SET state='answered', reason=?2, answered_by=?3, answered_ms=?4 WHERE id=?1", "alert reason by at_ms", NULL },
	{ "licence.issued", "INSERT INTO licence(id, number, case_id, item, name, name_en, holder, issued_on, valid_until, document)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", "licence number case item name name_en holder issued_on valid_until document", NULL },
	{ "licence.issued", "INSERT INTO serial(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value=?2", "serial serial_value", NULL },
	{ "licence.paper", "UPDATE licence SET document=?2 WHERE id=?1", "licence document", NULL },
	{ "rating.given", "INSERT INTO rating(case_id, grade, text, channel, at_ms) VALUES(?1, ?2, ?3, ?4, ?5)"
	  " ON CONFLICT(case_id) DO UPDATE SET grade=?2, text=?3, channel=?4, at_ms=?5", "case grade text channel at_ms", NULL },
	{ "decision.made", NULL, NULL, NULL },
};

enum { RULES_COUNT = sizeof rules / sizeof *rules, PARAMS_MAX = 24 };

/* Compound values are bound as text that must outlive the statement. */
struct bind_texts { struct buf bufs[PARAMS_MAX]; size_t used; };

static enum err bind(struct store_query *q, int at, const struct json *v, struct bind_texts *texts)
{
	if (!v || v->kind == JSON_NULL) {
		store_bind_null(q, at);
	} else if (v->kind == JSON_STRING) {
		store_bind_str(q, at, v->text);
	} else if (v->kind == JSON_BOOL) {
		store_bind_i64(q, at, v->boolean);
	} else if (v->kind == JSON_NUMBER) {
		int64_t n;
		if (!str_to_i64(v->text, &n))
			return ERR_INVALID;
		store_bind_i64(q, at, n);
	} else {
		struct buf *b = &texts->bufs[texts->used++];
		buf_init(b, JSON_BYTES_MAX);
		json_put_canonical(b, v);
		struct str s;
		TRY(buf_finish(b, &s));
		store_bind_str(q, at, s);
	}
	return OK;
}

static enum err run_rule(struct store_conn *c, const struct apply_rule *r, const struct json *inner, const struct json *outer)
{
	struct store_query *q;
	TRY(store_prepare(c, r->sql, &q));
	struct bind_texts texts = { .used = 0 };
	struct str rest = str_of(r->params);
	enum err e = OK;
	for (int at = 1; rest.ptr && e == OK; at++) {
		struct str name = str_cut(&rest, ' ');
		const struct json *v = inner ? json_get_str(inner, name) : NULL;
		e = bind(q, at, v ? v : json_get_str(outer, name), &texts);
	}
	if (e == OK)
		e = store_exec(q);
	for (size_t i = 0; i < texts.used; i++)
		buf_release(&texts.bufs[i]);
	return e;
}

static enum err run2(struct store_conn *c, const char *sql, int64_t id, struct str text)
{
	struct store_query *q;
	TRY(store_prepare(c, sql, &q));
	store_bind_i64(q, 1, id);
	store_bind_str(q, 2, text);
	return store_exec(q);
}

static enum err index_topics(struct store_conn *c, int64_t item, const struct json *topics)
{
	TRY(run2(c, "DELETE FROM item_topic WHERE item=?1 AND ?2 IS NULL", item, (struct str){ NULL, 0 }));
	for (size_t i = 0; topics && topics->kind == JSON_ARRAY && i < topics->count; i++)
		if (json_text(&topics->items[i]).len)
			TRY(run2(c, "INSERT INTO item_topic(item, topic) VALUES(?1, ?2) ON CONFLICT(item, topic) DO NOTHING", item, json_text(&topics->items[i])));
	return OK;
}

/* The words and topics that items are found by are derived from the item; they have no rows of their own in the event. */
static enum err index_item(struct store_conn *c, const struct json *data)
{
	struct arena a;
	arena_init(&a, 1 << 20);
	int64_t id = json_i64(json_get(data, "id"), 0);
	struct str organ = row_str(c, &a, "SELECT name FROM organ WHERE id=?1", json_i64(json_get(data, "organ"), 0));
	struct str all = arena_printf(&a, "%.*s %.*s %.*s %.*s", STR_ARG(json_text(json_get(data, "name"))),
	                              STR_ARG(json_text(json_get(data, "name_en"))), STR_ARG(json_text(json_get(data, "impl_code"))),
	                              STR_ARG(organ));
	enum err e = run2(c, "DELETE FROM item_search WHERE rowid=?1 AND ?2 IS NULL", id, (struct str){ NULL, 0 });
	if (e == OK)
		e = run2(c, "INSERT INTO item_search(rowid, words) VALUES(?1, ?2)", id, search_words(&a, all, false));
	if (e == OK)
		e = index_topics(c, id, json_get(json_get(data, "data"), "topics"));
	arena_release(&a);
	return e;
}

enum err search_refill(struct store_conn *c)
{
	struct store_query *q;
	struct arena a;
	struct id_list items;
	arena_init(&a, 64 << 20);
	enum err e = store_prepare(c, "SELECT id FROM item ORDER BY id", &q);
	if (e == OK)
		e = ids_of(q, &a, &items);
	for (size_t i = 0; e == OK && i < items.count; i++) {
		struct arena_mark mark = arena_save(&a);
		struct json_build o;
		int64_t id = items.ids[i];
		json_build_object(&o, &a);
		json_set_i64(&o, "id", id);
		json_set_i64(&o, "organ", row_i64(c, "SELECT organ FROM item WHERE id=?1", id, 0));
		json_set_str(&o, "name", row_str(c, &a, "SELECT name FROM item WHERE id=?1", id));
		json_set_str(&o, "name_en", row_str(c, &a, "SELECT name_en FROM item WHERE id=?1", id));
		json_set_str(&o, "impl_code", row_str(c, &a, "SELECT impl_code FROM item WHERE id=?1", id));
		json_set(&o, "data", parse(&a, row_str(c, &a, "SELECT data FROM item WHERE id=?1", id)));
		e = index_item(c, json_built(&o));
		arena_rewind(&a, mark);
	}
	arena_release(&a);
	return e;
}

static int by_kind(const void *x, const void *y)
{
	const struct apply_rule *a = *(const struct apply_rule *const *)x, *b = *(const struct apply_rule *const *)y;
	return strcmp(a->kind, b->kind);
}

/* Insertion keeps the order written within a kind: the kernel's rules first, then each room's. */
static void insert_rule(struct casework *cw, const struct apply_rule *r)
{
	size_t at = cw->rules_count++;
	for (; at && by_kind(&cw->rules[at - 1], &r) > 0; at--)
		cw->rules[at] = cw->rules[at - 1];
	cw->rules[at] = r;
}

static bool changes(const struct apply_rule *r, const char *table)
{
	static const char *const verbs[] = { "INSERT INTO ", "UPDATE ", "DELETE FROM " };
	if (!r->sql)
		return false;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		struct str rest = str_of(r->sql);
		if (!str_starts(rest, str_of(verbs[i])))
			continue;
		rest = str_sub(rest, strlen(verbs[i]), rest.len);
		size_t n = strlen(table);
		return str_starts(rest, str_of(table)) && (rest.len == n || rest.ptr[n] == ' ' || rest.ptr[n] == '(');
	}
	return false;
}

static uint8_t touched_by(const struct apply_rule *r)
{
	bool bars = changes(r, "recusal") || changes(r, "case_barred");
	bool levels = strcmp(r->kind, "alert.raised") == 0 || strcmp(r->kind, "step.level") == 0; /* a post has as many steps as before */
	return (uint8_t)((bars || changes(r, "case_open") || changes(r, "case_done") ? TOUCHES_CASE : 0) | (changes(r, "clock") ? TOUCHES_CLOCK : 0) |
	                 (changes(r, "setting") ? TOUCHES_SETTING : 0) | (changes(r, "step_done") ? TOUCHES_DONE : 0) |
	                 (changes(r, "case_data") ? TOUCHES_DATA : 0) | (changes(r, "board_post") && !levels ? TOUCHES_LOAD : 0) |
	                 (changes(r, "person") || changes(r, "post") || changes(r, "token") ? TOUCHES_OFFICE : 0));
}

enum err apply_index(struct casework *cw)
{
	size_t count = RULES_COUNT;
	for (size_t i = 0; i < cw->rooms_count; i++)
		count += cw->rooms[i]->rules_count;
	cw->rules = arena_new_n(&cw->calendar_arena, const struct apply_rule *, count);
	cw->rules_touch = arena_new_n(&cw->calendar_arena, uint8_t, count);
	if (!cw->rules || !cw->rules_touch)
		return ERR_NOMEM;
	for (size_t i = 0; i < RULES_COUNT; i++)
		insert_rule(cw, &rules[i]);
	for (size_t r = 0; r < cw->rooms_count; r++)
		for (size_t i = 0; i < cw->rooms[r]->rules_count; i++)
			insert_rule(cw, &cw->rooms[r]->rules[i]);
	for (size_t i = 0; i < count; i++)
		cw->rules_touch[i] = touched_by(cw->rules[i]);
	return OK;
}

/* The first rule of the kind, or of the kind behind it. */
static size_t first_rule(const struct casework *cw, struct str kind)
{
	size_t low = 0, high = cw->rules_count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (str_cmp(str_of(cw->rules[mid]->kind), kind) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

unsigned apply_touches(const struct casework *cw, struct str kind)
{
	unsigned touched = 0;
	for (size_t i = first_rule(cw, kind); i < cw->rules_count && str_eqz(kind, cw->rules[i]->kind); i++)
		touched |= cw->rules_touch[i];
	return touched;
}

static bool has(const struct json *data, struct str name)
{
	const struct json *v = json_get_str(data, name);
	return v && v->kind != JSON_NULL;
}

static bool rule_fits(const struct apply_rule *r, const struct json *data)
{
	struct str text = str_of(r->when);
	if (!r->when)
		return true;
	if (str_starts(text, S("!")))
		return !has(data, str_sub(text, 1, text.len));
	struct str name = str_cut(&text, '=');
	return text.ptr ? str_eq(json_text(json_get_str(data, name)), text) : has(data, name);
}

static enum err apply_rule(struct store_conn *c, const struct apply_rule *r, const struct json *data, struct diag *d)
{
	if (!r->sql || !rule_fits(r, data))
		return OK;
	const struct json *list = r->each ? json_get(data, r->each) : NULL;
	enum err e = r->each ? OK : run_rule(c, r, NULL, data);
	for (size_t k = 0; list && list->kind == JSON_ARRAY && k < list->count && e == OK; k++)
		e = run_rule(c, r, &list->items[k], data);
	return e == OK ? OK : diag_set(d, e, e == ERR_CONFLICT ? "record.conflict" : "record.apply",
	                               "The event %s could not be applied: %s.", r->kind, store_message(c));
}

enum err apply_event(const struct casework *cw, struct store_conn *c, struct str kind, const struct json *data, struct diag *d)
{
	size_t i = first_rule(cw, kind), first = i;
	for (; i < cw->rules_count && str_eqz(kind, cw->rules[i]->kind); i++)
		TRY(apply_rule(c, cw->rules[i], data, d));
	if (i == first)
		return diag_set(d, ERR_UNSUPPORTED, "record.unknown-event", "The record holds an event of an unknown kind: %.*s.", STR_ARG(kind));
	return str_eqz(kind, "item.put") ? index_item(c, data) : OK;
}
