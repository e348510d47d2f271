/* client.h - a blocking HTTP client of a few lines, for tests of the server. */
#ifndef TESTS_HTTP_CLIENT_H
#define TESTS_HTTP_CLIENT_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

enum { CLIENT_ROOM = 1 << 20, CLIENT_PATIENCE_S = 20 };

struct answer {
	int status;
	struct str head, body;
	char *text; /* freed by answer_free */
};

__attribute__((unused)) static int client_connect(int port)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct timeval patience = { .tv_sec = CLIENT_PATIENCE_S };
	inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

__attribute__((unused)) static void client_send(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = send(fd, text.ptr, text.len, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		text = str_sub(text, (size_t)n, text.len);
	}
}

/* Value of a header in the head; empty when absent. */
__attribute__((unused)) static struct str client_header(const struct answer *a, const char *name)
{
	struct str rest = a->head;
	size_t n = strlen(name);
	while (rest.ptr) {
		struct str line = str_cut(&rest, '\n');
		if (line.len > n && line.ptr[n] == ':' && strncasecmp(line.ptr, name, n) == 0)
			return str_trim(str_sub(line, n + 1, line.len));
	}
	return S("");
}

/* Reads one answer with Content-Length, or to the end of the connection. */
__attribute__((unused)) static struct answer client_read(int fd, bool no_body)
{
	struct answer a = { .text = calloc(1, CLIENT_ROOM) };
	size_t len = 0, want = SIZE_MAX;
	a.body = a.head = S("");
	while (len < want && len < CLIENT_ROOM) {
		ssize_t n = recv(fd, a.text + len, CLIENT_ROOM - len, 0);
		if (n <= 0)
			break;
		len += (size_t)n;
		ptrdiff_t end = a.head.len ? -1 : str_find(str_span(a.text, len), S("\r\n\r\n"));
		if (end < 0)
			continue;
		a.head = str_span(a.text, (size_t)end + 2);
		int64_t length;
		if (str_to_i64(client_header(&a, "Content-Length"), &length) && !no_body)
			want = (size_t)end + 4 + (size_t)length;
		else if (no_body)
			want = len;
	}
	if (a.head.len) {
		a.body = str_span(a.text + a.head.len + 2, len - a.head.len - 2);
		a.status = (int)strtol(a.text + 9, NULL, 10);
	}
	return a;
}

__attribute__((unused)) static void answer_free(struct answer *a)
{
	free(a->text);
	a->text = NULL;
}

/* One request on a connection of its own. `headers` are whole lines with \r\n, may be "". */
__attribute__((unused)) static struct answer client_ask(int port, const char *method, const char *target, const char *headers, struct str body)
{
	int fd = client_connect(port);
	char head[8192];
	int n = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: banjie.test\r\nConnection: close\r\n%s", method, target, headers);
	if (body.len || strcmp(method, "POST") == 0)
		n += snprintf(head + n, sizeof head - (size_t)n, "Content-Length: %zu\r\n", body.len);
	n += snprintf(head + n, sizeof head - (size_t)n, "\r\n");
	client_send(fd, str_span(head, (size_t)n));
	client_send(fd, body);
	struct answer a = client_read(fd, strcmp(method, "HEAD") == 0);
	close(fd);
	return a;
}

/* Fills in the page of the login, as a browser does. `cookie`: the session's, as a line for later requests. False: not let in. */
__attribute__((unused)) static bool client_log_in(int port, const char *login, const char *password, char *cookie, size_t room)
{
	char body[200];
	int n = snprintf(body, sizeof body, "login=%s&password=%s", login, password);
	struct answer a = client_ask(port, "POST", "/login", "Content-Type: application/x-www-form-urlencoded\r\n", str_span(body, (size_t)n));
	struct str set = client_header(&a, "Set-Cookie");
	set = str_cut(&set, ';');
	snprintf(cookie, room, "Cookie: %.*s\r\n", STR_ARG(set));
	bool in = a.status == 303 && set.len;
	answer_free(&a);
	return in;
}

#endif
