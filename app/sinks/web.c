#include "web.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "readers.h"
#include "websocket.h"

enum { ROW_MAX = 2048, REQUEST_MAX = 4096 };

struct row {
    size_t size;
    char text[ROW_MAX];
};

/* What a browser asked, and what it gets. */
struct visit {
    size_t size;
    char request[REQUEST_MAX];
    bool follows; /* it gets the rows */
};

struct web {
    int fd;
    struct readers readers;
    struct visit visits[READERS_MAX]; /* of the readers */
};

static const char page[] =
    "<!doctype html><meta charset=utf-8><title>mien</title><style>body{font:16px sans-serif;"
    "background:#111418;color:#f4f4f4;margin:2em}meter{width:16em}td{padding:.1em .6em}</style>"
    "<h1>mien</h1><div id=faces>waiting for faces…</div><script>\n"
    "const faces = new Map(), place = document.getElementById('faces');\n"
    "const socket = new WebSocket('ws://' + location.host + '/rows');\n"
    "const cell = (row, content) => row.insertCell().append(content);\n"
    "function draw() {\n"
    "  const now = Date.now(); place.replaceChildren();\n"
    "  for (const [id, {row, seen}] of faces) {\n"
    "    if (now - seen > 1000) { faces.delete(id); continue; }\n"
    "    const title = document.createElement('h2'), table = document.createElement('table');\n"
    "    title.textContent = `${id}  ${row.label}${row.uncertain ? '?' : ''}`;\n"
    "    for (const [name, share] of Object.entries(row.emotions)) {\n"
    "      const line = table.insertRow(), bar = document.createElement('meter');\n"
    "      bar.value = share; cell(line, name); cell(line, bar);\n"
    "      cell(line, Math.round(share * 100) + ' %');\n"
    "    }\n"
    "    place.append(title, table);\n"
    "  }\n"
    "}\n"
    "socket.onmessage = message => {\n"
    "  const row = JSON.parse(message.data); faces.set(row.face, {row, seen: Date.now()}); };\n"
    "socket.onclose = () => { place.textContent = 'mien has ended.'; clearInterval(timer); };\n"
    "const timer = setInterval(draw, 100);\n"
    "</script>\n";

/* ---- what is asked ---- */

/* Copies the value of a header; false: there is none, or it is too long. */
static bool header(const char *request, const char *name, char *value, size_t size)
{
    size_t length = strlen(name);
    for (const char *line = strstr(request, "\r\n"); line; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, length) || line[length] != ':')
            continue;
        line += length + 1;
        line += strspn(line, " \t");
        size_t count = strcspn(line, "\r\n \t");
        if (count >= size)
            return false;
        memcpy(value, line, count);
        value[count] = '\0';
        return true;
    }
    return false;
}

/* A name other than localhost may be anybody's who has it lead here. */
static bool is_address(const char *host)
{
    size_t size = strcspn(host, ":");
    return *host == '[' || (size == 9 && !strncmp(host, "localhost", size)) ||
           strspn(host, "0123456789.") == size;
}

/* Other pages that a browser shows must not get the rows; what is no browser says no origin. */
static bool may_follow(const char *request)
{
    char origin[256], host[256];
    if (!header(request, "Origin", origin, sizeof origin))
        return !strcasestr(request, "\r\nOrigin:");
    return header(request, "Host", host, sizeof host) && is_address(host) &&
           !strncmp(origin, "http://", 7) && !strcmp(origin + 7, host);
}

static void answer(struct reader *reader, struct visit *visit)
{
    char key[65], accepted[WEBSOCKET_ACCEPT_SIZE], text[MESSAGE_MAX];
    int size;
    bool wants = header(visit->request, "Sec-WebSocket-Key", key, sizeof key);
    visit->follows = wants && may_follow(visit->request);
    if (visit->follows) {
        websocket_accept(key, accepted);
        size = snprintf(text, sizeof text,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                        accepted);
    } else if (!wants && !strncmp(visit->request, "GET / ", 6)) {
        size = snprintf(text, sizeof text,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
                        "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                        sizeof page - 1, page);
    } else {
        size = snprintf(text, sizeof text,
                        "HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                        wants ? "403 Forbidden" : "404 Not Found");
    }
    reader_send(reader, text, (size_t)size);
    if (!visit->follows && reader->fd >= 0)
        shutdown(reader->fd, SHUT_WR);
}

/* Whoever follows may say what it likes; only that it closes matters (its first byte is 0x88). */
static void listen_to(struct reader *reader, struct visit *visit)
{
    if (visit->follows)
        visit->size = 0;
    ssize_t count =
        recv(reader->fd, visit->request + visit->size, sizeof visit->request - 1 - visit->size, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    visit->size += count > 0 ? (size_t)count : 0;
    visit->request[visit->size] = '\0';
    bool over = count <= 0 || visit->size == sizeof visit->request - 1 ||
                (visit->follows && (unsigned char)*visit->request == 0x88);
    if (over)
        reader_part(reader);
    else if (!visit->follows && strstr(visit->request, "\r\n\r\n"))
        answer(reader, visit);
}

/* ---- rows ---- */

static void give(struct sink *sink, struct web *web, const struct row *row)
{
    char message[WEBSOCKET_HEAD_MAX + ROW_MAX];
    size_t head = websocket_head(row->size, (unsigned char *)message);
    memcpy(message + head, row->text, row->size);
    for (int i = 0; i < READERS_MAX; i++) {
        struct reader *reader = &web->readers.list[i];
        if (reader->fd >= 0 && web->visits[i].follows &&
            !reader_send(reader, message, head + row->size))
            sink_drop(sink);
    }
}

/* ---- the thread ---- */

static void wait(struct sink *sink, struct web *web, struct pollfd fds[2 + READERS_MAX])
{
    fds[0] = (struct pollfd){sink_fd(sink), POLLIN, 0};
    fds[1] = (struct pollfd){web->fd, POLLIN, 0};
    for (int i = 0; i < READERS_MAX; i++) {
        const struct reader *reader = &web->readers.list[i];
        bool left = reader->from < reader->to;
        fds[2 + i] = (struct pollfd){reader->fd, (short)(left ? POLLIN | POLLOUT : POLLIN), 0};
    }
    poll(fds, 2 + READERS_MAX, -1);
}

static void look_after(struct web *web, const struct pollfd fds[2 + READERS_MAX])
{
    for (int i = 0; i < READERS_MAX; i++) {
        struct reader *reader = &web->readers.list[i];
        if (fds[2 + i].revents & POLLOUT)
            reader_push(reader);
        if (reader->fd >= 0 && fds[2 + i].revents & (POLLIN | POLLHUP | POLLERR))
            listen_to(reader, &web->visits[i]);
    }
    struct reader *reader = fds[1].revents ? readers_welcome(&web->readers, web->fd) : NULL;
    if (reader) {
        struct visit *visit = &web->visits[reader - web->readers.list];
        visit->size = 0;
        visit->follows = false;
    }
}

static void run(struct sink *sink, void *state)
{
    struct web *web = state;
    struct row row;
    for (;;) {
        struct pollfd fds[2 + READERS_MAX];
        wait(sink, web, fds);
        look_after(web, fds);
        int result = fds[0].revents ? sink_take(sink, &row, 0) : -ETIMEDOUT;
        if (result == -ECANCELED)
            return;
        if (!result)
            give(sink, web, &row);
    }
}

static void free_web(void *state)
{
    struct web *web = state;
    readers_close(&web->readers);
    if (web->fd >= 0)
        close(web->fd);
    free(web);
}

static const struct sink_kind kind = {"web", sizeof(struct row), run, free_web};

/* ---- starting ---- */

/* "PORT", "HOST:PORT" or "[HOST]:PORT"; only addresses, no names. */
static int look_up(const char *address, struct addrinfo **found)
{
    char host[128] = "127.0.0.1";
    const char *colon = strrchr(address, ':'), *port = colon ? colon + 1 : address;
    struct addrinfo wish = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                            .ai_socktype = SOCK_STREAM};
    if (colon) {
        bool brackets = *address == '[' && colon > address && colon[-1] == ']';
        snprintf(host, sizeof host, "%.*s", (int)(colon - address) - 2 * brackets,
                 address + brackets);
    }
    return *port && *host ? getaddrinfo(host, port, &wish, found) : EAI_NONAME;
}

static int listen_at(struct web *web, const struct addrinfo *address)
{
    int yes = 1;
    web->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (web->fd < 0)
        return errno;
    setsockopt(web->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    return bind(web->fd, address->ai_addr, address->ai_addrlen) || listen(web->fd, READERS_MAX)
               ? errno
               : 0;
}

int web_start(struct sink **sink, const char *address, struct mien_error *error)
{
    struct addrinfo *found = NULL;
    if (look_up(address, &found))
        return mien_error_set(error, EINVAL,
                              "--web: '%s' is neither a port, as 8080, nor ADDRESS:PORT", address);
    struct web *web = calloc(1, sizeof *web);
    if (web)
        readers_init(&web->readers);
    int result = web ? listen_at(web, found) : ENOMEM;
    freeaddrinfo(found);
    if (!result)
        return sink_start(sink, &kind, web, error);
    if (web)
        free_web(web);
    return mien_error_set(error, result, "--web %s: %s", address, strerror(result));
}

void web_send(struct sink *sink, const char *text)
{
    struct row row = {.size = strcspn(text, "\n")};
    if (!sink)
        return;
    if (row.size > sizeof row.text) {
        sink_drop(sink);
        return;
    }
    memcpy(row.text, text, row.size);
    sink_put(sink, &row);
}
