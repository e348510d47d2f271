/* ids.c - where the next id comes from. All numbered rows of the record share one sequence: the next is behind the largest that stands in a
 * table. Where a table cannot be asked, for a page of it is damaged, it is behind the largest that can stand there.
 *
 * Every id that a command takes stands in one of the entries it writes, as a value of its own, and all values of a command lie in
 * its arena: a command, and so an entry, takes no more than IDS_AN_ENTRY of them. Hence no id in the entry s is larger than
 * s * IDS_AN_ENTRY. That holds for ids that were taken beyond a damaged table too, for they began at that very number: nothing needs to
 * be kept, and a restart, another process or a record restored up to a moment may do either.
 */
#include "casework/casework_int.h"

/* For good: a later one that were smaller would begin before ids that this one has given out. */
enum { IDS_AN_ENTRY = 1 << 21 };
_Static_assert(COMMAND_ARENA_MAX / sizeof(struct json) <= IDS_AN_ENTRY, "a command has room for more ids than an entry may take");

static const char *const ids[] = {
	"SELECT max(id) FROM region WHERE ?1=1", "SELECT max(id) FROM organ WHERE ?1=1", "SELECT max(id) FROM person WHERE ?1=1",
	"SELECT max(id) FROM post WHERE ?1=1", "SELECT max(id) FROM item WHERE ?1=1", "SELECT max(id) FROM pack WHERE ?1=1",
	"SELECT max(id) FROM calendar_source WHERE ?1=1", "SELECT max(id) FROM token WHERE ?1=1", "SELECT max(id) FROM case_data WHERE ?1=1",
	"SELECT max(id) FROM step_open WHERE ?1=1", "SELECT max(id) FROM step_done WHERE ?1=1", "SELECT max(id) FROM clock WHERE ?1=1",
	"SELECT max(id) FROM document WHERE ?1=1", "SELECT max(id) FROM notice WHERE ?1=1", "SELECT max(id) FROM alert WHERE ?1=1",
	"SELECT max(id) FROM licence WHERE ?1=1", "SELECT max(id) FROM post_function WHERE ?1=1",
	"SELECT max(id) FROM delegation WHERE ?1=1", "SELECT max(id) FROM interest WHERE ?1=1", "SELECT max(id) FROM challenge WHERE ?1=1",
	"SELECT max(id) FROM personal_look WHERE ?1=1",
	"SELECT max(id) FROM absence WHERE ?1=1",
	"SELECT max(id) FROM plan WHERE ?1=1", "SELECT max(id) FROM contact WHERE ?1=1", "SELECT max(id) FROM contact_hand WHERE ?1=1",
	"SELECT max(id) FROM promise WHERE ?1=1", "SELECT max(id) FROM certificate WHERE ?1=1",
};

static const char *id_question(const struct casework *cw, size_t i)
{
	size_t own = sizeof ids / sizeof *ids;
	if (i < own)
		return ids[i];
	i -= own;
	for (size_t r = 0; r < cw->rooms_count; i -= cw->rooms[r++]->ids_count)
		if (i < cw->rooms[r]->ids_count)
			return cw->rooms[r]->ids[i];
	return NULL;
}

/* One question for the largest id of all tables: asked at the start, and whenever somebody has written who left no note of it. */
enum err ids_prepare(struct casework *cw)
{
	struct buf b;
	struct str text;
	const char *question;
	buf_init_in(&b, &cw->calendar_arena, 64 << 10);
	for (size_t i = 0; (question = id_question(cw, i)); i++)
		buf_printf(&b, "%s(%s)", i ? ", " : "SELECT ", question);
	buf_byte(&b, '\0');
	TRY(buf_finish(&b, &text));
	cw->ids_sql = text.ptr;
	return OK;
}

static enum err ask(struct store_conn *c, const char *sql, int64_t *most)
{
	struct store_query *q;
	bool row;
	*most = 0;
	TRY(store_prepare(c, sql, &q));
	store_bind_i64(q, 1, 1);
	TRY(store_step(q, &row));
	for (int i = 0; row && i < store_col_count(q); i++)
		*most = store_col_i64(q, i) > *most ? store_col_i64(q, i) : *most;
	store_reset(q);
	return OK;
}

/* Numbers in JSON are exact up to 2^53 for those who read them as doubles: four thousand million entries. */
static enum err load_beyond(struct casework *cw)
{
	if (cw->last_seq >= (1ULL << 53) / IDS_AN_ENTRY)
		return ERR_CORRUPT;
	cw->next_id = (int64_t)(cw->last_seq * IDS_AN_ENTRY) + 1;
	return OK;
}

enum err ids_load(struct casework *cw, struct store_conn *c)
{
	int64_t most;
	if (atomic_load(&cw->ids_doubted))
		return load_beyond(cw);
	if (store_noted(c, &cw->next_id))
		return OK;
	TRY(ask(c, cw->ids_sql, &most));
	cw->next_id = most + 1;
	return OK;
}

void ids_doubt(struct casework *cw)
{
	atomic_store(&cw->ids_doubted, true);
}

/* ---- at the start ---- */

struct asking { const char *sql; int64_t most; };

static enum err read_most(void *arg, struct store_conn *c)
{
	struct asking *x = arg;
	return ask(c, x->sql, &x->most);
}

/* "SELECT max(id) FROM table WHERE ?1=1" */
static struct str table_of(const char *question)
{
	struct str rest = str_of(question), from = S(" FROM ");
	ptrdiff_t at = str_find(rest, from);
	base_assert(at >= 0);
	rest = str_sub(rest, (size_t)at + from.len, rest.len);
	return str_cut(&rest, ' ');
}

/* Who meets damage in a transaction loses it: the tables are asked here, so that no command need be refused to learn it. */
enum err ids_begin(struct casework *cw)
{
	struct asking x = { .sql = cw->ids_sql };
	enum err e = casework_read(cw, read_most, &x);
	if (e != ERR_CORRUPT)
		return e;
	ids_doubt(cw);
	for (size_t i = 0; (x.sql = id_question(cw, i)); i++) {
		e = casework_read(cw, read_most, &x);
		if (e == ERR_CORRUPT)
			fprintf(stderr, "banjie: the last rows of the table %.*s cannot be read, nor can it take more: new rows of others are numbered far beyond; "
			                "`banjie verify` names the place, docs/backup.md what to do\n", STR_ARG(table_of(x.sql)));
		else if (e != OK)
			return e;
	}
	return OK;
}
