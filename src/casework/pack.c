/* pack.c - packs compiled from their files, once, and kept while cases run on them. */
#include "casework/casework_int.h"

enum { PACK_ARENA_MAX = 64 << 20, PACK_FILES_MAX = 200, PACK_BYTES_MAX = 8 << 20 };

/* ---- reading a folder ---- */

struct folder_read { struct arena *a; struct pack_file *files; size_t count, bytes; };

static enum err read_folder(struct folder_read *r, const char *folder, struct str prefix, int depth, struct diag *d)
{
	struct str *names;
	size_t n;
	if (depth > 4)
		return diag_set(d, ERR_LIMIT, "pack.too-deep", "The folder of the pack is nested too deeply.");
	TRY(os_dir_list(r->a, folder, &names, &n, d));
	for (size_t i = 0; i < n; i++) {
		struct str path = arena_printf(r->a, "%s/%.*s", folder, STR_ARG(names[i]));
		struct str name = arena_printf(r->a, "%.*s%.*s", STR_ARG(prefix), STR_ARG(names[i]));
		struct str bytes, *ignored;
		size_t inner;
		if (!path.ptr || !name.ptr)
			return ERR_NOMEM;
		if (os_dir_list(r->a, path.ptr, &ignored, &inner, NULL) == OK) {
			TRY(read_folder(r, path.ptr, arena_printf(r->a, "%.*s/", STR_ARG(name)), depth + 1, d));
			continue;
		}
		TRY(os_file_read(r->a, path.ptr, PACK_BYTES_MAX, &bytes, d));
		r->bytes += bytes.len;
		if (r->count == PACK_FILES_MAX || r->bytes > PACK_BYTES_MAX)
			return diag_set(d, ERR_LIMIT, "pack.too-large", "A pack has at most %d files and %d MiB.", PACK_FILES_MAX, PACK_BYTES_MAX >> 20);
		r->files[r->count++] = (struct pack_file){ name, bytes };
	}
	return OK;
}

enum err pack_files_read(const char *folder, struct arena *a, struct pack_file **out, size_t *count, struct diag *d)
{
	struct folder_read r = { .a = a, .files = arena_new_n(a, struct pack_file, PACK_FILES_MAX) };
	if (!r.files)
		return ERR_NOMEM;
	TRY(read_folder(&r, folder, S(""), 0, d));
	*out = r.files;
	*count = r.count;
	return OK;
}

/* ---- compiling ---- */

struct compiling {
	struct pack *p;
	const struct pack_file *files;
	size_t count;
	struct arena *fa;
	struct pack_finding *first, **last;
	bool failed;
};

static void finding(struct compiling *c, bool error, struct str place, struct str text)
{
	struct pack_finding *f = arena_new(c->fa, struct pack_finding);
	c->failed = c->failed || error;
	if (!f)
		return;
	*f = (struct pack_finding){ error, arena_str(c->fa, place), arena_str(c->fa, text), NULL };
	*c->last = f;
	c->last = &f->next;
}

static void finding_diag(struct compiling *c, struct str place, const struct diag *d)
{
	finding(c, true, place, arena_printf(c->fa, "%s%s", d->text[0] ? d->text : "cannot be read", ""));
	if (d->line && c->first) {
		struct pack_finding *f = c->first;
		while (f->next)
			f = f->next;
		f->place = arena_printf(c->fa, "%.*s:%d", STR_ARG(place), d->line);
	}
}

static struct str file_of(const struct compiling *c, struct str path)
{
	for (size_t i = 0; i < c->count; i++)
		if (str_eq(c->files[i].path, path))
			return c->files[i].bytes;
	return (struct str){ NULL, 0 };
}

/* Bytes of a file the pack names, copied into the pack; a finding when it is not there. */
static struct str wanted(struct compiling *c, struct str path)
{
	struct str bytes = file_of(c, path);
	if (!bytes.ptr)
		finding(c, true, path, S("pack.json names this file, but it is not in the pack."));
	return bytes.ptr ? arena_str(&c->p->arena, bytes) : bytes;
}

static void compile_process(struct compiling *c)
{
	struct str path = json_text(json_get(c->p->meta, "process"));
	struct bpmn_finding *list = NULL;
	struct diag d;
	diag_init(&d);
	struct str xml = wanted(c, path);
	if (!xml.ptr)
		return;
	enum err e = bpmn_model_read(&c->p->arena, xml, &c->p->process, &list, &d);
	for (struct bpmn_finding *f = list; f; f = f->next)
		finding(c, f->severity == BPMN_ERROR, arena_printf(c->fa, "%.*s:%d %.*s", STR_ARG(path), f->line, STR_ARG(f->element)), f->text);
	if (e != OK && !c->failed)
		finding_diag(c, path, &d);
}

static void compile_decision(struct compiling *c, struct str path)
{
	struct dmn_finding *list = NULL;
	struct diag d;
	diag_init(&d);
	struct dmn_model *m = NULL;
	struct str xml = wanted(c, path);
	if (!xml.ptr)
		return;
	enum err e = dmn_model_read(&c->p->arena, xml, NULL, NULL, &m, &list, &d);
	bool said = false;
	for (struct dmn_finding *f = list; f; f = f->next) {
		said = said || f->severity == DMN_ERROR;
		finding(c, f->severity == DMN_ERROR, arena_printf(c->fa, "%.*s:%d %.*s", STR_ARG(path), f->line, STR_ARG(f->element)), f->text);
	}
	if (e != OK && !said)
		finding_diag(c, path, &d);
	if (e != OK)
		return;
	if (dmn_model_check(m, c->fa, &list) == OK)
		for (struct dmn_finding *f = list; f; f = f->next)
			finding(c, f->severity == DMN_ERROR, arena_printf(c->fa, "%.*s:%d %.*s", STR_ARG(path), f->line, STR_ARG(f->element)), f->text);
	struct xml_node *tree;
	if (xml_read(&c->p->arena, xml, &tree, &d) != OK)
		finding_diag(c, path, &d);
	else
		c->p->decisions[c->p->decisions_count++] = (struct pack_decision){ m, tree, path };
}

static void compile_form(struct compiling *c, struct str key)
{
	struct str path = arena_printf(&c->p->arena, "forms/%.*s.json", STR_ARG(key));
	const struct json *schema;
	struct diag d;
	diag_init(&d);
	struct str text = wanted(c, path);
	if (!text.ptr)
		return;
	if (json_read(&c->p->arena, text, &schema, &d) != OK)
		finding_diag(c, path, &d);
	else if (!json_get(schema, "components"))
		finding(c, true, path, S("A form has a list of components."));
	else if (map_set(&c->p->forms, key, (void *)(uintptr_t)schema) != OK)
		c->failed = true;
}

static void compile_letter(struct compiling *c, struct str key)
{
	struct str path = arena_printf(&c->p->arena, "letters/%.*s.mustache", STR_ARG(key));
	struct mustache *t;
	struct diag d;
	diag_init(&d);
	struct str text = wanted(c, path);
	if (!text.ptr)
		return;
	if (mustache_compile(&c->p->arena, text, &t, &d) != OK) {
		finding_diag(c, path, &d);
		return;
	}
	c->p->letters[c->p->letters_count++] = (struct pack_letter){ key, t };
}

static void each_name(struct compiling *c, const char *list, void (*compile)(struct compiling *, struct str))
{
	const struct json *v = json_get(c->p->meta, list);
	for (size_t i = 0; v && v->kind == JSON_ARRAY && i < v->count; i++)
		compile(c, json_text(&v->items[i]));
}

static size_t count_of(const struct pack *p, const char *list)
{
	const struct json *v = json_get(p->meta, list);
	return v && v->kind == JSON_ARRAY ? v->count : 0;
}

static enum err read_meta(struct compiling *c)
{
	struct pack *p = c->p;
	struct diag d;
	diag_init(&d);
	struct str text = wanted(c, S("pack.json"));
	if (!text.ptr)
		return OK;
	if (json_read(&p->arena, text, &p->meta, &d) != OK) {
		finding_diag(c, S("pack.json"), &d);
		return OK;
	}
	p->code = json_text(json_get(p->meta, "code"));
	p->name = json_text(json_get(p->meta, "name"));
	p->name_en = json_text(json_get(p->meta, "name_en"));
	p->version = json_i64(json_get(p->meta, "version"), 0);
	if (!p->code.len || !p->name.len || p->version < 1)
		finding(c, true, S("pack.json"), S("A pack has a code, a name and a version of at least 1."));
	p->decisions = arena_new_n(&p->arena, struct pack_decision, count_of(p, "decisions"));
	p->letters = arena_new_n(&p->arena, struct pack_letter, count_of(p, "letters"));
	return p->decisions && p->letters ? OK : ERR_NOMEM;
}


static void found_in_process(void *arg, bool error, struct str place, struct str text)
{
	finding(arg, error, place, text);
}

enum err pack_compile(const struct pack_file *files, size_t count, struct arena *findings_arena,
                      struct pack **out, struct pack_finding **findings, struct diag *d)
{
	struct pack *p = heap_alloc(sizeof *p);
	if (!p)
		return ERR_NOMEM;
	arena_init(&p->arena, PACK_ARENA_MAX);
	map_init(&p->forms, &p->arena);
	struct compiling c = { .p = p, .files = files, .count = count, .fa = findings_arena };
	c.last = &c.first;
	enum err e = read_meta(&c);
	if (e == OK && !c.failed) {
		compile_process(&c);
		each_name(&c, "decisions", compile_decision);
		each_name(&c, "forms", compile_form);
		each_name(&c, "letters", compile_letter);
		if (p->process)
			pack_check_process(p, found_in_process, &c);
	}
	*findings = c.first;
	if (e == OK && c.failed)
		e = diag_set(d, ERR_INVALID, "pack.invalid", "The pack has errors: see the list of findings.");
	if (e != OK) {
		pack_free(p);
		return e;
	}
	*out = p;
	return OK;
}

void pack_free(struct pack *p)
{
	if (!p)
		return;
	arena_release(&p->arena);
	heap_free(p);
}

/* ---- kept ---- */

/* Its rows stood in the record's last entry of then, or in those of the act that had it compiled: what is durable goes beyond. Ids tell nothing: those
 * that stand nowhere are given out again. */
static bool is_sure(const struct casework *cw, const struct pack *p)
{
	return !p->unsure || atomic_load(&cw->told_seq) > p->unsure_seq;
}

/* A reader does not take the writer's word for what is not committed yet. */
static struct pack *kept(struct casework *cw, const struct store_conn *c, int64_t id)
{
	os_mutex_lock(&cw->lock);
	struct pack *p = cw->packs;
	while (p && (p->id != id || (!store_writes(c) && !is_sure(cw, p))))
		p = p->next;
	os_mutex_unlock(&cw->lock);
	return p;
}

void packs_doubt(struct casework *cw)
{
	os_mutex_lock(&cw->lock);
	for (struct pack **at = &cw->packs; *at;) {
		struct pack *p = *at;
		if (is_sure(cw, p)) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		p->next = cw->packs_undone;
		cw->packs_undone = p;
	}
	os_mutex_unlock(&cw->lock);
}

void packs_release(struct casework *cw)
{
	struct pack *const lists[] = { cw->packs, cw->packs_undone };
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		for (struct pack *p = lists[i], *next; p; p = next) {
			next = p->next;
			pack_free(p);
		}
}

enum err pack_files_load(struct store_conn *c, struct arena *a, int64_t id, struct pack_file **out, size_t *count)
{
	struct store_query *q;
	bool row;
	struct pack_file *files = arena_new_n(a, struct pack_file, PACK_FILES_MAX);
	if (!files)
		return ERR_NOMEM;
	*count = 0;
	TRY(store_prepare(c, "SELECT f.path, c.bytes FROM pack_file f JOIN content c ON c.digest=f.digest WHERE f.pack=?1 ORDER BY f.path", &q));
	store_bind_i64(q, 1, id);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row || *count == PACK_FILES_MAX)
			break;
		files[*count].path = store_col_copy(q, 0, a);
		files[(*count)++].bytes = store_col_copy(q, 1, a);
	}
	*out = files;
	return OK;
}

static enum err files_digest(struct arena *a, const struct pack_file *files, size_t count, uint8_t out[LEDGER_HASH])
{
	struct buf b;
	struct str all;
	uint8_t digest[LEDGER_HASH];
	buf_init_in(&b, a, PACK_ARENA_MAX);
	for (size_t i = 0; i < count; i++) {
		ledger_digest(files[i].bytes, digest);
		buf_hex(&b, digest, sizeof digest);
		buf_put(&b, files[i].path);
		buf_byte(&b, '\n');
	}
	TRY(buf_finish(&b, &all));
	ledger_digest(all, out);
	return OK;
}

/* One that was undone, of the same files: who is refused again and again does not have it compiled each time. */
static struct pack *take_undone(struct casework *cw, int64_t id, const uint8_t files[LEDGER_HASH])
{
	os_mutex_lock(&cw->lock);
	struct pack **at = &cw->packs_undone;
	while (*at && ((*at)->id != id || memcmp((*at)->files, files, LEDGER_HASH) != 0))
		at = &(*at)->next;
	struct pack *p = *at;
	if (p)
		*at = p->next;
	os_mutex_unlock(&cw->lock);
	return p;
}

static enum err compile_stored(struct casework *cw, struct store_conn *c, struct arena *a, int64_t id, struct pack **out, struct diag *d)
{
	struct pack_file *files;
	struct pack_finding *findings;
	size_t count;
	uint8_t digest[LEDGER_HASH];
	TRY(pack_files_load(c, a, id, &files, &count));
	if (count == 0)
		return diag_set(d, ERR_NOT_FOUND, "pack.unknown", "The procedure of this case is not in the system.");
	TRY(files_digest(a, files, count, digest));
	*out = take_undone(cw, id, digest);
	if (*out)
		return OK;
	TRY(pack_compile(files, count, a, out, &findings, d));
	(*out)->id = id;
	memcpy((*out)->files, digest, LEDGER_HASH);
	return OK;
}

enum err pack_of(struct casework *cw, struct store_conn *c, int64_t id, const struct pack **out, struct diag *d)
{
	struct pack *p = kept(cw, c, id);
	if (p) {
		*out = p;
		return OK;
	}
	struct arena a;
	arena_init(&a, PACK_ARENA_MAX);
	enum err e = compile_stored(cw, c, &a, id, &p, d);
	arena_release(&a);
	if (e != OK)
		return e;
	os_mutex_lock(&cw->lock);
	p->unsure = store_writes(c);
	p->unsure_seq = p->unsure ? cw->last_seq : 0;
	p->next = cw->packs; /* two readers may compile the same pack: the later one is never looked at */
	cw->packs = p;
	os_mutex_unlock(&cw->lock);
	*out = p;
	return OK;
}

const struct dmn_model *pack_decision_model(void *pack, struct str decision)
{
	const struct pack *p = pack;
	struct arena a;
	const struct dmn_model *found = NULL;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < p->decisions_count && !found; i++) {
		struct str *names;
		size_t n = dmn_model_decisions(p->decisions[i].model, &a, &names);
		for (size_t k = 0; k < n; k++)
			if (str_eq(names[k], decision))
				found = p->decisions[i].model;
	}
	arena_release(&a);
	/* by id: the models know their ids themselves */
	return found ? found : p->decisions_count == 1 ? p->decisions[0].model : NULL;
}

const struct json *pack_form(const struct pack *p, struct str key)
{
	return key.len ? map_get(&p->forms, key) : NULL;
}

bool pack_ex_officio(const struct pack *p)
{
	return bpmn_ext(bpmn_model_element(p->process, bpmn_model_process(p->process)), "ex-officio") != NULL;
}

struct str pack_ex_officio_by(const struct pack *p)
{
	const struct xml_node *n = bpmn_ext(bpmn_model_element(p->process, bpmn_model_process(p->process)), "ex-officio");
	struct str by = n ? xml_attr(n, "by") : S("");
	return by.ptr ? by : S("");
}

struct str element_name_en(const struct bpmn_element *e)
{
	const struct xml_node *label = e ? bpmn_ext(e, "label") : NULL;
	struct str en = label ? xml_attr(label, "en") : S("");
	return en.ptr ? en : S("");
}
