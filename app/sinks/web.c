#include "web.h"

#include <errno.h>
#include <fcntl.h>
#include <libwebsockets.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "row.h"

/* WAITING_MAX rows wait for a reader that is slow. */
enum { READERS_MAX = 16, WAITING_MAX = 8 };

/* Libwebsockets makes one, zeroed, for each connection. */
struct reader {
    struct lws *connection;
    unsigned first, count;
    struct row waiting[WAITING_MAX]; /* a ring */
};

struct web {
    int fd; /* below 0: libwebsockets has it, or none is open */
    struct lws_context *context;
    struct lws *listener, *filled; /* where browsers come, and rows */
    struct sink *sink;
    struct reader *readers[READERS_MAX];
    int visitors;
    int rounds_left; /* at the end, for rows that still wait */
    bool ending;
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

/* Copies a header; false: it is too long. */
static bool header(struct lws *connection, enum lws_token_indexes token, char value[256])
{
    *value = '\0';
    return !lws_hdr_total_length(connection, token) ||
           lws_hdr_copy(connection, value, 256, token) >= 0;
}

/* A name other than localhost may be anybody's who has it lead here. */
static bool is_address(const char *host)
{
    size_t size = strcspn(host, ":");
    return *host == '[' || (size == 9 && !strncmp(host, "localhost", size)) ||
           strspn(host, "0123456789.") == size;
}

/* Other pages that a browser shows must not get the rows; what is no browser says no origin. */
static bool may_follow(struct lws *connection)
{
    char origin[256], host[256];
    if (!header(connection, WSI_TOKEN_ORIGIN, origin) || !header(connection, WSI_TOKEN_HOST, host))
        return false;
    return !*origin ||
           (is_address(host) && !strncmp(origin, "http://", 7) && !strcmp(origin + 7, host));
}

/* Returns -1 where libwebsockets is to close the connection. */
static int refuse(struct lws *connection, unsigned status)
{
    return lws_return_http_status(connection, status, NULL) ||
                   lws_http_transaction_completed(connection)
               ? -1
               : 0;
}

/* As libwebsockets wants it: 0 lets the reader in, 1 says that it has its answer. */
static int check_reader(struct lws *connection)
{
    if (may_follow(connection))
        return 0;
    return refuse(connection, HTTP_STATUS_FORBIDDEN) ? -1 : 1;
}

static int begin_page(struct lws *connection, const char *path)
{
    unsigned char buffer[LWS_PRE + 1024], *start = buffer + LWS_PRE, *at = start;
    unsigned char *end = buffer + sizeof buffer;
    if (strcmp(path, "/") != 0)
        return refuse(connection, HTTP_STATUS_NOT_FOUND);
    if (lws_add_http_common_headers(connection, HTTP_STATUS_OK, "text/html; charset=utf-8",
                                    sizeof page - 1, &at, end) ||
        lws_finalize_write_http_header(connection, start, &at, end))
        return -1;
    lws_callback_on_writable(connection);
    return 0;
}

static int send_page(struct lws *connection)
{
    unsigned char buffer[LWS_PRE + sizeof page];
    memcpy(buffer + LWS_PRE, page, sizeof page);
    if (lws_write(connection, buffer + LWS_PRE, sizeof page - 1, LWS_WRITE_HTTP_FINAL) < 0)
        return -1;
    return lws_http_transaction_completed(connection) ? -1 : 0;
}

/* ---- readers ---- */

static int welcome(struct web *web, struct lws *connection, struct reader *reader)
{
    for (int i = 0; i < READERS_MAX; i++)
        if (!web->readers[i]) {
            reader->connection = connection;
            web->readers[i] = reader;
            return 0;
        }
    return -1;
}

static void part(struct web *web, const struct reader *reader)
{
    for (int i = 0; i < READERS_MAX; i++)
        if (web->readers[i] == reader)
            web->readers[i] = NULL;
}

static int send_row(struct reader *reader)
{
    unsigned char buffer[LWS_PRE + ROW_MAX];
    const struct row *row = &reader->waiting[reader->first];
    if (!reader->count)
        return 0;
    memcpy(buffer + LWS_PRE, row->text, row->size);
    if (lws_write(reader->connection, buffer + LWS_PRE, row->size, LWS_WRITE_TEXT) < 0)
        return -1;
    reader->first = (reader->first + 1) % WAITING_MAX;
    if (--reader->count)
        lws_callback_on_writable(reader->connection);
    return 0;
}

static void give(struct web *web, const struct row *row)
{
    for (int i = 0; i < READERS_MAX; i++) {
        struct reader *reader = web->readers[i];
        if (reader && reader->count == WAITING_MAX) {
            sink_drop(web->sink);
        } else if (reader) {
            reader->waiting[(reader->first + reader->count++) % WAITING_MAX] = *row;
            lws_callback_on_writable(reader->connection);
        }
    }
}

/* ---- what libwebsockets tells ---- */

static void accept_visitor(struct web *web, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0 && web->visitors == READERS_MAX)
        close(fd);
    else if (fd >= 0)
        lws_adopt_socket(web->context, fd);
}

/* One row at a time, so that readers get theirs in between. At the end, all who take theirs at once
 * get what waits for them. */
static void take_row(struct web *web)
{
    struct row row;
    int result = sink_take(web->sink, &row, 0);
    if (!result)
        give(web, &row);
    if (result == -ECANCELED && !web->ending) {
        web->ending = true;
        web->rounds_left = 2 * WAITING_MAX;
    }
}

static int on_event(struct lws *connection, enum lws_callback_reasons reason, void *user,
                    void *text, size_t size)
{
    struct web *web = lws_context_user(lws_get_context(connection));
    (void)size;
    switch (reason) {
    case LWS_CALLBACK_RAW_RX_FILE:
        if (connection == web->listener)
            accept_visitor(web, lws_get_socket_fd(connection));
        else
            take_row(web);
        return 0;
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        web->visitors++;
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        web->visitors--;
        return 0;
    case LWS_CALLBACK_HTTP:
        return begin_page(connection, text);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return send_page(connection);
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return check_reader(connection);
    case LWS_CALLBACK_ESTABLISHED:
        return welcome(web, connection, user);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return send_row(user);
    case LWS_CALLBACK_CLOSED:
        part(web, user);
        return 0;
    default:
        return 0;
    }
}

/* ---- the thread ---- */

/* Libwebsockets tells when there is something to read, and closes the file in the end. */
static struct lws *adopt(struct web *web, int fd)
{
    lws_sock_file_fd_type file = {.filefd = fd};
    return lws_adopt_descriptor_vhost(lws_get_vhost_by_name(web->context, "default"),
                                      LWS_ADOPT_RAW_FILE_DESC, file, "rows", NULL);
}

static void run(struct sink *sink, void *state)
{
    struct web *web = state;
    web->sink = sink;
    int filled = fcntl(sink_fd(sink), F_DUPFD_CLOEXEC, 0);
    web->filled = filled >= 0 ? adopt(web, filled) : NULL;
    while (web->filled && (!web->ending || web->rounds_left-- > 0))
        if (lws_service(web->context, 0) < 0)
            return;
}

static void free_web(void *state)
{
    struct web *web = state;
    if (web->context)
        lws_context_destroy(web->context);
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

/* Its own log would tell of each stranger's mistake. */
static int open_server(struct web *web)
{
    static const struct lws_protocols protocols[] = {
        {.name = "rows", .callback = on_event, .per_session_data_size = sizeof(struct reader)},
        {.name = NULL}};
    struct lws_context_creation_info wish = {.port = CONTEXT_PORT_NO_LISTEN_SERVER,
                                             .protocols = protocols,
                                             .fd_limit_per_thread = READERS_MAX + 8,
                                             .user = web};
    lws_set_log_level(0, NULL);
    web->context = lws_create_context(&wish);
    if (!web->context)
        return ENOMEM;
    web->listener = adopt(web, web->fd);
    web->fd = -1; /* also closed where it cannot be watched */
    return web->listener ? 0 : ENOMEM;
}

int web_start(struct sink **sink, const char *address, struct mien_error *error)
{
    struct addrinfo *found = NULL;
    if (look_up(address, &found))
        return mien_error_set(error, EINVAL,
                              "--web: '%s' is neither a port, as 8080, nor ADDRESS:PORT", address);
    struct web *web = calloc(1, sizeof *web);
    int result = web ? listen_at(web, found) : ENOMEM;
    freeaddrinfo(found);
    if (!result)
        result = open_server(web);
    if (!result)
        return sink_start(sink, &kind, web, error);
    if (web)
        free_web(web);
    return mien_error_set(error, result, "--web %s: %s", address, strerror(result));
}

void web_send(struct sink *sink, const char *text)
{
    row_put(sink, text, strcspn(text, "\n"));
}
