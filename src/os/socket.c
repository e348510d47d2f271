/* socket.c - sockets that others use, and one that was there before this process. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/os.h"

enum { HANDED_FIRST = 3 }; /* SD_LISTEN_FDS_START */

int os_socket_open(int family, int type, int protocol)
{
	return socket(family, type | SOCK_CLOEXEC, protocol);
}

void os_socket_close(int fd)
{
	close(fd);
}

void os_socket_shutdown(int fd)
{
	(void)shutdown(fd, SHUT_RDWR);
}

/* Who went away while he waited is passed over. */
int os_socket_accept(int listener, struct os_peer *out)
{
	int fd, flags = fcntl(listener, F_GETFL);
	socklen_t size;
	if (flags < 0 || fcntl(listener, F_SETFL, flags | O_NONBLOCK) != 0)
		return -1;
	do {
		size = sizeof out->address;
		fd = accept4(listener, (struct sockaddr *)(void *)out->address, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
	} while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	out->size = size;
	return fd;
}

/* ---- handed over ---- */

static bool option_is(int fd, int option, int value)
{
	int found = 0;
	socklen_t size = sizeof found;
	return getsockopt(fd, SOL_SOCKET, option, &found, &size) == 0 && found == value;
}

static bool listens(int fd)
{
	char address[OS_ADDRESS_MAX];
	int port;
	return option_is(fd, SO_TYPE, SOCK_STREAM) && option_is(fd, SO_ACCEPTCONN, 1) && os_socket_address(fd, address, &port);
}

/* Of a note for another process nothing is believed: it was inherited by who did not know of it. */
static bool noted(int64_t *count)
{
	int64_t process = 0;
	struct str whose = str_of(getenv("LISTEN_PID")), how_many = str_of(getenv("LISTEN_FDS"));
	bool ours = whose.ptr && how_many.ptr && str_to_i64(whose, &process) && process == getpid();
	if (ours && !str_to_i64(how_many, count))
		*count = -1;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return ours;
}

enum err os_socket_handed(int *out, struct diag *d)
{
	int64_t count = 0;
	if (!noted(&count) || count == 0) {
		*out = 0;
		return OK;
	}
	if (count != 1)
		return diag_set(d, ERR_INVALID, "os.handed", "One socket can be handed over, not %lld (LISTEN_FDS): say one ListenStream in the unit of the socket", (long long)count);
	if (!listens(HANDED_FIRST) || fcntl(HANDED_FIRST, F_SETFD, FD_CLOEXEC) != 0)
		return diag_set(d, ERR_INVALID, "os.handed", "What is handed over (LISTEN_FDS) is no socket that listens at an address and port:"
		                " say ListenStream=127.0.0.1:8080 and Accept=no in the unit of the socket");
	*out = HANDED_FIRST;
	return OK;
}

bool os_socket_address(int fd, char address[OS_ADDRESS_MAX], int *port)
{
	struct sockaddr_storage a;
	socklen_t size = sizeof a;
	if (getsockname(fd, (struct sockaddr *)&a, &size) != 0)
		return false;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)&a;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)&a;
	if (a.ss_family != AF_INET && a.ss_family != AF_INET6)
		return false;
	const void *bytes = a.ss_family == AF_INET ? (const void *)&v4->sin_addr : (const void *)&v6->sin6_addr;
	*port = ntohs(a.ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
	return inet_ntop(a.ss_family, bytes, address, OS_ADDRESS_MAX) != NULL;
}
