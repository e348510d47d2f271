/* cmd_serve.c - `banjie serve`: the whole system in one process. */
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <unistd.h>

#include "app/app.h"
#include "calendar/calendar.h"
#include "casework/casework.h"
#include "courier/courier.h"
#include "os/os.h"
#include "store/store.h"
#include "vault/vault.h"
#include "watch/watch.h"
#include "web/rooms.h"
#include "web/web.h"

enum { MEMORY_MAX = 1 << 20 };

static const char help[] =
	"usage: banjie serve [options]\n"
	"\n"
	"Serves the pages and the API, and fires what falls due. Ends on SIGTERM, SIGINT or SIGHUP, after\n"
	"answering what is under way; before it serves, at once.\n"
	"\n"
	"  --db FILE             the database (default banjie.db; made when it is not there); also --store, and postgresql://…\n"
	"  --listen ADDR:PORT    where to listen (default 127.0.0.1:8080; port 0 takes a free one); not looked at where\n"
	"                        whoever starts it hands over a socket (banjie.socket of systemd: LISTEN_FDS)\n"
	"  --virtual-time WHEN   demonstration: time stands at this RFC 3339 instant until an administrator\n"
	"                        moves it (POST /api/v1/clock); every page says so\n"
	"  --threads N           threads that answer requests (default 2)\n"
	"  --https               behind a proxy that speaks TLS: cookies are Secure, HSTS is sent\n"
	"  --trusted-proxy       believe the last address of X-Forwarded-For\n"
	"  --log                 one line of JSON on stderr for every answer, without personal data; faults have one always\n"
	"  --read-from ADDRESS   a replica of the server's database: pages are read there as far as it shows nothing older than what is known here\n"
	"  --queue N             commands that may wait at once, past which one is told to come again (default 4096)\n"
	"  --backup-to DIR       make backups into this folder, as long as it runs; a full one weekly, increments in between\n"
	"  --backup-key FILE     the key of the office that encrypts them (banjie backup --new-key FILE makes one)\n"
	"  --backup-every TIME   30m, 1h, 2d (default 1h), or --backup-at HH:MM[,HH:MM…] of the office's day\n"
	"  --backup-keep N       how many full ones stay, with what follows them (default 4)\n"
	"  --dev                 read templates and static files anew at each request\n"
	"\n"
	"One line on stdout says where it serves, once it does. The password for the mail server of the setting `mail`\n"
	"comes from the environment, BANJIE_MAIL_PASSWORD.\n";

struct serving {
	const char *db, *listen, *when, *threads, *queue, *replica;
	bool https, trusted_proxy, dev, log;
	char address[OS_ADDRESS_MAX];
	int64_t port, threads_count, queue_max;
	int listener; /* handed over; 0: it listens itself */
	struct os_clock clock; /* virtual */
	struct arena arena;
	struct casework *casework;
	struct web *web;
	struct watch *watch;
	struct courier *courier;
	const char *backup_to, *backup_key, *backup_every, *backup_at, *backup_keep;
	struct vault_options backup;
	struct casework_options backup_open;
	struct vault *vault;
};

/* ---- options ---- */

static int read_options(struct serving *s, int argc, char **argv)
{
	const struct app_choice choices[] = {
		{ "--https", &s->https, NULL }, { "--trusted-proxy", &s->trusted_proxy, NULL }, { "--log", &s->log, NULL }, { "--dev", &s->dev, NULL },
		{ "--db", NULL, &s->db }, { "--listen", NULL, &s->listen }, { "--virtual-time", NULL, &s->when }, { "--threads", NULL, &s->threads },
		{ "--queue", NULL, &s->queue }, { "--read-from", NULL, &s->replica },
		{ "--backup-to", NULL, &s->backup_to }, { "--backup-key", NULL, &s->backup_key }, { "--backup-every", NULL, &s->backup_every },
		{ "--backup-at", NULL, &s->backup_at }, { "--backup-keep", NULL, &s->backup_keep },
	};
	return app_choices("serve", argc, argv, choices, sizeof choices / sizeof *choices);
}

/* "127.0.0.1:8080", "[::1]:8080" */
static int read_listen(struct serving *s)
{
	struct str text = str_of(s->listen ? s->listen : "127.0.0.1:8080");
	size_t colon = text.len;
	while (colon && text.ptr[colon - 1] != ':')
		colon--;
	struct str address = str_sub(text, 0, colon ? colon - 1 : 0), port = str_sub(text, colon, text.len);
	if (str_starts(address, S("[")) && str_ends(address, S("]")))
		address = str_sub(address, 1, address.len - 1);
	if (!address.len || address.len >= OS_ADDRESS_MAX || !str_to_i64(port, &s->port) || s->port < 0 || s->port > 65535)
		return app_refuse("serve", "--listen", "\"%.*s\" is no address and port such as 127.0.0.1:8080", STR_ARG(text));
	memcpy(s->address, address.ptr, address.len);
	s->address[address.len] = 0;
	return APP_DONE;
}

/* One that waits for us holds those who come while we begin: where it listens is what it says. */
static int take_socket(struct serving *s)
{
	struct diag d;
	int port = 0;
	diag_init(&d);
	enum err e = os_socket_handed(&s->listener, &d);
	if (e != OK)
		return app_report("serve", e, &d);
	if (s->listener && os_socket_address(s->listener, s->address, &port))
		s->port = port;
	return APP_DONE;
}

static int fill_backup(struct serving *s)
{
	bool any = s->backup_key || s->backup_every || s->backup_at || s->backup_keep;
	if (!s->backup_to)
		return any ? app_refuse("serve", "--backup-to", "say into which folder") : APP_DONE;
	if (!s->backup_key)
		return app_refuse("serve", "--backup-key", "backups are encrypted: name the office's key; banjie backup --new-key FILE makes one");
	struct str every = str_of(s->backup_every ? s->backup_every : s->backup_at ? "" : "1h"), at = str_of(s->backup_at ? s->backup_at : "");
	if (!vault_schedule_read(every, at, &s->backup.schedule))
		return app_refuse("serve", s->backup_at ? "--backup-at" : "--backup-every", "say 30m, 1h or 2d, or times such as 02:30,14:00, not both");
	if (s->backup_keep && (!str_to_i64(str_of(s->backup_keep), &s->backup.keep) || s->backup.keep < 1))
		return app_refuse("serve", "--backup-keep", "\"%s\" is not a whole number from 1", s->backup_keep);
	s->backup.dir = s->backup_to;
	s->backup.key_path = s->backup_key;
	return APP_DONE;
}

static int fill_options(struct serving *s)
{
	int64_t ms = 0;
	int status = read_listen(s);
	if (status == APP_DONE)
		status = take_socket(s);
	if (status != APP_DONE)
		return status;
	s->threads_count = 2;
	if (s->threads && (!str_to_i64(str_of(s->threads), &s->threads_count) || s->threads_count < 2 || s->threads_count > 64))
		return app_refuse("serve", "--threads", "\"%s\" is not a whole number from 2 to 64", s->threads);
	if (s->queue && (!str_to_i64(str_of(s->queue), &s->queue_max) || s->queue_max < 1 || s->queue_max > 1000000))
		return app_refuse("serve", "--queue", "\"%s\" is not a whole number from 1 to 1000000", s->queue);
	if (s->when && !calendar_instant_parse(str_of(s->when), &ms))
		return app_refuse("serve", "--virtual-time", "\"%s\" is no instant such as 2026-03-31T12:00:00+08:00", s->when);
	if (s->when)
		os_clock_virtual(&s->clock, ms);
	return fill_backup(s);
}

/* ---- running ---- */

/* What was done may have set a limit that ends sooner than all others. */
static void heard(void *arg, const struct casework_event *e)
{
	struct serving *s = arg;
	(void)e;
	watch_nudge(s->watch);
	courier_nudge(s->courier);
}

static enum err start_backups(struct serving *s, const char *data, struct diag *d)
{
	s->backup_open = (struct casework_options){ .data_dir = data };
	WEB_ROOMS_INTO(s->backup_open);
	s->backup.casework = s->casework;
	s->backup.open = &s->backup_open;
	return vault_start(&s->backup, &s->vault, d);
}

static enum err open_casework(struct serving *s, const char *data, struct diag *d)
{
	struct casework_options o = { .clock = s->when ? &s->clock : NULL, .data_dir = data, .queue_max = (uint32_t)s->queue_max, .replica = s->replica };
	WEB_ROOMS_INTO(o);
	return casework_open(s->db ? s->db : "banjie.db", &o, &s->casework, d);
}

/* One write a line, so that lines of several threads do not mix. */
static void log_line(struct str line)
{
	(void)fwrite(line.ptr, 1, line.len, stderr);
}

/* Beside the database: the disk that will take the document anyway. A database on a server has none here. */
static const char *spool_dir(struct serving *s)
{
	struct str db = str_of(s->db ? s->db : "banjie.db"), temporary = os_env("TMPDIR");
	if (store_is_url(db.ptr))
		return temporary.len ? arena_z(&s->arena, temporary) : "/var/tmp";
	size_t end = db.len;
	while (end && db.ptr[end - 1] != '/')
		end--;
	return end ? arena_z(&s->arena, str_sub(db, 0, end)) : ".";
}

static enum err start(struct serving *s, const char *data, const char *pages, struct diag *d)
{
	TRY(open_casework(s, data, d));
	struct os_clock *clock = s->when ? &s->clock : NULL;
	struct web_options o = {
		.casework = s->casework, .address = s->address, .port = (int)s->port, .listener = s->listener, .threads = (int)s->threads_count, .https = s->https,
		.trusted_proxy = s->trusted_proxy, .dev = s->dev, .pages_dir = pages, .virtual_clock = clock,
		.log_line = log_line, .log_requests = s->log, .spool_dir = spool_dir(s),
	};
	TRY(web_start(&o, &s->web, d));
	struct watch_source source = watch_casework(s->casework);
	struct str password = os_env("BANJIE_MAIL_PASSWORD");
	struct courier_options co = { .casework = s->casework, .mail_password = password.len ? arena_z(&s->arena, password) : NULL };
	TRY(watch_start(&source, &s->watch));
	TRY(courier_new(&co, &s->courier, d));
	TRY(courier_start(s->courier));
	TRY(start_backups(s, data, d));
	return casework_listen(s->casework, "", heard, s);
}

/* The door first, for the rest may have to wait for the disk; then timers, so that nothing new begins; then what is under way is answered; then the
 * file is closed. */
static void stop(struct serving *s)
{
	if (s->casework)
		casework_rest(s->casework);
	web_rest(s->web);
	if (s->watch)
		casework_unlisten(s->casework, heard, s);
	vault_stop(s->vault);
	watch_stop(s->watch);
	courier_free(s->courier);
	web_stop(s->web);
	if (s->casework)
		casework_close(s->casework);
}

/* Whoever looked on may have gone, or his disk be full: the office is served all the same, and what nobody reads is no failure. */
static void say_now(void)
{
	if (fflush(stdout) == 0)
		return;
	__fpurge(stdout);
	clearerr(stdout);
}

static void say_ready(const struct serving *s)
{
	bool v6 = strchr(s->address, ':') != NULL;
	printf("banjie serves http://%s%s%s:%d/%s%s\n", v6 ? "[" : "", s->address, v6 ? "]" : "", web_port(s->web),
	       s->when ? " in demonstration time from " : "", s->when ? s->when : "");
	say_now();
}

/* ---- until somebody ends it ---- */

/* A thread of its own takes the signals. What is begun may wait for long: for the database's server, for a turn, for a page of the disk. Until it
 * serves nobody has been answered anything, and it ends at once, as if it had been killed. */
struct ending {
	const sigset_t *signals;
	struct os_thread *thread;
	struct os_mutex lock;
	struct os_cond heard;
	bool starting, asked;
};

static void *hear_end(void *arg)
{
	struct ending *x = arg;
	int signal_number;
	os_thread_name("end");
	(void)sigwait(x->signals, &signal_number);
	os_mutex_lock(&x->lock);
	if (x->starting) {
		puts("banjie has stopped before it served");
		say_now();
		_exit(APP_DONE);
	}
	x->asked = true;
	os_cond_signal(&x->heard);
	os_mutex_unlock(&x->lock);
	return NULL;
}

static enum err ending_begin(struct ending *x, const sigset_t *signals)
{
	*x = (struct ending){ .signals = signals, .starting = true };
	os_mutex_init(&x->lock);
	os_cond_init(&x->heard);
	return os_thread_start(&x->thread, hear_end, x);
}

static void start_is_over(struct ending *x)
{
	os_mutex_lock(&x->lock);
	x->starting = false;
	os_mutex_unlock(&x->lock);
}

/* Who is not served by this program any more is better served by none: whoever starts it anew is told what to install. */
static enum err wait_for_end(struct ending *x, struct casework *cw, struct diag *d)
{
	enum { LOOK_MS = 500 };
	os_mutex_lock(&x->lock);
	while (!x->asked && !casework_outgrown(cw))
		(void)os_cond_wait_ms(&x->heard, &x->lock, LOOK_MS);
	bool asked = x->asked;
	os_mutex_unlock(&x->lock);
	return asked ? OK : diag_set(d, ERR_UNSUPPORTED, "store.newer", "The database was brought to another schema than this program's while it was served:"
	                                " nothing more is written by this one. Install the program that did so.");
}

static void ending_end(struct ending *x)
{
	if (x->thread) {
		(void)kill(getpid(), SIGTERM); /* where nobody ended it: its thread waits for that */
		os_thread_join(x->thread);
	}
	os_cond_destroy(&x->heard);
	os_mutex_destroy(&x->lock);
}

static int serve(struct serving *s, const sigset_t *signals)
{
	struct diag d;
	struct ending ending;
	const char *data = app_data_dir(&s->arena), *pages = app_pages_dir(&s->arena);
	diag_init(&d);
	if (!data || !pages)
		return app_refuse("serve", NULL, "the program's %s are not where it looks for them; set BANJIE_DATA", data ? "pages" : "data");
	enum err e = ending_begin(&ending, signals);
	if (e == OK)
		e = start(s, data, pages, &d);
	start_is_over(&ending);
	if (e == OK) {
		say_ready(s);
		e = wait_for_end(&ending, s->casework, &d);
	}
	stop(s);
	ending_end(&ending);
	if (e != OK && (os_threads_lacked() || str_eqz(str_of(d.code), "http.no-threads"))) {
		diag_init(&d); /* whoever lacked one took it for something else */
		(void)diag_set(&d, ERR_BUSY, "serve.threads", "The server cannot start, for the system gives it too few threads (some thirty): look at TasksMax of its unit,"
		               " the limit of its user (ulimit -u) and of the container that it runs in.");
	}
	if (e != OK)
		(void)diag_set(&d, e, "serve.start", "The server cannot start (%s): is its memory limited, or the number of its threads?", err_name(e));
	if (e == OK) {
		puts("banjie has stopped: what was under way is answered and written");
		say_now();
	}
	return e == OK ? APP_DONE : app_report("serve", e, &d);
}

/* Before any thread starts: all inherit the mask, and only one takes them. A terminal that is closed ends us as gently as the others
 * do, but not where we were told to outlive it. */
static void take_signals(sigset_t *signals)
{
	struct sigaction hangup;
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
	if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
		sigaddset(signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

int app_cmd_serve(int argc, char **argv)
{
	sigset_t signals;
	for (int i = 1; i < argc; i++) {
		if (app_flag(argv, i, "--help")) {
			fputs(help, stdout);
			return APP_DONE;
		}
	}
	struct serving s = { 0 };
	arena_init(&s.arena, MEMORY_MAX);
	take_signals(&signals);
	int status = read_options(&s, argc, argv);
	if (status == APP_DONE)
		status = fill_options(&s);
	if (status == APP_DONE)
		status = serve(&s, &signals);
	arena_release(&s.arena);
	return status;
}
