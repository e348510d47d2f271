/* cmd_init.c - `banjie init`: an empty office with one administrator; `banjie token`: a token for a machine.
 *
 * Both write the record, so both want the database for themselves: while the server runs, an
 * administrator does the same on its pages or through the API.
 */
#include <stdio.h>

#include "app/app.h"
#include "calendar/calendar.h"
#include "casework/backup.h"
#include "http/password.h"
#include "os/os.h"
#include "store/store.h"
#include "text/json_make.h"
#include "web/rooms.h"

struct init_asked { const char *db, *login, *name, *organ_code, *organ; bool help; };

static int read_options(const char *command, int argc, char **argv, struct init_asked *o)
{
	struct { const char *name; const char **value; } const options[] = {
		{ "--db", &o->db }, { "--login", &o->login }, { "--name", &o->name }, { "--organ-code", &o->organ_code },
		{ "--organ", &o->organ },
	};
	for (int i = 1; i < argc; i++) {
		bool known = app_flag(argv, i, "--help");
		o->help = o->help || known;
		for (size_t k = 0; k < sizeof options / sizeof *options && !known; k++) {
			known = app_option(argc, argv, &i, options[k].name, options[k].value);
			if (known && !*options[k].value)
				return app_refuse(command, options[k].name, "needs a value");
		}
		if (!known)
			return app_refuse(command, argv[i], "there is no such option; --help lists them");
	}
	return APP_DONE;
}

static enum err not_empty(const char *db, struct diag *d)
{
	return diag_set(d, ERR_CONFLICT, "init.not-empty", "%s holds an office already. Name another one, or an empty one.", store_is_url(db) ? "This database" : db);
}

/* `empty`: it must hold no office yet, which is asked before anything of it is touched. */
static enum err open_for_writing(const char *db, bool empty, struct os_clock *clock, struct casework **cw, struct arena *a, struct diag *d)
{
	struct casework_options o = { .clock = clock, .inline_writer = true, .data_dir = app_data_dir(a) };
	WEB_ROOMS_INTO(o);
	if (!o.data_dir)
		return diag_set(d, ERR_NOT_FOUND, "app.no-data", "The program's data are not where it looks for them; set BANJIE_DATA.");
	bool office = false;
	if (empty)
		TRY(casework_has_office(db, &o, &office, d));
	return office ? not_empty(db, d) : casework_open(db, &o, cw, d);
}

struct run { struct casework *cw; struct arena *a; struct diag *d; struct casework_result r; };

static enum err carry_out(struct run *x, const char *name, const struct json_build *data)
{
	struct casework_command c = { .name = str_of(name), .actor = { .system = true }, .data = json_built(data) };
	enum err e = casework_do(x->cw, &c, x->a, &x->r);
	if (e != OK)
		*x->d = x->r.diag;
	return e;
}

/* `banjie demo` marks its cities; whether a record of others was ever served in demonstration time it does not say. */
static enum err read_demo(struct run *x, bool *demo)
{
	static const struct casework_actor system = { .system = true };
	const struct json *asked, *found = NULL;
	TRY(json_read(x->a, S("{\"name\":\"demo\"}"), &asked, x->d));
	enum err e = casework_view(x->cw, "setting", &system, asked, x->a, &found, NULL);
	*demo = e == OK && json_bool(json_get(found, "value"), false);
	return e == ERR_NOT_FOUND ? OK : e;
}

/* A record may be served in demonstration time: an entry dated by this machine would carry it on to today, for good. So in a city of
 * `banjie demo` the last entry's moment is the present one, and elsewhere where that lies further back than the kernel believes the machine's clock
 * at a start, ten days. */
static enum err keep_to_record(struct run *x, struct os_clock *clock)
{
	enum { SILENCE_MS = 10 * 86400000 };
	static const struct casework_actor system = { .system = true };
	const struct json *none, *head;
	int64_t last_ms;
	bool demo;
	TRY(json_read(x->a, S("{}"), &none, x->d));
	TRY(casework_view(x->cw, "ledger.head", &system, none, x->a, &head, x->d));
	TRY(read_demo(x, &demo));
	struct str at = json_text(json_get(head, "at"));
	if (!calendar_instant_parse(at, &last_ms) || os_now_ms(clock) - last_ms <= (demo ? 0 : SILENCE_MS))
		return OK;
	fprintf(stderr, "The record's last entry is of %.*s: the token is dated by it, not by this machine's clock.\n", STR_ARG(at));
	os_clock_set(clock, last_ms);
	return OK;
}

/* Twenty letters that nobody confuses: about 98 bits. */
static struct str make_password(struct arena *a)
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
	uint8_t r[20];
	char s[20];
	os_random(os_entropy_real(), r, sizeof r);
	for (size_t i = 0; i < sizeof s; i++)
		s[i] = letters[r[i] % (sizeof letters - 1)];
	return arena_str(a, str_span(s, sizeof s));
}

struct admin { struct run *x; const struct init_asked *o; struct str hash; };

static enum err put_admin(void *arg)
{
	const struct admin *admin = arg;
	const struct init_asked *o = admin->o;
	struct run *x = admin->x;
	struct json_build organ, person, post;
	if (casework_is_office(x->cw)) /* somebody else may have begun one meanwhile */
		return not_empty(o->db, x->d);
	json_build_object(&organ, x->a);
	json_set_str(&organ, "code", str_of(o->organ_code));
	json_set_str(&organ, "name", str_of(o->organ));
	TRY(carry_out(x, "organ.put", &organ));
	json_build_object(&person, x->a);
	json_set_str(&person, "login", str_of(o->login));
	json_set_str(&person, "name", str_of(o->name));
	json_set_str(&person, "password_hash", admin->hash);
	TRY(carry_out(x, "person.put", &person));
	json_build_object(&post, x->a);
	json_set_str(&post, "code", S("admin"));
	json_set_str(&post, "organ", str_of(o->organ_code));
	json_set_str(&post, "role", S("admin"));
	json_set_str(&post, "name", S("系统管理岗"));
	json_set_str(&post, "name_en", S("Administration"));
	json_set_str(&post, "a", str_of(o->login));
	return carry_out(x, "post.put", &post);
}

/* All of it or nothing: an office whose administrator is missing lets nobody in, and none would be made of it any more. */
static enum err begin_office(struct run *x, const struct init_asked *o, struct str hash)
{
	struct admin admin = { x, o, hash };
	enum err e = casework_together(x->cw, put_admin, &admin);
	return e == OK ? OK : diag_set(x->d, e, "init.not-written", "The office could not be written. Is the disk full? Then make room and say it again.");
}

int app_cmd_init(int argc, char **argv)
{
	struct init_asked o = { .db = "banjie.db", .login = "admin", .name = "管理员", .organ_code = "000000000000000000", .organ = "信息中心" };
	struct arena a;
	struct diag d;
	struct run x = { .a = &a, .d = &d };
	char hash[HTTP_PASSWORD_HASH_MAX];
	int status = read_options(argv[0], argc, argv, &o);
	if (status != APP_DONE)
		return status;
	if (o.help) {
		puts("usage: banjie init [--db FILE] [--login NAME] [--name NAME] [--organ NAME] [--organ-code CODE]\n\n"
		     "Makes an empty office with one administrator and prints the password, once. Then: banjie serve,\n"
		     "banjie pack add packs/*, banjie import items FILE. A database that holds an office is refused. Killed, it\n"
		     "leaves none: say it again.");
		return APP_DONE;
	}
	arena_init(&a, 16 << 20);
	diag_init(&d);
	struct str password = make_password(&a);
	enum err e = http_password_hash(password, false, hash);
	if (e == OK)
		e = open_for_writing(o.db, true, NULL, &x.cw, &a, &d);
	if (e == OK)
		e = begin_office(&x, &o, str_of(hash));
	casework_close(x.cw);
	status = e == OK ? APP_DONE : app_report(argv[0], e, &d);
	if (e == OK)
		printf("%s is ready. Administrator: %s, password: %.*s\n", store_is_url(o.db) ? "The database" : o.db, o.login, STR_ARG(password));
	arena_release(&a);
	return status;
}

int app_cmd_token(int argc, char **argv)
{
	struct init_asked o = { .db = "banjie.db", .name = "machine" };
	struct arena a;
	struct diag d;
	struct run x = { .a = &a, .d = &d };
	struct json_build data;
	struct os_clock clock;
	int status = read_options(argv[0], argc, argv, &o);
	if (status != APP_DONE)
		return status;
	if (o.help || !o.login) {
		puts("usage: banjie token --login LOGIN [--name NAME] [--db FILE]\n\n"
		     "Prints a new token with the powers of this person, once. While the server runs, make tokens on\n"
		     "its pages instead. Where the record's last entry lies more than ten days back (demonstration\n"
		     "time, a clock set wrongly), and always in a city of banjie demo, the token is dated by that entry.");
		return o.help ? APP_DONE : APP_REFUSED;
	}
	arena_init(&a, 16 << 20);
	diag_init(&d);
	os_clock_virtual(&clock, os_now_ms(os_clock_real()));
	json_build_object(&data, &a);
	json_set_str(&data, "login", str_of(o.login));
	json_set_str(&data, "name", str_of(o.name));
	enum err e = app_store_there(o.db) ? open_for_writing(o.db, false, &clock, &x.cw, &a, &d)
	                                  : diag_set(&d, ERR_NOT_FOUND, "store.no-file", "There is no database %s. Name it with --db.", o.db);
	if (e == OK)
		e = keep_to_record(&x, &clock);
	if (e == OK)
		e = carry_out(&x, "token.create", &data);
	if (e == OK)
		printf("%.*s\n", STR_ARG(json_text(json_get(x.r.data, "token"))));
	status = e == OK ? APP_DONE : app_report(argv[0], e, &d);
	casework_close(x.cw);
	arena_release(&a);
	return status;
}
