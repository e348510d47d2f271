/* city.c - the name of the city, which stands on every page: kept, and read anew when it was set, here or at another process. */
#include "web/web_int.h"

struct web_city {
	_Atomic bool stale; /* it may be another one by now */
	struct os_mutex lock;
	char *name; /* NULL: it has none */
};

static void heard(void *arg, const struct casework_event *e)
{
	struct web_city *c = arg;
	if (str_eqz(e->kind, "setting.put"))
		atomic_store(&c->stale, true);
}

static enum err keep(struct web_city *c, struct str name)
{
	char *copy = name.len ? heap_alloc(name.len + 1) : NULL;
	if (name.len && !copy)
		return ERR_NOMEM;
	if (copy)
		memcpy(copy, name.ptr, name.len);
	os_mutex_lock(&c->lock);
	char *before = c->name;
	c->name = copy;
	os_mutex_unlock(&c->lock);
	heap_free(before);
	return OK;
}

/* Said to be read before it is: what is set meanwhile is read by the next. One that cannot be read stays as it was. */
static void read_anew(struct http_request *rq, struct web *w)
{
	static const struct casework_actor nobody = { 0 };
	const struct json *v = NULL;
	struct diag d;
	if (!atomic_exchange(&w->city->stale, false))
		return;
	diag_init(&d);
	rq->looked = true;
	enum err e = casework_view(w->casework, "setting", &nobody, web_params(rq, "name", S("public.city")), rq->arena, &v, &d);
	if (e == OK || e == ERR_NOT_FOUND)
		e = keep(w->city, e == OK ? json_text(json_get(v, "value")) : S(""));
	if (e != OK)
		atomic_store(&w->city->stale, true);
}

struct str web_city(struct http_request *rq, struct web *w)
{
	struct web_city *c = w->city;
	read_anew(rq, w);
	os_mutex_lock(&c->lock);
	struct str name = c->name ? arena_str(rq->arena, str_of(c->name)) : S("");
	os_mutex_unlock(&c->lock);
	return name.ptr ? name : S("");
}

enum err web_city_start(struct web *w, struct diag *d)
{
	struct web_city *c = arena_new(&w->arena, struct web_city);
	if (!c)
		return diag_set(d, ERR_NOMEM, "web.memory", "There is no memory for the server");
	os_mutex_init(&c->lock);
	atomic_store(&c->stale, true);
	w->city = c;
	return casework_listen(w->casework, "", heard, c);
}

void web_city_stop(struct web *w)
{
	if (!w->city)
		return;
	casework_unlisten(w->casework, heard, w->city);
	os_mutex_destroy(&w->city->lock);
	heap_free(w->city->name);
}
