#include "url.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool mien_url_is(const char *text)
{
    static const char *const protocols[] = {"rtsp://", "rtsps://", "rtp://",  "udp://",
                                            "tcp://",  "http://",  "https://"};
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        if (!strncmp(text, protocols[i], strlen(protocols[i])))
            return true;
    return false;
}

/* The length of "user:password@" at the start of what follows "//"; 0: there is none. */
static size_t secrets_length(const char *authority)
{
    size_t end = strcspn(authority, "/?# \t\"'"), length = 0;
    for (size_t i = 0; i < end; i++)
        if (authority[i] == '@')
            length = i + 1;
    return length;
}

void mien_url_without_secrets(const char *text, char *copy, size_t size)
{
    size_t used = 0;
    while (*text && used + 1 < size) {
        bool authority = !strncmp(text, "//", 2) && used + 2 < size;
        copy[used++] = *text++;
        if (!authority)
            continue;
        copy[used++] = *text++;
        text += secrets_length(text);
    }
    if (size)
        copy[used] = '\0';
}

/* As addresses have it: all but letters, digits and "-._~" as %XX. */
static void append_escaped(char *copy, size_t size, const char *text)
{
    for (size_t used = strlen(copy); *text && used + 4 < size; text++, used = strlen(copy))
        snprintf(copy + used, size - used,
                 isalnum((unsigned char)*text) || strchr("-._~", *text) ? "%c" : "%%%02X",
                 (unsigned char)*text);
}

void mien_url_with_secrets(const char *url, const char *user, const char *password, char *copy,
                           size_t size)
{
    const char *authority = strstr(url, "://");
    if (!authority || secrets_length(authority + 3) || (!*user && !*password)) {
        snprintf(copy, size, "%s", url);
        return;
    }
    authority += 3;
    snprintf(copy, size, "%.*s", (int)(authority - url), url);
    append_escaped(copy, size, user);
    size_t used = strlen(copy);
    snprintf(copy + used, size - used, ":");
    append_escaped(copy, size, password);
    used = strlen(copy);
    snprintf(copy + used, size - used, "@%s", authority);
}
