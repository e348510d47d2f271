/* cmd_verify.c - `banjie verify` and `banjie rebuild --check`: the record proved, for the auditor.
 *
 * Not a repair: nothing is changed. What does not fit is named and the exit status is 1.
 */
#include <stdio.h>

#include "app/app.h"
#include "casework/casework.h"
#include "redress/redress.h"

struct asked { const char *db, *bundle; bool json, check, rows, help; };

static int read_options(const char *name, int argc, char **argv, struct asked *o)
{
	const char *value;
	*o = (struct asked){ .db = "banjie.db" };
	for (int i = 1; i < argc; i++) {
		if (app_flag(argv, i, "--help"))
			o->help = true;
		else if (app_flag(argv, i, "--json"))
			o->json = true;
		else if (app_flag(argv, i, "--check"))
			o->check = true;
		else if (app_flag(argv, i, "--rows"))
			o->rows = true;
		else if (app_option(argc, argv, &i, "--bundle", &value))
			o->bundle = value ? value : "";
		else if (!app_option(argc, argv, &i, "--db", &value))
			return app_refuse(name, argv[i], "there is no such option; --help lists them");
		else if (!value)
			return app_refuse(name, "--db", "needs a file");
		else
			o->db = value;
	}
	return APP_DONE;
}

static void put_papers(struct json_writer *w, const struct casework_paper *p)
{
	json_key(w, S("papers"));
	json_array(w);
	for (; p; p = p->next) {
		json_object(w);
		json_pair_str(w, "case_no", p->case_no);
		json_pair_i64(w, "document", p->document);
		json_pair_str(w, "name", p->name);
		json_pair_str(w, "number", p->number);
		json_end(w);
	}
	json_end(w);
}

static void say_papers(const struct casework_paper *p)
{
	if (p)
		puts("these papers lack the number of their licence, which the program that wrote them left out; each is issued anew by\n"
		     "POST /api/v1/cases/{case_no}/operations/reissue (docs/operations.md):");
	for (; p; p = p->next)
		printf("  case %.*s: document %lld, %.*s, without %.*s\n", STR_ARG(p->case_no), (long long)p->document, STR_ARG(p->name), STR_ARG(p->number));
}

/* `papers`: that lack a number; NULL: none, or they were not looked at. */
static void say(const struct asked *o, const char *what, const char *unit, uint64_t count, enum err e, const struct casework_paper *papers, const struct diag *d)
{
	enum { SAID_MAX = 64 << 20 }; /* papers may be many */
	struct buf b;
	buf_init(&b, SAID_MAX);
	if (o->json) {
		struct json_writer w;
		json_writer_init(&w, &b);
		json_object(&w);
		json_pair_bool(&w, "ok", e == OK);
		json_pair_i64(&w, unit, (int64_t)count);
		if (e != OK) {
			json_pair_str(&w, "code", str_of(d->code));
			json_pair_str(&w, "detail", str_of(d->text));
		}
		if (papers)
			put_papers(&w, papers);
		json_end(&w);
		printf("%.*s\n", STR_ARG(buf_str(&b)));
	} else if (e == OK) {
		printf("%s: %llu %s, %s\n", what, (unsigned long long)count, unit, papers ? "all as recorded" : "nothing amiss");
		say_papers(papers);
	} else {
		diag_print(d, &b);
		printf("%s: %s, after %llu %s\n  %.*s\n", what, e == ERR_CORRUPT ? "NOT as recorded" : "could not be proved", (unsigned long long)count, unit,
		       STR_ARG(buf_str(&b)));
	}
	buf_release(&b);
}

typedef enum err (*proof_fn)(struct casework *cw, casework_progress p, void *arg, uint64_t *count, struct diag *d);

static int prove(const char *name, const struct asked *o, proof_fn proof, bool look_at_papers, const char *what, const char *unit)
{
	struct arena a;
	struct diag d;
	struct casework *cw = NULL;
	struct app_meter m = app_meter(what, false, false);
	uint64_t count = 0;
	const struct casework_paper *papers = NULL;
	arena_init(&a, 64 << 20);
	diag_init(&d);
	enum err e = app_open(o->db, true, &a, &cw, &d);
	int status = e == OK ? APP_DONE : app_report(name, e, &d);
	if (e == OK) {
		e = proof(cw, app_meter_show, &m, &count, &d);
		app_meter_end(&m);
		if (e == OK && look_at_papers)
			e = casework_papers(cw, &a, &papers, &d);
		say(o, what, unit, count, e, papers, &d);
		status = e == OK ? APP_DONE : APP_FAILED;
	}
	casework_close(cw);
	arena_release(&a);
	return status;
}

/* A row that is not what the record gives is seen by making it anew, and in no cheaper way: several times the rest. */
static enum err verify_rows(struct casework *cw, casework_progress p, void *arg, uint64_t *entries, struct diag *d)
{
	uint64_t rows;
	TRY(casework_verify(cw, p, arg, entries, d));
	return casework_rebuild_check(cw, p, arg, &rows, d);
}

static void say_bundle(const struct asked *o, const struct redress_bundle_proof *p, enum err e, const struct diag *d)
{
	if (o->json) {
		say(o, "the bundle", "entries", e == OK ? p->entries : 0, e, NULL, d);
	} else if (e == OK) {
		printf("the bundle about case %.*s: %llu entries, each proved among the first %llu of the record\n"
		       "root %.*s\n", STR_ARG(p->case_no), (unsigned long long)p->entries, (unsigned long long)p->size, STR_ARG(p->root));
	} else {
		printf("the bundle does NOT hold: %s\n", d->text);
	}
}

/* Without any database: the file alone. */
static int verify_bundle(const char *name, const struct asked *o)
{
	enum { BUNDLE_MAX = 64 << 20 };
	struct arena a;
	struct diag d;
	struct str text;
	struct redress_bundle_proof p = { .entries = 0 };
	if (!o->bundle[0])
		return app_refuse(name, "--bundle", "needs a file");
	arena_init(&a, 8u * BUNDLE_MAX);
	diag_init(&d);
	enum err e = os_file_read(&a, o->bundle, BUNDLE_MAX, &text, &d);
	int status = e == OK ? APP_DONE : app_report(name, e, &d);
	if (e == OK) {
		e = redress_bundle_verify(&a, text, &p, &d);
		say_bundle(o, &p, e, &d);
		status = e == OK ? APP_DONE : APP_FAILED;
	}
	arena_release(&a);
	return status;
}

int app_cmd_verify(int argc, char **argv)
{
	struct asked o;
	int status = read_options(argv[0], argc, argv, &o);
	if (status != APP_DONE)
		return status;
	if (o.help) {
		puts("usage: banjie verify [--db FILE] [--rows] [--json]\n"
		     "       banjie verify --bundle FILE [--json]\n\n"
		     "Checks the whole record: every entry's hash, the chain, no gap, the bytes of every document\n"
		     "against their digest, and that the pages of the file hold together. With --rows also what is derived from the\n"
		     "record: every row is made anew from it and compared, so that a single byte changed anywhere is named with its\n"
		     "table, row and column; that takes some four times as long, and beyond 64 MiB room for all rows in the folder for\n"
		     "temporary files (SQLITE_TMPDIR, else TMPDIR, else /var/tmp). With --bundle: a file of\n"
		     "evidence by itself, without any database: every entry's digest and hash, and the proof that it stands in the record with the root that is printed.\n"
		     "Papers that lack the number of their licence, which a program of 29 and 30 November 2026 left out, are named; they are as recorded.\n"
		     "Changes nothing. Exit status 0: all as recorded; 1: not, and where.");
		return APP_DONE;
	}
	if (o.bundle)
		return verify_bundle(argv[0], &o);
	if (o.rows)
		return prove(argv[0], &o, verify_rows, true, "the record and its rows", "entries");
	return prove(argv[0], &o, casework_verify, true, "the record", "entries");
}

int app_cmd_rebuild(int argc, char **argv)
{
	struct asked o;
	int status = read_options(argv[0], argc, argv, &o);
	if (status != APP_DONE)
		return status;
	if (o.help) {
		puts("usage: banjie rebuild --check [--db FILE] [--json]\n\n"
		     "Rebuilds every row from the record, beside the database, and compares table by table.\n"
		     "Changes nothing. Exit status 0: identical; 1: not, and which row.");
		return APP_DONE;
	}
	if (!o.check)
		return app_refuse(argv[0], NULL, "say --check: the rows are compared with the record, never overwritten");
	return prove(argv[0], &o, casework_rebuild_check, false, "the rows", "rows");
}
