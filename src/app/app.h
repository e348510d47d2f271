/* app.h - what the commands of `banjie` share: finding data, reading options, saying no.
 *
 * A command is `int app_cmd_NAME(int argc, char **argv)`, argv[0] its own name. It returns the
 * exit status: 0 done, 1 a fault or a failed check, 2 a refusal (bad option, bad input). Data goes
 * to stdout, talk to stderr.
 */
#ifndef APP_APP_H
#define APP_APP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

enum { APP_DONE = 0, APP_FAILED = 1, APP_REFUSED = 2 };

struct app_command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what; /* one line for --help */
};

/* Where a file that comes with the program lies, e.g. "data/calendar/cn.csv": below $BANJIE_DATA
 * when that is set, else below the source tree that holds the build folder, else below
 * ../share/banjie of the program. NULL when it is nowhere; NUL-terminated, in the arena. */
const char *app_data_path(struct arena *a, const char *relative);
/* The folder that holds data/ and packs/, and the one that holds the pages; NULL when they are nowhere. */
const char *app_data_dir(struct arena *a);
const char *app_pages_dir(struct arena *a);
/* Like app_data_path, read whole; ERR_NOT_FOUND names the file and BANJIE_DATA. */
BASE_MUST_USE enum err app_data_read(struct arena *a, const char *relative, size_t max, struct str *out, struct diag *d);

/* Is argv[*i] the option `name`, as "--name value" or "--name=value"? Then *value is set, *i moved
 * onto the value, and true returned; *value is NULL when the value is missing. "--store" is read wherever "--db" is:
 * a file, or postgresql://… */
bool app_option(int argc, char **argv, int *i, const char *name, const char **value);
/* Is the database there to be opened? A server's is asked when it is opened. */
bool app_store_there(const char *store);
/* Is argv[i] exactly `name`? */
bool app_flag(char **argv, int i, const char *name);

/* What a command takes: a flag, or an option with its value. Exactly one of the two is named. */
struct app_choice { const char *name; bool *flag; const char **value; };
/* Reads argv[1] and on. APP_DONE, or refused: what is none of them, and an option without its value. */
int app_choices(const char *command, int argc, char **argv, const struct app_choice *list, size_t count);

/* Chinese or English: the option's value ("zh", "en"), else LC_ALL, LC_MESSAGES, LANG; English where these say neither. option may be
 * NULL. APP_DONE, or refused: an option that is neither. */
int app_lang(const char *command, const char *option, bool *zh);

/* Prints "banjie COMMAND: OPTION: text" to stderr and returns APP_REFUSED. option may be NULL. */
int app_refuse(const char *command, const char *option, const char *fmt, ...) BASE_PRINTF(3, 4);
/* Prints the diag likewise; APP_REFUSED for a refusal, APP_FAILED for a fault. */
int app_report(const char *command, enum err e, const struct diag *d);

/* The same in the language asked for, where the catalogues have the code's sentence (err.CODE). */
int app_report_in(const char *command, bool zh, enum err e, const struct diag *d);

/* ---- how far long work has come, on stderr ---- */

/* On a terminal a bar in one line. Elsewhere nothing, for a timer sends by mail what a command says; with `lines` a line when the work
 * begins and one each APP_METER_LINE_US. */
enum { APP_METER_LINE_US = 10000000 };
struct app_meter { const char *what; bool zh, terminal, lines; int64_t begun_us, line_us; };
/* `what` is borrowed. */
struct app_meter app_meter(const char *what, bool zh, bool lines);
/* As a casework_progress, `meter` being a struct app_meter. */
void app_meter_show(void *meter, uint64_t done, uint64_t total);
/* The bar goes. */
void app_meter_end(const struct app_meter *m);

struct casework;
/* A database that is there (a file or an address), opened for a command that asks it, without a thread of its own; `reading`: not
 * to be changed. store.no-file, app.no-data, or what casework_open says. `*out` is the caller's to close. */
BASE_MUST_USE enum err app_open(const char *db, bool reading, struct arena *a, struct casework **out, struct diag *d);

/* The commands, one file each. */
int app_cmd_backup(int argc, char **argv);
int app_cmd_bpmn(int argc, char **argv);
int app_cmd_clock(int argc, char **argv);
int app_cmd_demo(int argc, char **argv);
int app_cmd_copy(int argc, char **argv);
int app_cmd_dmn(int argc, char **argv);
int app_cmd_draw(int argc, char **argv);
int app_cmd_feel(int argc, char **argv);
int app_cmd_gauge(int argc, char **argv);
int app_cmd_import(int argc, char **argv);
int app_cmd_init(int argc, char **argv);
int app_cmd_mine(int argc, char **argv);
int app_cmd_pack(int argc, char **argv);
int app_cmd_rebuild(int argc, char **argv);
int app_cmd_restore(int argc, char **argv);
int app_cmd_serve(int argc, char **argv);
int app_cmd_hall(int argc, char **argv);
int app_cmd_tally(int argc, char **argv);
int app_cmd_time(int argc, char **argv);
int app_cmd_token(int argc, char **argv);
int app_cmd_upgrade(int argc, char **argv);
int app_cmd_verify(int argc, char **argv);
int app_cmd_watch(int argc, char **argv);

#endif
