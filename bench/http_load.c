/* http_load.c - the epoll loop of the load client. */
#include "http_load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_MAX = 16384, ANSWER_MAX = 4 << 20, EVENTS = 128 };

struct conn {
	int fd;
	char out[REQUEST_MAX];
	size_t out_len, out_sent;
	char *in;
	size_t in_len, in_room;
	int64_t began_us;
};

struct run {
	const struct load *l;
	struct conn *conns;
	int epoll;
	int64_t started, finished;
};

int64_t load_now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

int64_t load_percentile(int64_t *values, size_t n, double share)
{
	if (!n)
		return 0;
	qsort(values, n, sizeof *values, by_value);
	size_t at = (size_t)((double)n * share);
	return values[at < n ? at : n - 1];
}

size_t load_request(char *to, size_t room, const char *method, const char *target, const char *token, const char *body)
{
	size_t body_len = body ? strlen(body) : 0;
	int n = snprintf(to, room, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s%s%sContent-Length: %zu\r\n\r\n%s", method, target,
	                 token ? "Authorization: Bearer " : "", token ? token : "", token ? "\r\n" : "",
	                 body ? "Content-Type: application/json\r\n" : "", body_len, body ? body : "");
	return n > 0 && (size_t)n < room ? (size_t)n : 0;
}

static int open_connection(int port)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
		perror("connect");
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

/* Requests are small: a blocking send finishes at once. */
static int send_next(struct run *r, int at)
{
	struct conn *c = &r->conns[at];
	if (r->started >= r->l->requests)
		return 0;
	r->started++;
	c->out_len = r->l->next(r->l->arg, at, c->out, sizeof c->out);
	c->in_len = 0;
	c->began_us = load_now_us();
	for (c->out_sent = 0; c->out_sent < c->out_len;) {
		ssize_t n = send(c->fd, c->out + c->out_sent, c->out_len - c->out_sent, MSG_NOSIGNAL);
		if (n <= 0) {
			perror("send");
			return -1;
		}
		c->out_sent += (size_t)n;
	}
	return 0;
}

/* Length of the whole answer once its head is there, 0 before. */
static size_t answer_length(const struct conn *c, size_t *head, int *status)
{
	const char *end = strstr(c->in, "\r\n\r\n");
	if (!end)
		return 0;
	*head = (size_t)(end - c->in) + 4;
	*status = c->in_len > 12 ? (int)strtol(c->in + 9, NULL, 10) : 0;
	size_t length = 0;
	for (const char *p = c->in; p < end; p = strstr(p, "\r\n") + 2)
		if (strncasecmp(p, "Content-Length:", 15) == 0)
			length = (size_t)strtoul(p + 15, NULL, 10);
	return *head + length;
}

static int answered(struct run *r, int at)
{
	struct conn *c = &r->conns[at];
	size_t head = 0;
	int status = 0;
	size_t whole = answer_length(c, &head, &status);
	if (!whole || c->in_len < whole)
		return 0;
	struct load_answer a = { status, c->in + head, whole - head, load_now_us() - c->began_us };
	r->finished++;
	r->l->answered(r->l->arg, at, &a);
	return send_next(r, at);
}

static int receive(struct run *r, int at)
{
	struct conn *c = &r->conns[at];
	if (c->in_room - c->in_len < 65536) {
		if (c->in_room >= ANSWER_MAX)
			return -1;
		c->in_room = c->in_room ? c->in_room * 2 : 131072;
		c->in = realloc(c->in, c->in_room + 1);
	}
	ssize_t n = recv(c->fd, c->in + c->in_len, c->in_room - c->in_len, 0);
	if (n <= 0) {
		fprintf(stderr, "the server closed connection %d\n", at);
		return -1;
	}
	c->in_len += (size_t)n;
	c->in[c->in_len] = 0;
	return answered(r, at);
}

static int prepare(struct run *r)
{
	r->epoll = epoll_create1(0);
	r->conns = calloc((size_t)r->l->connections, sizeof *r->conns);
	for (int i = 0; i < r->l->connections; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.fd = i };
		if ((r->conns[i].fd = open_connection(r->l->port)) < 0 ||
		    epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->conns[i].fd, &e) != 0)
			return -1;
	}
	return 0;
}

static int loop(struct run *r)
{
	struct epoll_event events[EVENTS];
	for (int i = 0; i < r->l->connections; i++)
		if (send_next(r, i) != 0)
			return -1;
	while (r->finished < r->l->requests) {
		int n = epoll_wait(r->epoll, events, EVENTS, 30000);
		if (n == 0 || (n < 0 && errno != EINTR)) {
			fprintf(stderr, "no answer within 30 s\n");
			return -1;
		}
		for (int i = 0; i < n; i++)
			if (receive(r, events[i].data.fd) != 0)
				return -1;
	}
	return 0;
}

int64_t load_run(const struct load *l)
{
	struct run r = { .l = l };
	int bad = prepare(&r);
	int64_t began = load_now_us();
	if (!bad)
		bad = loop(&r);
	int64_t took = load_now_us() - began;
	for (int i = 0; i < l->connections; i++) {
		close(r.conns[i].fd);
		free(r.conns[i].in);
	}
	free(r.conns);
	close(r.epoll);
	return bad ? -1 : took;
}
