/* http_load.h - a small load client: many kept-alive connections, one thread, epoll.
 * What it is not: a general HTTP client. Answers must carry Content-Length. */
#ifndef BENCH_HTTP_LOAD_H
#define BENCH_HTTP_LOAD_H

#include <stddef.h>
#include <stdint.h>

struct load_answer {
	int status;
	const char *body; /* terminated; valid during the callback */
	size_t body_len;
	int64_t took_us;
};

struct load {
	int port;
	int connections;
	int64_t requests; /* answers wanted in all */
	/* Writes the next request of a connection into `to` (room bytes); returns its length. */
	size_t (*next)(void *arg, int connection, char *to, size_t room);
	void (*answered)(void *arg, int connection, const struct load_answer *a);
	void *arg;
};

/* Runs until `requests` answers have come; the time it took in microseconds, or -1 with a
 * message on stderr. */
int64_t load_run(const struct load *l);

int64_t load_now_us(void);
/* The value at a share (0.99) of the sorted list. Sorts in place. */
int64_t load_percentile(int64_t *values, size_t n, double share);
/* Writes a request with the headers every one needs; returns its length. body may be NULL. */
size_t load_request(char *to, size_t room, const char *method, const char *target, const char *token, const char *body);

#endif
