/* load.c - a model from a file, its imports from the files beside it. */
#include "dmn/load.h"

#include "os/os.h"
#include "text/xml.h"

enum state { NEW, LOADING, LOADED, FAILED };

struct dmn_file {
	struct str name, ns, text;
	enum state state;
	bool looked; /* ns is known */
	struct dmn_model *model;
	struct dmn_finding *findings;
};

struct dmn_folder {
	struct arena *arena;
	struct str path;
	bool partial;
	enum err failed; /* there was no memory for an import: it is not unknown */
	struct dmn_file *files;
	size_t count;
};

enum err dmn_folder_open(struct arena *a, const char *path, bool partial, struct dmn_folder **out, struct diag *d)
{
	struct str *names;
	size_t count;
	struct dmn_folder *f = arena_new(a, struct dmn_folder);
	TRY(os_dir_list(a, path, &names, &count, d));
	struct dmn_file *files = arena_new_n(a, struct dmn_file, count);
	struct str kept = arena_str(a, str_of(path));
	if (!f || !files || !kept.ptr)
		return diag_set(d, ERR_NOMEM, "dmn.memory", "the memory for decision models is used up");
	*f = (struct dmn_folder){ .arena = a, .path = kept, .partial = partial, .files = files };
	for (size_t i = 0; i < count; i++)
		if (str_ends(names[i], S(".dmn")) || str_ends(names[i], S(".xml")))
			files[f->count++].name = names[i];
	*out = f;
	return OK;
}

static enum err read_text(struct dmn_folder *f, struct dmn_file *file, struct diag *d)
{
	if (file->text.ptr)
		return OK;
	struct str path = arena_printf(f->arena, "%.*s/%.*s", STR_ARG(f->path), STR_ARG(file->name));
	if (!path.ptr)
		return diag_set(d, ERR_NOMEM, "dmn.memory", "the memory for decision models is used up");
	return os_file_read(f->arena, path.ptr, DMN_FILE_MAX, &file->text, d);
}

/* The namespace of a file, without compiling it; empty when it is no model. */
static struct str namespace_of(struct dmn_folder *f, struct dmn_file *file)
{
	struct xml_node *root;
	struct diag d;
	if (file->looked || f->failed)
		return file->ns;
	file->ns = S("");
	diag_init(&d);
	enum err e = str_ends(file->name, S(".dmn")) ? read_text(f, file, &d) : ERR_NOT_FOUND;
	if (e == OK)
		e = xml_read(f->arena, file->text, &root, &d);
	if (e == OK && xml_attr(root, "namespace").ptr)
		file->ns = str_trim(xml_attr(root, "namespace"));
	f->failed = e == ERR_NOMEM ? e : OK;
	file->looked = e != ERR_NOMEM;
	return file->ns;
}

static enum err load(struct dmn_folder *f, struct dmn_file *file, struct diag *d);

static const struct dmn_model *resolve(void *arg, struct str ns)
{
	struct dmn_folder *f = arg;
	for (size_t i = 0; i < f->count; i++) {
		struct dmn_file *file = &f->files[i];
		struct diag d;
		diag_init(&d);
		/* LOADING: models that import each other in a circle have no meaning */
		if (!str_eq(namespace_of(f, file), ns) || file->state == LOADING)
			continue;
		enum err e = load(f, file, &d);
		if (e == OK)
			return file->model;
		if (e == ERR_NOMEM)
			f->failed = e;
	}
	return NULL;
}

static enum err load(struct dmn_folder *f, struct dmn_file *file, struct diag *d)
{
	if (file->state == LOADED)
		return OK;
	file->state = LOADING;
	enum err err = read_text(f, file, d);
	if (err == OK)
		err = (f->partial ? dmn_model_read_partial : dmn_model_read)(f->arena, file->text, resolve, f, &file->model,
		                                                             &file->findings, d);
	if (f->failed)
		err = diag_set(d, f->failed, "dmn.memory", "the memory for decision models is used up");
	file->state = err == OK ? LOADED : FAILED;
	return err;
}

enum err dmn_folder_model(struct dmn_folder *f, struct str name, const struct dmn_model **out,
                          struct dmn_finding **findings, struct diag *d)
{
	for (size_t i = 0; i < f->count; i++) {
		struct dmn_file *file = &f->files[i];
		if (!str_eq(file->name, name))
			continue;
		f->failed = OK;
		enum err err = load(f, file, d);
		*findings = file->findings;
		if (err == OK)
			*out = file->model;
		return err;
	}
	*findings = NULL;
	return diag_set(d, ERR_NOT_FOUND, "dmn.file", "there is no file %.*s in %.*s", STR_ARG(name), STR_ARG(f->path));
}

enum err dmn_load(struct arena *a, const char *path, bool partial, const struct dmn_model **out,
                  struct dmn_finding **findings, struct diag *d)
{
	struct str whole = str_of(path);
	size_t cut = whole.len;
	while (cut && whole.ptr[cut - 1] != '/')
		cut--;
	struct str folder = cut ? arena_str(a, str_sub(whole, 0, cut)) : S(".");
	struct dmn_folder *f;
	*findings = NULL;
	if (!folder.ptr)
		return diag_set(d, ERR_NOMEM, "dmn.memory", "the memory for decision models is used up");
	if (!os_file_exists(path))
		return diag_set(d, ERR_NOT_FOUND, "dmn.file", "there is no file %s", path);
	TRY(dmn_folder_open(a, folder.ptr, partial, &f, d));
	struct str name = str_sub(whole, cut, whole.len);
	bool listed = str_ends(name, S(".dmn")) || str_ends(name, S(".xml"));
	if (!listed)
		return diag_set(d, ERR_INVALID, "dmn.file", "the name of a model file ends in .dmn or .xml, not %s", path);
	return dmn_folder_model(f, name, out, findings, d);
}
