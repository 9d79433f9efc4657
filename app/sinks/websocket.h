/* What WebSocket (RFC 6455) needs of a server that only sends. */
#ifndef APP_SINKS_WEBSOCKET_H
#define APP_SINKS_WEBSOCKET_H

#include <stddef.h>

enum { WEBSOCKET_ACCEPT_SIZE = 29, WEBSOCKET_HEAD_MAX = 4 };

/* The answer to a client's Sec-WebSocket-Key, of at most 64 bytes. */
void websocket_accept(const char *key, char answer[WEBSOCKET_ACCEPT_SIZE]);

/* Writes what stands before a text of up to 65535 bytes; returns how many bytes that is. */
size_t websocket_head(size_t size, unsigned char head[WEBSOCKET_HEAD_MAX]);

#endif
