/* exchange.h - the callbacks that libmicrohttpd drives: one request from its first line to its end. */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include <microhttpd.h>

void *http_exchange_begin(void *server, const char *target, struct MHD_Connection *conn);
size_t http_exchange_no_unescape(void *cls, struct MHD_Connection *conn, char *text);
enum MHD_Result http_exchange_answer(void *server, struct MHD_Connection *conn, const char *url, const char *method,
                                     const char *version, const char *upload, size_t *upload_size, void **exchange);
void http_exchange_end(void *server, struct MHD_Connection *conn, void **exchange, enum MHD_RequestTerminationCode why);
void http_connection_changed(void *server, struct MHD_Connection *conn, void **socket_context,
                             enum MHD_ConnectionNotificationCode what);

#endif
