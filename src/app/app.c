/* app.c - what the commands share. */
#include "app/app.h"

#include <stdarg.h>
#include <stdio.h>

#include "http/i18n.h"
#include "os/os.h"
#include "store/store.h"

static const char *existing(struct arena *a, struct str folder, const char *between, const char *relative)
{
	if (!folder.ptr || !folder.len)
		return NULL;
	struct str path = arena_printf(a, "%.*s/%s%s", STR_ARG(folder), between, relative);
	return path.ptr && (os_file_exists(path.ptr) || os_dir_exists(path.ptr)) ? path.ptr : NULL;
}

const char *app_data_path(struct arena *a, const char *relative)
{
	static const char *const places[] = { "../", "../../", "../share/banjie/" };
	struct str root = os_env("BANJIE_DATA");
	if (root.ptr && root.len)
		return existing(a, root, "", relative);
	struct str dir = os_program_dir(a);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		const char *path = existing(a, dir, places[i], relative);
		if (path)
			return path;
	}
	return NULL;
}

enum err app_data_read(struct arena *a, const char *relative, size_t max, struct str *out, struct diag *d)
{
	const char *path = app_data_path(a, relative);
	if (!path)
		return diag_set(d, ERR_NOT_FOUND, "app.data-missing",
		                "%s is not where the program looks for its data; set BANJIE_DATA to the folder that holds it",
		                relative);
	return os_file_read(a, path, max, out, d);
}

const char *app_data_dir(struct arena *a)
{
	static const char known[] = "data/calendar/cn.csv";
	const char *path = app_data_path(a, known);
	return path ? arena_z(a, str_sub(str_of(path), 0, strlen(path) - sizeof known)) : NULL;
}

/* Pages are built into a folder beside the program, or installed with the other data. */
const char *app_pages_dir(struct arena *a)
{
	struct str beside = arena_printf(a, "%.*s/web", STR_ARG(os_program_dir(a)));
	struct str probe = arena_printf(a, "%.*s/static/main.css", STR_ARG(beside));
	if (probe.ptr && os_file_exists(probe.ptr))
		return beside.ptr;
	return app_data_path(a, "web");
}

static bool option_named(int argc, char **argv, int *i, const char *name, const char **value)
{
	size_t n = strlen(name);
	if (strncmp(argv[*i], name, n) != 0)
		return false;
	if (argv[*i][n] == '=') {
		*value = argv[*i] + n + 1;
		return true;
	}
	if (argv[*i][n] != 0)
		return false;
	*value = *i + 1 < argc ? argv[++*i] : NULL;
	return true;
}

bool app_option(int argc, char **argv, int *i, const char *name, const char **value)
{
	return option_named(argc, argv, i, name, value) || (strcmp(name, "--db") == 0 && option_named(argc, argv, i, "--store", value));
}

bool app_store_there(const char *store)
{
	return store_is_url(store) || os_file_exists(store);
}

bool app_flag(char **argv, int i, const char *name)
{
	return strcmp(argv[i], name) == 0;
}

/* Takes one choice at *i. False: it is another. */
static bool take_choice(const char *command, int argc, char **argv, int *i, const struct app_choice *c, int *status)
{
	const char *value = NULL;
	if (c->flag ? !app_flag(argv, *i, c->name) : !app_option(argc, argv, i, c->name, &value))
		return false;
	if (c->flag)
		*c->flag = true;
	else if (value && *value)
		*c->value = value;
	else /* also where a script's variable was empty: nobody means the file without a name */
		*status = app_refuse(command, c->name, "a value is missing");
	return true;
}

int app_choices(const char *command, int argc, char **argv, const struct app_choice *list, size_t count)
{
	int status = APP_DONE;
	for (int i = 1; i < argc && status == APP_DONE; i++) {
		size_t at = 0;
		while (at < count && !take_choice(command, argc, argv, &i, &list[at], &status))
			at++;
		if (at == count)
			return app_refuse(command, argv[i], "there is no such option; --help lists them");
	}
	return status;
}

int app_lang(const char *command, const char *option, bool *zh)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	if (option) {
		struct str s = str_of(option);
		*zh = str_starts(s, S("zh"));
		return *zh || str_starts(s, S("en")) ? APP_DONE : app_refuse(command, "--lang", "\"%s\" is neither zh nor en", option);
	}
	*zh = false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str v = os_env(names[i]);
		if (v.ptr && v.len) {
			*zh = str_starts(v, S("zh"));
			break;
		}
	}
	return APP_DONE;
}

int app_refuse(const char *command, const char *option, const char *fmt, ...)
{
	va_list ap;
	fprintf(stderr, "banjie %s: %s%s", command, option ? option : "", option ? ": " : "");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	return APP_REFUSED;
}

/* The catalogue's sentence for the code, filled in; false where it has none. */
static bool say_translated(const char *command, const struct diag *d, bool zh)
{
	struct arena a;
	struct http_i18n *words;
	struct str args[DIAG_ARGS_MAX];
	arena_init(&a, 8 << 20);
	const char *pages = app_pages_dir(&a);
	struct str dir = pages ? arena_printf(&a, "%s/locale", pages) : S(""), key = arena_printf(&a, "err.%s", d->code);
	bool said = false;
	for (int i = 0; i < d->args; i++)
		args[i] = str_of(d->arg[i]);
	if (dir.len && key.ptr && http_i18n_load(&a, dir.ptr, &words, NULL) == OK && http_i18n_get(words, zh ? HTTP_ZH : HTTP_EN, key).ptr) {
		struct str text = http_i18n_format(words, zh ? HTTP_ZH : HTTP_EN, key, args, (size_t)d->args, &a);
		fprintf(stderr, "banjie %s: %.*s\n", command, STR_ARG(text));
		said = true;
	}
	arena_release(&a);
	return said;
}

static void say_detail(const struct diag *d)
{
	struct buf b;
	buf_init(&b, 4096);
	diag_print(d, &b);
	fprintf(stderr, "  %.*s\n", STR_ARG(buf_str(&b)));
	buf_release(&b);
}

int app_report_in(const char *command, bool zh, enum err e, const struct diag *d)
{
	if (d->err == OK || !zh || !say_translated(command, d, zh))
		return app_report(command, e, d);
	if (!d->args) /* a sentence without values says neither which file nor why */
		say_detail(d);
	return err_is_refusal(e) ? APP_REFUSED : APP_FAILED;
}

int app_report(const char *command, enum err e, const struct diag *d)
{
	struct buf b;
	if (d->err == OK) {
		fprintf(stderr, "banjie %s: %s\n", command, e == ERR_NOMEM ? "out of memory" : err_name(e));
		return APP_FAILED;
	}
	buf_init(&b, 4096);
	diag_print(d, &b);
	fprintf(stderr, "banjie %s: %.*s\n", command, STR_ARG(buf_str(&b)));
	buf_release(&b);
	return err_is_refusal(e) ? APP_REFUSED : APP_FAILED;
}

/* ---- how far long work has come ---- */

struct app_meter app_meter(const char *what, bool zh, bool lines)
{
	struct app_meter m = { .what = what, .zh = zh, .terminal = os_tty(2), .lines = lines, .begun_us = os_monotonic_us() };
	m.line_us = m.begun_us;
	if (lines && !m.terminal)
		fprintf(stderr, "%s …\n", what);
	return m;
}

static void show_left(const struct app_meter *m, int64_t us, uint64_t done, uint64_t total)
{
	if (us > 1000000 && done)
		fprintf(stderr, m->zh ? "  剩余 %lld 秒 " : "  %llds left ", (long long)((int64_t)(total - done) * (us / 1000) / (int64_t)done / 1000));
}

void app_meter_show(void *meter, uint64_t done, uint64_t total)
{
	struct app_meter *m = meter;
	enum { BAR = 30 };
	int64_t now = os_monotonic_us();
	bool line = !m->terminal && m->lines && now - m->line_us >= APP_METER_LINE_US;
	if ((!m->terminal && !line) || !total)
		return;
	if (done > total)
		done = total;
	int filled = (int)(done * BAR / total);
	if (line)
		fprintf(stderr, "%s", m->what);
	else
		fprintf(stderr, "\r%s [%.*s%*s]", m->what, filled, "##############################", BAR - filled, "");
	fprintf(stderr, " %3llu %%", (unsigned long long)(done * 100 / total));
	show_left(m, now - m->begun_us, done, total);
	if (line)
		fputc('\n', stderr);
	m->line_us = now;
}

void app_meter_end(const struct app_meter *m)
{
	if (m->terminal)
		fprintf(stderr, "\r\033[K");
}
