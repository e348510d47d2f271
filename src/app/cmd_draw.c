/* cmd_draw.c - `banjie draw`: a draw made or checked by anyone, with nothing but the published files. */
#include <stdio.h>

#include "app/app.h"
#include "base/utf8.h"
#include "draw/draw.h"
#include "os/os.h"
#include "text/json.h"

enum { MEMORY_MAX = 512 << 20, FILE_MAX = 64 << 20, KEY_MAX = 1 << 16 };

static const char help[] =
	"usage: banjie draw --pool FILE --seeds FILE --count N [options]\n"
	"\n"
	"Publicly verifiable random selection (RFC 3797): draws N members of a published list by seeds\n"
	"that were unknown when it was published, and shows the whole computation.\n"
	"\n"
	"  --pool FILE     the list, one member a line; behind a tab a weight (0 = excluded), behind\n"
	"                  another the reason; lines that begin with # say nothing\n"
	"  --seeds FILE    the sources, one a line in the order announced: numbers such as 9319 or 2 5 12,\n"
	"                  or a hash as 0x...\n"
	"  --count N       how many are drawn\n"
	"  --hash NAME     md5 (default, as in RFC 3797) or sha256\n"
	"  --verify FILE   compares with what was announced: names, one a line, or a table as printed here;\n"
	"                  exits with 1 when they differ\n"
	"  --json          JSON instead of a table\n"
	"\n"
	"example: banjie draw --pool names.txt --seeds lottery.txt --count 10\n";

struct job {
	struct arena arena;
	const char *pool_file, *seeds_file, *count, *hash_name, *verify_file;
	bool json;
	struct draw_pool pool;
	struct str key, digest;
	enum draw_hash hash;
	struct draw_pick *picks;
	size_t picks_count;
};

static int read_option(struct job *j, int argc, char **argv, int *i)
{
	struct { const char *name; const char **value; } const options[] = {
		{ "--pool", &j->pool_file }, { "--seeds", &j->seeds_file }, { "--count", &j->count }, { "--hash", &j->hash_name },
		{ "--verify", &j->verify_file },
	};
	for (size_t o = 0; o < sizeof options / sizeof *options; o++) {
		const char *value = NULL;
		if (!app_option(argc, argv, i, options[o].name, &value))
			continue;
		if (!value)
			return app_refuse("draw", options[o].name, "a value is missing");
		*options[o].value = value;
		return APP_DONE;
	}
	if (!app_flag(argv, *i, "--json"))
		return app_refuse("draw", argv[*i], "no such option; see banjie draw --help");
	j->json = true;
	return APP_DONE;
}

static int read_options(struct job *j, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int status = read_option(j, argc, argv, &i);
		if (status != APP_DONE)
			return status;
	}
	if (!j->pool_file || !j->seeds_file || !j->count)
		return app_refuse("draw", !j->pool_file ? "--pool" : !j->seeds_file ? "--seeds" : "--count", "is needed; see banjie draw --help");
	if (j->hash_name && !draw_hash_parse(str_of(j->hash_name), &j->hash))
		return app_refuse("draw", "--hash", "\"%s\" is neither md5 nor sha256", j->hash_name);
	return APP_DONE;
}

static int read_file(struct job *j, const char *option, const char *path, struct str *out)
{
	struct diag d;
	diag_init(&d);
	enum err e = os_file_read(&j->arena, path, FILE_MAX, out, &d);
	if (e != OK)
		return app_report("draw", e, &d);
	return utf8_valid(*out) ? APP_DONE : app_refuse("draw", option, "%s is not UTF-8", path);
}

static int make(struct job *j)
{
	struct str list, seeds;
	struct buf key, form, digest;
	struct diag d;
	int64_t want;
	diag_init(&d);
	if (!str_to_i64(str_of(j->count), &want) || want < 1 || want > DRAW_PICKS_MAX)
		return app_refuse("draw", "--count", "\"%s\" is not a whole number from 1 to %d", j->count, DRAW_PICKS_MAX);
	int status = read_file(j, "--pool", j->pool_file, &list);
	if (status == APP_DONE)
		status = read_file(j, "--seeds", j->seeds_file, &seeds);
	if (status != APP_DONE)
		return status;
	buf_init_in(&key, &j->arena, KEY_MAX);
	buf_init_in(&form, &j->arena, FILE_MAX);
	buf_init_in(&digest, &j->arena, 128);
	enum err e = draw_pool_read(&j->arena, list, &j->pool, &d);
	if (e == OK)
		e = draw_key_read(seeds, &key, &d);
	if (e == OK)
		e = draw_run(&j->arena, j->hash, buf_str(&key), &j->pool, (uint32_t)want, &j->picks, &j->picks_count, &d);
	if (e != OK)
		return app_report("draw", e, &d);
	draw_pool_put(&j->pool, &form);
	draw_digest_put(buf_str(&form), &digest);
	j->key = buf_str(&key);
	j->digest = buf_str(&digest);
	return APP_DONE;
}

static struct str hex_of(struct job *j, const struct draw_pick *p)
{
	struct buf b;
	buf_init_in(&b, &j->arena, 128);
	buf_hex(&b, p->digest, draw_hash_size(j->hash));
	return buf_str(&b);
}

static void print_table(struct job *j)
{
	int width = (int)draw_hash_size(j->hash) * 2;
	printf("# pool: %zu members, %u places, SHA-256 %.*s\n# key: %.*s\n", j->pool.count, j->pool.places, STR_ARG(j->digest), STR_ARG(j->key));
	for (size_t i = 0; i < j->pool.count; i++)
		if (j->pool.members[i].weight != 1)
			printf("# %.*s: %u places%s%.*s\n", STR_ARG(j->pool.members[i].name), j->pool.members[i].weight,
			       j->pool.members[i].reason.len ? ", " : "", STR_ARG(j->pool.members[i].reason));
	printf(" index  %-*s  div  selected\n", width, draw_hash_name(j->hash));
	for (size_t i = 0; i < j->picks_count; i++) {
		const struct draw_pick *p = &j->picks[i];
		printf("%6u  %.*s  %u  -> %u %s %.*s\n", p->counter, STR_ARG(hex_of(j, p)), p->divisor, p->position, p->again ? "again" : "<-",
		       STR_ARG(j->pool.members[p->member].name));
	}
}

static void print_json(struct job *j)
{
	struct buf out;
	struct json_writer w;
	buf_init_in(&out, &j->arena, FILE_MAX);
	json_writer_init(&w, &out);
	json_object(&w);
	json_pair_i64(&w, "members", (int64_t)j->pool.count);
	json_pair_i64(&w, "places", j->pool.places);
	json_pair_str(&w, "pool_digest", j->digest);
	json_pair_str(&w, "key", j->key);
	json_pair_str(&w, "hash", str_of(draw_hash_name(j->hash)));
	json_key(&w, S("picks"));
	json_array(&w);
	for (size_t i = 0; i < j->picks_count; i++) {
		const struct draw_pick *p = &j->picks[i];
		json_object(&w);
		json_pair_i64(&w, "counter", p->counter);
		json_pair_str(&w, "digest", hex_of(j, p));
		json_pair_i64(&w, "divisor", p->divisor);
		json_pair_i64(&w, "position", p->position);
		json_pair_str(&w, "name", j->pool.members[p->member].name);
		json_pair_bool(&w, "again", p->again);
		json_end(&w);
	}
	json_end(&w);
	json_end(&w);
	printf("%.*s\n", STR_ARG(buf_str(&out)));
}

/* A line of a table names whom it selected behind "<-"; heads, comments and what was passed over name nobody. */
static bool announced(struct str line, struct str *name)
{
	ptrdiff_t arrow = str_find(line, S("<-"));
	bool table = str_find(line, S("->")) >= 0;
	*name = arrow >= 0 ? str_trim(str_sub(line, (size_t)arrow + 2, line.len)) : table ? S("") : line;
	bool head = str_starts(line, S("index")) || line.ptr[0] == '#';
	return name->len && !head;
}

static int verify(struct job *j)
{
	struct str text, name;
	size_t at = 0, same = 0;
	int status = read_file(j, "--verify", j->verify_file, &text);
	if (status != APP_DONE)
		return status;
	for (struct str rest = text; rest.ptr;) {
		struct str line = str_trim(str_cut(&rest, '\n'));
		if (!line.len || !announced(line, &name))
			continue;
		while (at < j->picks_count && j->picks[at].again)
			at++;
		struct str drawn = at < j->picks_count ? j->pool.members[j->picks[at++].member].name : S("nobody");
		if (!str_eq(name, drawn)) {
			fprintf(stderr, "banjie draw: number %zu: announced is %.*s, drawn is %.*s\n", same + 1, STR_ARG(name), STR_ARG(drawn));
			return APP_FAILED;
		}
		same++;
	}
	fprintf(stderr, "%zu announced, each is the one drawn\n", same);
	return same ? APP_DONE : app_refuse("draw", "--verify", "%s names nobody", j->verify_file);
}

int app_cmd_draw(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (app_flag(argv, i, "--help")) {
			fputs(help, stdout);
			return APP_DONE;
		}
	}
	struct job j = { .hash = DRAW_MD5 };
	arena_init(&j.arena, MEMORY_MAX);
	int status = read_options(&j, argc, argv);
	if (status == APP_DONE)
		status = make(&j);
	if (status == APP_DONE)
		j.json ? print_json(&j) : print_table(&j);
	if (status == APP_DONE && j.verify_file)
		status = verify(&j);
	arena_release(&j.arena);
	return status;
}
