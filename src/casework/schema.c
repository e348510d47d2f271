/* schema.c - the tables. Three families:
 *
 *   record    - the ledger: append-only, the truth
 *   rows      - rebuilt from the ledger (casework_rebuild_check compares them)
 *   workspace - drafts, sessions, answers to repeated commands: not part of the record
 *
 * Open things are hot and small, concluded ones cold and appended: rows move from *_open to
 * *_done once. Integer keys; text codes stand beside them under one index.
 */
#include "casework/casework_int.h"

static const char first_schema[] =
	/* record */
	"CREATE TABLE ledger(seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind TEXT NOT NULL,"
	" subject INTEGER NOT NULL, actor INTEGER NOT NULL, prev INTEGER NOT NULL,"
	" salt BLOB NOT NULL, payload TEXT, digest BLOB NOT NULL, hash BLOB NOT NULL);"
	"CREATE TABLE content(digest TEXT PRIMARY KEY, bytes BLOB NOT NULL);"
	/* rows: the office */
	"CREATE TABLE region(id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_en TEXT NOT NULL,"
	" level INTEGER NOT NULL, parent INTEGER);"
	"CREATE TABLE organ(id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_en TEXT NOT NULL,"
	" region INTEGER, nature TEXT, parent INTEGER, data TEXT);"
	"CREATE TABLE person(id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_en TEXT, staff INTEGER NOT NULL,"
	" password_hash TEXT, phone TEXT, id_type TEXT, id_no TEXT, email TEXT, address TEXT, enabled INTEGER NOT NULL);"
	"CREATE TABLE post(id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, organ INTEGER NOT NULL, role TEXT NOT NULL,"
	" name TEXT NOT NULL, name_en TEXT NOT NULL, a INTEGER, b INTEGER, data TEXT);"
	"CREATE INDEX post_a ON post(a); CREATE INDEX post_b ON post(b); CREATE INDEX post_role ON post(organ, role);"
	"CREATE TABLE item(id INTEGER PRIMARY KEY, impl_code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_en TEXT NOT NULL,"
	" organ INTEGER NOT NULL, region INTEGER, kind TEXT NOT NULL, audience TEXT, pack TEXT, instant INTEGER NOT NULL,"
	" online INTEGER NOT NULL, live INTEGER NOT NULL, version INTEGER NOT NULL, promised INTEGER, statutory INTEGER,"
	" unit TEXT, data TEXT NOT NULL);"
	"CREATE INDEX item_organ ON item(organ);"
	"CREATE VIRTUAL TABLE item_search USING fts5(words, tokenize='unicode61 remove_diacritics 2');"
	"CREATE TABLE pack(id INTEGER PRIMARY KEY, code TEXT NOT NULL, version INTEGER NOT NULL, digest TEXT NOT NULL,"
	" name TEXT NOT NULL, name_en TEXT NOT NULL, live INTEGER NOT NULL, UNIQUE(code, version));"
	"CREATE TABLE pack_file(pack INTEGER NOT NULL, path TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY(pack, path)) WITHOUT ROWID;"
	"CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE calendar_source(id INTEGER PRIMARY KEY, digest TEXT NOT NULL, name TEXT NOT NULL, at_ms INTEGER NOT NULL);"
	"CREATE TABLE token(id INTEGER PRIMARY KEY, person INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL UNIQUE,"
	" at_ms INTEGER NOT NULL, revoked_ms INTEGER);"
	"CREATE TABLE serial(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
	/* rows: cases */
	"CREATE TABLE case_open(id INTEGER PRIMARY KEY, case_no TEXT NOT NULL, item INTEGER NOT NULL, pack INTEGER NOT NULL,"
	" organ INTEGER NOT NULL, region INTEGER, applicant INTEGER, applicant_name TEXT, channel TEXT NOT NULL, commitment INTEGER NOT NULL,"
	" state TEXT NOT NULL, level INTEGER NOT NULL, received_ms INTEGER NOT NULL, accepted_ms INTEGER, decided_ms INTEGER,"
	" delivered_ms INTEGER, concluded_ms INTEGER, receipt_no TEXT, deemed INTEGER NOT NULL, result TEXT, due_ms INTEGER,"
	" provisional INTEGER NOT NULL, missing TEXT);"
	"CREATE TABLE case_done(id INTEGER PRIMARY KEY, case_no TEXT NOT NULL, item INTEGER NOT NULL, pack INTEGER NOT NULL,"
	" organ INTEGER NOT NULL, region INTEGER, applicant INTEGER, applicant_name TEXT, channel TEXT NOT NULL, commitment INTEGER NOT NULL,"
	" state TEXT NOT NULL, level INTEGER NOT NULL, received_ms INTEGER NOT NULL, accepted_ms INTEGER, decided_ms INTEGER,"
	" delivered_ms INTEGER, concluded_ms INTEGER, receipt_no TEXT, deemed INTEGER NOT NULL, result TEXT, due_ms INTEGER,"
	" provisional INTEGER NOT NULL, missing TEXT);"
	"CREATE VIEW case_any AS SELECT *, 1 AS is_open FROM case_open UNION ALL SELECT *, 0 FROM case_done;"
	"CREATE TABLE case_data(id INTEGER PRIMARY KEY, secret_digest TEXT, applicant TEXT NOT NULL, form TEXT NOT NULL, remark TEXT);"
	"CREATE TABLE case_number(case_no TEXT PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE case_person(person INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(person, id)) WITHOUT ROWID;"
	"CREATE TABLE case_last(id INTEGER PRIMARY KEY, seq INTEGER NOT NULL);"
	"CREATE TABLE instance(id INTEGER PRIMARY KEY, bytes TEXT NOT NULL);"
	"CREATE TABLE step_open(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, element TEXT NOT NULL, wait INTEGER NOT NULL,"
	" name TEXT NOT NULL, name_en TEXT NOT NULL, organ INTEGER, post INTEGER, person INTEGER, claimed INTEGER NOT NULL, opened_ms INTEGER NOT NULL,"
	" due_ms INTEGER, level INTEGER NOT NULL, signed TEXT, signed_by INTEGER);"
	"CREATE INDEX step_open_case ON step_open(case_id); CREATE INDEX step_open_post ON step_open(post);"
	"CREATE TABLE step_done(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, element TEXT NOT NULL, name TEXT NOT NULL, name_en TEXT NOT NULL,"
	" organ INTEGER, post INTEGER, person INTEGER, signed_by INTEGER, opened_ms INTEGER NOT NULL, closed_ms INTEGER NOT NULL, due_ms INTEGER,"
	" state TEXT NOT NULL, action TEXT, opinion TEXT, form TEXT);"
	"CREATE INDEX step_done_case ON step_done(case_id);"
	"CREATE TABLE clock(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, step INTEGER, kind TEXT NOT NULL, amount INTEGER NOT NULL,"
	" unit TEXT NOT NULL, ground TEXT NOT NULL, start_ms INTEGER NOT NULL, ends TEXT, state TEXT NOT NULL, suspensions TEXT NOT NULL,"
	" extensions TEXT NOT NULL, due_ms INTEGER NOT NULL, provisional INTEGER NOT NULL, raised INTEGER NOT NULL, stop_ms INTEGER);"
	"CREATE INDEX clock_case ON clock(case_id);"
	"CREATE TABLE timer(due_ms INTEGER NOT NULL, case_id INTEGER NOT NULL, kind TEXT NOT NULL, ref INTEGER NOT NULL,"
	" PRIMARY KEY(due_ms, case_id, kind, ref)) WITHOUT ROWID;"
	"CREATE INDEX timer_case ON timer(case_id, kind, ref);"
	"CREATE TABLE document(id INTEGER PRIMARY KEY, case_id INTEGER, person INTEGER, digest TEXT NOT NULL, name TEXT NOT NULL, mime TEXT NOT NULL,"
	" size INTEGER NOT NULL, kind TEXT NOT NULL, material TEXT, at_ms INTEGER NOT NULL);"
	"CREATE INDEX document_case ON document(case_id);"
	"CREATE TABLE notice(id INTEGER PRIMARY KEY, person INTEGER NOT NULL, case_id INTEGER, at_ms INTEGER NOT NULL, title TEXT NOT NULL, title_en TEXT NOT NULL,"
	" text TEXT NOT NULL, text_en TEXT NOT NULL, document INTEGER);"
	"CREATE INDEX notice_person ON notice(person, id);"
	"CREATE TABLE alert(id INTEGER PRIMARY KEY, alert_no TEXT NOT NULL UNIQUE, case_id INTEGER NOT NULL, clock INTEGER, step INTEGER, level INTEGER NOT NULL,"
	" rule_no TEXT NOT NULL, text TEXT NOT NULL, text_en TEXT NOT NULL, at_ms INTEGER NOT NULL, due_ms INTEGER, organ INTEGER, person INTEGER,"
	" state TEXT NOT NULL, reason TEXT, answered_by INTEGER, answered_ms INTEGER);"
	"CREATE INDEX alert_case ON alert(case_id);"
	"CREATE TABLE licence(id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, case_id INTEGER NOT NULL, item INTEGER NOT NULL, name TEXT NOT NULL,"
	" name_en TEXT NOT NULL, holder TEXT NOT NULL, issued_on TEXT NOT NULL, valid_until TEXT, document INTEGER);"
	"CREATE INDEX licence_case ON licence(case_id);"
	"CREATE TABLE rating(case_id INTEGER PRIMARY KEY, grade INTEGER NOT NULL, text TEXT, channel TEXT, at_ms INTEGER NOT NULL);"
	"CREATE TABLE decision(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, at_ms INTEGER NOT NULL, data TEXT NOT NULL);"
	"CREATE INDEX decision_case ON decision(case_id);"
	/* workspace */
	"CREATE TABLE draft(id INTEGER PRIMARY KEY, person INTEGER NOT NULL, item INTEGER NOT NULL, data TEXT NOT NULL, saved_ms INTEGER NOT NULL);"
	"CREATE INDEX draft_person ON draft(person);"
	"CREATE TABLE upload(id INTEGER PRIMARY KEY, person INTEGER NOT NULL, digest TEXT NOT NULL, name TEXT NOT NULL, mime TEXT NOT NULL,"
	" size INTEGER NOT NULL, material TEXT, draft INTEGER, at_ms INTEGER NOT NULL);"
	"CREATE TABLE notice_read(notice INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL);"
	"CREATE TABLE session(id TEXT PRIMARY KEY, data TEXT NOT NULL, expires_ms INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE answer(person INTEGER NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, at_ms INTEGER NOT NULL, data TEXT NOT NULL,"
	" PRIMARY KEY(person, key)) WITHOUT ROWID;";

/* Who answers for what, in time. A period is [from, until), until NULL = now. What has no period yet was decided before
 * periods were kept. */
static const char responsibility_schema[] =
	"ALTER TABLE person ADD COLUMN away INTEGER NOT NULL DEFAULT 0;" /* how many absences are under way */
	"ALTER TABLE organ ADD COLUMN ended_ms INTEGER;"
	"ALTER TABLE post ADD COLUMN ended_ms INTEGER;"
	"ALTER TABLE post ADD COLUMN unattended INTEGER NOT NULL DEFAULT 0;" /* A and B away, and said so */
	"ALTER TABLE step_open ADD COLUMN meant INTEGER;" /* given to this person, whatever the post says */
	"CREATE INDEX step_open_person ON step_open(person);"
	"CREATE TABLE step_holding(step INTEGER NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER, case_id INTEGER NOT NULL, post INTEGER,"
	" person INTEGER, why TEXT NOT NULL, instead_of INTEGER, PRIMARY KEY(step, from_ms)) WITHOUT ROWID;"
	"CREATE TABLE post_holding(post INTEGER NOT NULL, held TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER, person INTEGER NOT NULL,"
	" PRIMARY KEY(post, held, from_ms)) WITHOUT ROWID;"
	"CREATE INDEX post_holding_person ON post_holding(person);"
	"CREATE TABLE organ_time(organ INTEGER NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER, name TEXT NOT NULL, name_en TEXT, region INTEGER,"
	" parent INTEGER, PRIMARY KEY(organ, from_ms)) WITHOUT ROWID;"
	"CREATE TABLE post_time(post INTEGER NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER, organ INTEGER NOT NULL, role TEXT NOT NULL,"
	" name TEXT NOT NULL, name_en TEXT, data TEXT, PRIMARY KEY(post, from_ms)) WITHOUT ROWID;"
	"CREATE TABLE absence(id INTEGER PRIMARY KEY, person INTEGER NOT NULL, kind TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER,"
	" began_ms INTEGER, ended_ms INTEGER, whereabouts TEXT NOT NULL, state TEXT NOT NULL, noted_by INTEGER, noted_ms INTEGER NOT NULL);"
	"CREATE INDEX absence_person ON absence(person, state);";
static const char powers_schema[] =
	/* version 0 is the draft; a version copied from it is published and stays */
	"CREATE TABLE power(organ INTEGER NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL,"
	" name_en TEXT NOT NULL, item_kind TEXT NOT NULL, basis TEXT NOT NULL, functions TEXT NOT NULL, items TEXT NOT NULL,"
	" PRIMARY KEY(organ, kind, version, code));"
	"CREATE TABLE power_draft(organ INTEGER NOT NULL, kind TEXT NOT NULL, by_person INTEGER NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY(organ, kind));"
	"CREATE TABLE power_list(organ INTEGER NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL, drafted_by INTEGER NOT NULL,"
	" by_person INTEGER NOT NULL, at_ms INTEGER NOT NULL, live INTEGER NOT NULL, PRIMARY KEY(organ, kind, version));"
	"CREATE TABLE power_cover(organ INTEGER NOT NULL, function TEXT NOT NULL, item INTEGER NOT NULL, PRIMARY KEY(organ, function, item));"
	"CREATE TABLE post_function(id INTEGER PRIMARY KEY, post INTEGER NOT NULL, function TEXT NOT NULL, item INTEGER NOT NULL, from_ms INTEGER NOT NULL,"
	" until_ms INTEGER, by_person INTEGER NOT NULL, withdrawn_ms INTEGER);"
	"CREATE INDEX post_function_post ON post_function(post);"
	"CREATE TABLE delegation(id INTEGER PRIMARY KEY, organ INTEGER NOT NULL, from_post INTEGER NOT NULL, to_post INTEGER NOT NULL, functions TEXT NOT NULL,"
	" from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, reason TEXT NOT NULL, by_person INTEGER NOT NULL, at_ms INTEGER NOT NULL, revoked_ms INTEGER,"
	" revoked_by INTEGER, revoked_reason TEXT);"
	"CREATE INDEX delegation_from ON delegation(from_post); CREATE INDEX delegation_to ON delegation(to_post);"
	"CREATE TABLE interest(id INTEGER PRIMARY KEY, person INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, digest TEXT, subject INTEGER,"
	" at_ms INTEGER NOT NULL, ended_ms INTEGER);"
	"CREATE INDEX interest_person ON interest(person);"
	"CREATE TABLE recusal(case_id INTEGER NOT NULL, person INTEGER NOT NULL, reason TEXT NOT NULL, by_person INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
	" PRIMARY KEY(case_id, person));"
	"CREATE TABLE challenge(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, person INTEGER NOT NULL, reason TEXT NOT NULL, at_ms INTEGER NOT NULL,"
	" state TEXT NOT NULL, answer TEXT, decided_by INTEGER, decided_ms INTEGER);"
	"CREATE INDEX challenge_case ON challenge(case_id);"
	"CREATE TABLE glass(person INTEGER NOT NULL, case_id INTEGER NOT NULL, until_ms INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY(person, case_id));"
	"CREATE TABLE personal_look(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, person INTEGER NOT NULL, fields TEXT NOT NULL, reason TEXT NOT NULL,"
	" at_ms INTEGER NOT NULL);"
	"CREATE INDEX personal_look_case ON personal_look(case_id);";

/* Changes of structure planned for a date, first contacts, promised limits. */
static const char people_schema[] =
	"CREATE TABLE plan(id INTEGER PRIMARY KEY, plan_no TEXT NOT NULL UNIQUE, title TEXT NOT NULL, reason TEXT NOT NULL, at_ms INTEGER NOT NULL,"
	" lines TEXT NOT NULL, state TEXT NOT NULL, made_by INTEGER, made_ms INTEGER NOT NULL, settled_ms INTEGER, outcome TEXT);"
	"CREATE TABLE contact(id INTEGER PRIMARY KEY, contact_no TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL, channel TEXT NOT NULL, name TEXT NOT NULL,"
	" phone TEXT, question TEXT NOT NULL, organ INTEGER, taken_by INTEGER NOT NULL, holder INTEGER NOT NULL, state TEXT NOT NULL, bounces INTEGER NOT NULL,"
	" answer TEXT, case_id INTEGER, closed_ms INTEGER);"
	"CREATE INDEX contact_holder ON contact(holder, state);"
	"CREATE TABLE contact_hand(id INTEGER PRIMARY KEY, contact INTEGER NOT NULL, from_person INTEGER NOT NULL, to_person INTEGER NOT NULL, reason TEXT NOT NULL,"
	" at_ms INTEGER NOT NULL, state TEXT NOT NULL, why TEXT, settled_ms INTEGER);"
	"CREATE INDEX contact_hand_contact ON contact_hand(contact); CREATE INDEX contact_hand_to ON contact_hand(to_person, state);"
	"CREATE TABLE contact_time(contact INTEGER NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER, person INTEGER NOT NULL, why TEXT NOT NULL,"
	" PRIMARY KEY(contact, from_ms)) WITHOUT ROWID;"
	"CREATE TABLE promise(id INTEGER PRIMARY KEY, item INTEGER NOT NULL, version INTEGER NOT NULL, amount INTEGER NOT NULL, unit TEXT NOT NULL,"
	" statutory INTEGER, reason TEXT NOT NULL, state TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER, proposed_by INTEGER NOT NULL,"
	" proposed_ms INTEGER NOT NULL, signed_by INTEGER, signed_ms INTEGER, why TEXT);"
	"CREATE INDEX promise_item ON promise(item, from_ms);"
	/* workspace: the last look at what a plan would move */
	"CREATE TABLE plan_preview(plan INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, data TEXT NOT NULL);";
/* Whom a case is about and who is therefore kept out of it. */
static const char barred_schema[] =
	"CREATE TABLE case_barred(case_id INTEGER NOT NULL, person INTEGER NOT NULL, PRIMARY KEY(case_id, person)) WITHOUT ROWID;"
	"CREATE INDEX case_barred_person ON case_barred(person);";

static const char accounts_schema[] =
	/* workspace: secrets are no part of the record */
	"CREATE TABLE second_factor(person INTEGER PRIMARY KEY, secret TEXT NOT NULL, last_step INTEGER NOT NULL);"
	"CREATE TABLE recovery_code(digest TEXT NOT NULL, person INTEGER NOT NULL, PRIMARY KEY(person, digest));"
	"CREATE TABLE ticket(id TEXT PRIMARY KEY, data TEXT NOT NULL, expires_ms INTEGER NOT NULL);"
	"CREATE TABLE office_secret(name TEXT PRIMARY KEY, value TEXT NOT NULL);"
	/* rows */
	"CREATE TABLE login_client(client_id TEXT PRIMARY KEY, name TEXT NOT NULL, redirect_uris TEXT NOT NULL, digest TEXT NOT NULL, at_ms INTEGER NOT NULL);"
	"CREATE TABLE identity(issuer TEXT NOT NULL, subject TEXT NOT NULL, person INTEGER NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY(issuer, subject));";
/* Counts of the board, kept as cases and steps change; those that were there before are counted once. */
static const char board_schema[] =
	"CREATE TABLE board_count(organ INTEGER NOT NULL, item INTEGER NOT NULL, region INTEGER NOT NULL, level INTEGER NOT NULL, suspended INTEGER NOT NULL,"
	" n INTEGER NOT NULL, PRIMARY KEY(organ, item, region, level, suspended)) WITHOUT ROWID;"
	"CREATE TABLE board_post(post INTEGER NOT NULL, level INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(post, level)) WITHOUT ROWID;"
	"CREATE INDEX board_count_n ON board_count(n); CREATE INDEX board_post_n ON board_post(n);"
	"CREATE TABLE board_day(day INTEGER NOT NULL, organ INTEGER NOT NULL, region INTEGER NOT NULL, received INTEGER NOT NULL, concluded INTEGER NOT NULL,"
	" PRIMARY KEY(day, organ, region)) WITHOUT ROWID;"
	"INSERT INTO board_count(organ, item, region, level, suspended, n) SELECT organ, item, coalesce(region, 0), level,"
	" CASE WHEN state='suspended' THEN 1 ELSE 0 END, count(*) FROM case_open GROUP BY 1, 2, 3, 4, 5;"
	"INSERT INTO board_post(post, level, n) SELECT post, level, count(*) FROM step_open WHERE post>0 GROUP BY post, level;"
	"INSERT INTO board_day(day, organ, region, received, concluded) SELECT day, organ, region, sum(received), sum(concluded) FROM"
	" (SELECT (received_ms+28800000)/86400000 AS day, organ, coalesce(region, 0) AS region, 1 AS received, 0 AS concluded FROM case_any WHERE pack>0"
	" UNION ALL SELECT (concluded_ms+28800000)/86400000, organ, coalesce(region, 0), 0, 1 FROM case_done WHERE pack>0) AS days GROUP BY day, organ, region;";

/* The tree over the record (tree.c). What is counted changes with every step: an index on it was written as often; the rows to
 * tidy away are those that count nothing. */
static const char lean_schema[] =
	"CREATE TABLE ledger_tree(level INTEGER NOT NULL, n INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY(level, n)) WITHOUT ROWID;"
	"DROP INDEX board_count_n; DROP INDEX board_post_n;"
	"CREATE INDEX board_count_none ON board_count(organ) WHERE n=0; CREATE INDEX board_post_none ON board_post(post) WHERE n=0;";
/* The record's last entry when the bytes were kept: by it a backup finds what came since the last one. */
static const char kept_schema[] =
	"ALTER TABLE content ADD COLUMN kept_seq INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX content_kept ON content(kept_seq);";
/* What an item is filed under, out of its data. */
#define TOPICS "CREATE TABLE item_topic(item INTEGER NOT NULL, topic TEXT NOT NULL, PRIMARY KEY(item, topic)) WITHOUT ROWID;" \
	"CREATE INDEX item_topic_topic ON item_topic(topic);"
/* Who may enforce (执法证), in time. A certificate is good at a moment between from_ms and until_ms (the first moment it is not), outside
 * every stretch of certificate_time. */
static const char certificate_schema[] =
	"ALTER TABLE contact ADD COLUMN about_case INTEGER;"
	"CREATE TABLE certificate(id INTEGER PRIMARY KEY, person INTEGER NOT NULL, kind TEXT NOT NULL, number TEXT NOT NULL, issuer TEXT NOT NULL,"
	" from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, documents TEXT, by_person INTEGER, at_ms INTEGER NOT NULL, UNIQUE(kind, number));"
	"CREATE INDEX certificate_person ON certificate(person, kind);"
	"CREATE TABLE certificate_time(certificate INTEGER NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER, state TEXT NOT NULL, reason TEXT NOT NULL,"
	" by_person INTEGER, at_ms INTEGER NOT NULL, PRIMARY KEY(certificate, from_ms));";
/* Everything a person did, newest first, without reading the rest of the record; at_ms and kind stand in it so that a day's work and a filter
 * by kind need no row of the record itself. The system's own entries are left out: nobody asks for them by person. */
static const char audit_schema[] = "CREATE INDEX ledger_actor ON ledger(actor, seq, at_ms, kind) WHERE actor>0;";

/* A letter is nobody else's: under its document's number it stands where the last one stands, while an index over digests is written at
 * a place of its own for each. What a case began with is kept once and not again with every step (case_start.c). */
static const char once_schema[] =
	"CREATE TABLE letter(document INTEGER PRIMARY KEY, bytes BLOB NOT NULL, kept_seq INTEGER NOT NULL);"
	"CREATE INDEX letter_kept ON letter(kept_seq);"
	"ALTER TABLE case_data ADD COLUMN missing TEXT;"
	"ALTER TABLE case_data ADD COLUMN start TEXT;";

/* What is said over and over is pressed, in a file (store/sqlite_press.h). Nobody looks into these columns in a condition. */
static const char press_schema[] =
	"CREATE TABLE press_column(tab TEXT NOT NULL, col TEXT NOT NULL, PRIMARY KEY(tab, col)) WITHOUT ROWID;"
	"CREATE TABLE press_dictionary(n INTEGER PRIMARY KEY, id INTEGER NOT NULL, bytes BLOB NOT NULL, digest BLOB NOT NULL);"
	"INSERT INTO press_column(tab, col) VALUES('ledger', 'payload'), ('case_data', 'form'), ('case_data', 'missing'), ('case_data', 'start'),"
	" ('letter', 'bytes'), ('instance', 'bytes'), ('decision', 'data'), ('answer', 'data');"
	/* the office's own words: what it has put into packs, items and its structure */
	"CREATE VIEW press_words AS SELECT c.bytes AS text FROM pack_file f JOIN content c ON c.digest=f.digest UNION ALL SELECT data FROM item"
	" UNION ALL SELECT name FROM item UNION ALL SELECT name_en FROM item UNION ALL SELECT name FROM organ UNION ALL SELECT name_en FROM organ"
	" UNION ALL SELECT name FROM post UNION ALL SELECT name_en FROM post UNION ALL SELECT name FROM region UNION ALL SELECT name_en FROM region;";

static const struct store_migration migrations[] = {
	{ 1, "the main job", first_schema },
	{ 2, "packs that pause", "ALTER TABLE pack ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;" },
	{ 3, "responsibility in time", responsibility_schema },
	{ 4, "powers, delegations, interests", powers_schema },
	{ 5, "plans, first contacts, promises", people_schema },
	{ 6, "whom a case is about", barred_schema },
	{ 7, "other factors, other systems", accounts_schema },
	{ 8, "the board's counts", board_schema },
	{ 9, "when bytes were kept", kept_schema },
	{ 10, "topics of items", TOPICS "INSERT INTO item_topic(item, topic) SELECT DISTINCT i.id, t.value FROM item i, json_each(i.data, '$.topics') t"
	  " WHERE t.type='text' AND t.value<>'';", .pg = TOPICS },
	{ 11, "certificates, contacts about a case", certificate_schema },
	{ 12, "the record by person", audit_schema },
	{ TREE_SINCE, "the record's tree, leaner counts", lean_schema },
	{ ONCE_SINCE, "letters by their document, what a case began with", once_schema },
	{ 15, "attempts at guessing", "CREATE TABLE attempt(name TEXT PRIMARY KEY, full_ms INTEGER NOT NULL) WITHOUT ROWID;"
	  "CREATE INDEX attempt_full ON attempt(full_ms);" },
	{ 16, "texts are pressed", press_schema, .pg = "SELECT 1" },
	/* again_ms: when it could be read again; NULL = not yet */
	{ 17, "entries passed over", "CREATE TABLE record_gap(room TEXT NOT NULL, from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL, why TEXT NOT NULL,"
	  " at_ms INTEGER NOT NULL, again_ms INTEGER, PRIMARY KEY(room, from_seq));" },
	/* A program of before would take the missing ones for damage. */
	{ 18, "digests that follow from their payload are not kept", "SELECT 1" },
	/* Decisions are read from the case's entries, where the same words stand. A long setting lay in the tree that is searched by name, and was
	 * read by each search for another. */
	{ 19, "decisions are kept once, settings found at once", "DROP TABLE decision; DELETE FROM press_column WHERE tab='decision';"
	  "CREATE TABLE setting_named(name TEXT PRIMARY KEY, value TEXT NOT NULL); INSERT INTO setting_named(name, value) SELECT name, value FROM setting;"
	  "DROP TABLE setting; ALTER TABLE setting_named RENAME TO setting;", .pg = "DROP TABLE decision" },
};

const struct store_migration *casework_migrations(size_t *count)
{
	*count = sizeof migrations / sizeof *migrations;
	return migrations;
}

/* Rebuilt from the ledger: what casework_rebuild_check compares, with the order to compare in. */
static const struct casework_table tables[] = {
	{ "region", "id" }, { "organ", "id" }, { "person", "id" }, { "post", "id" }, { "item", "id" }, { "item_topic", "item, topic" },
	{ "pack", "id" }, { "pack_file", "pack, path" }, { "setting", "name" }, { "calendar_source", "id" },
	{ "token", "id" }, { "serial", "name" }, { "case_open", "id" }, { "case_done", "id" }, { "case_data", "id" },
	{ "case_number", "case_no" }, { "case_person", "person, id" }, { "case_last", "id" }, { "instance", "id" },
	{ "step_open", "id" }, { "step_done", "id" }, { "clock", "id" }, { "timer", "due_ms, case_id, kind, ref" },
	{ "document", "id" }, { "notice", "id" }, { "alert", "id" }, { "licence", "id" }, { "rating", "case_id" },
	{ "step_holding", "step, from_ms" }, { "post_holding", "post, held, from_ms" },
	{ "organ_time", "organ, from_ms" }, { "post_time", "post, from_ms" }, { "absence", "id" },
	{ "power", "organ, kind, version, code" }, { "power_draft", "organ, kind" }, { "power_list", "organ, kind, version" },
	{ "power_cover", "organ, function, item" }, { "post_function", "id" }, { "delegation", "id" }, { "interest", "id" },
	{ "recusal", "case_id, person" }, { "challenge", "id" }, { "glass", "person, case_id" }, { "personal_look", "id" }, { "login_client", "client_id" }, { "identity", "issuer, subject" },
	{ "plan", "id" }, { "contact", "id" }, { "contact_hand", "id" }, { "contact_time", "contact, from_ms" }, { "promise", "id" },
	{ "case_barred", "case_id, person" }, { "certificate", "id" }, { "certificate_time", "certificate, from_ms" },
	{ "board_count", "organ, item, region, level, suspended" }, { "board_post", "post, level" }, { "board_day", "day, organ, region" },
	{ "record_gap", "room, from_seq" },
};

const struct casework_table *casework_tables(size_t *count)
{
	*count = sizeof tables / sizeof *tables;
	return tables;
}
