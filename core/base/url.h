/* Addresses of streams: rtsp://user:password@camera/…, http://…, … */
#ifndef CORE_BASE_URL_H
#define CORE_BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whether it is one of those protocols that bring pictures: rtsp, rtsps, rtp, udp, tcp, http,
 * https. */
bool mien_url_is(const char *text);

/* Copies the text, without the names and passwords of the addresses in it ("//user:secret@"). */
void mien_url_without_secrets(const char *text, char *copy, size_t size);

/* Copies an address with a name and a password in it, unless it has its own or both are empty. */
void mien_url_with_secrets(const char *url, const char *user, const char *password, char *copy,
                           size_t size);

#ifdef __cplusplus
}
#endif
#endif
