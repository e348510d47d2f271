/* head.c - whether the head of a request can be read in one way only.
 *
 * The library is lenient. A proxy before us that understood a head otherwise would take the end of one person's request for the beginning of
 * somebody else's (RFC 9112, 5.1, 6.1 and 6.3): "Content-Length : 40" is here a header of another name, and there the length of a body.
 */
#include <strings.h>

#include "http/http_int.h"

struct head_look {
	int lengths, hosts;
	bool may_be_chunked; /* which HTTP/1.0 does not know */
	bool clear;
};

/* RFC 9110, 5.6.2 */
static bool is_token(const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)name[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter && (!c || !strchr("!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return n > 0;
}

/* A tab is a blank. A byte beyond ASCII is somebody's letter. */
static bool is_plain(const char *value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)value[i] < 0x20 && value[i] != '\t') || value[i] == 0x7f)
			return false;
	return true;
}

/* A line that is folded stands here behind the header's name, not its value: so a name may only begin as one of ours. */
static bool is_named(const char *name, const char *wanted, bool *whole)
{
	size_t n = strlen(wanted);
	bool begins = strncasecmp(name, wanted, n) == 0;
	*whole = *whole && (!begins || !name[n]);
	return begins;
}

static enum MHD_Result look_at(void *look, enum MHD_ValueKind kind, const char *name, size_t name_n, const char *value, size_t value_n)
{
	struct head_look *l = look;
	bool whole = true, coded = is_named(name, "Transfer-Encoding", &whole), counted = is_named(name, "Content-Length", &whole);
	(void)kind;
	l->lengths += coded || counted;
	l->hosts += strcasecmp(name, "Host") == 0;
	l->clear = l->clear && whole && is_token(name, name_n) && is_plain(value, value_n);
	if (coded)
		l->clear = l->clear && l->may_be_chunked && strcasecmp(value, "chunked") == 0;
	return MHD_YES;
}

const char *http_head_fault(struct MHD_Connection *conn, const char *version, const char **text)
{
	struct head_look l = { .may_be_chunked = strcmp(version, "HTTP/1.0") != 0, .clear = true };
	MHD_get_connection_values_n(conn, MHD_HEADER_KIND, look_at, &l);
	*text = l.lengths > 1 ? "The length of the body must be said once" : "The head of the request is not properly written";
	return l.lengths > 1 ? "http.bad-form" : l.hosts > 1 || !l.clear ? "http.bad-head" : NULL;
}
