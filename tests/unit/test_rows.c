/* Rows of live pictures: to a file, to readers of a Unix socket, as OSC. */
#include "runner.h"
#include "sinks/rows.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "app_config.h"
#include "base/clock.h"

#define UTC INT64_C(1795898199500000000) /* 2026-11-28T20:36:39.5Z */

static const char *const labels[] = {"happy", "sad"};
static const struct mien_model_info model = {.labels = labels, .label_count = 2};

static struct mien_face list[] = {
    {.id = 7, .box = {10, 20, 30, 40}, .probabilities = {0.75f, 0.25f}, .confidence = 0.75f}};
static const struct mien_faces one = {.list = list, .count = 1};

static char folder[] = "/tmp/mien-rows-XXXXXX", path[64];

static struct rows *open_rows(const struct rows_options *options)
{
    struct rows *rows = NULL;
    CU_ASSERT_EQUAL_FATAL(rows_open(&rows, options, &model, NULL), 0);
    return rows;
}

static int connect_reader(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Adds rows until the reader, which may not have been welcomed yet, has one. */
static void add_until_read(struct rows *rows, int fd)
{
    struct pollfd ready = {fd, POLLIN, 0};
    for (int i = 0; i < 1000 && poll(&ready, 1, 10) == 0; i++)
        CU_ASSERT_EQUAL(rows_add(rows, 4, 0.5, UTC, &one, NULL), 0);
}

static void readers_of_a_socket_get_whole_rows(void)
{
    struct rows *rows = open_rows(&(struct rows_options){.socket = path});
    struct stat about;
    CU_ASSERT_EQUAL(stat(path, &about), 0);
    CU_ASSERT_EQUAL(about.st_mode & 0777, 0600);
    int fd = connect_reader();
    add_until_read(rows, fd);
    char text[4096];
    ssize_t size = read(fd, text, sizeof text - 1);
    CU_ASSERT_FATAL(size > 0);
    text[size] = '\0';
    CU_ASSERT_EQUAL(strncmp(text,
                            "{\"version\":2,\"frame\":4,\"time\":0.5,\"utc\":\"2026-11-28T20:36:39."
                            "500000Z\",\"face\":7,\"box\":[10,20,30,40],\"emotions\":{\"happy\":"
                            "0.75,\"sad\":0.25},\"label\":\"happy\",\"confidence\":0.75,"
                            "\"uncertain\":false}\n",
                            strcspn(text, "\n") + 1),
                    0);
    CU_ASSERT_EQUAL(rows_close(&rows, NULL), 0);
    CU_ASSERT_EQUAL(access(path, F_OK), -1);
    close(fd);
}

/* Reads to the end; every line is a whole row. */
static int count_rows(int fd)
{
    FILE *file = fdopen(fd, "r");
    char line[4096];
    int count = 0;
    for (; fgets(line, sizeof line, file); count++) {
        CU_ASSERT_EQUAL(strncmp(line, "{\"version\"", 10), 0);
        CU_ASSERT_STRING_EQUAL(line + strlen(line) - 2, "}\n");
    }
    fclose(file);
    return count;
}

/* One that does not read misses rows; nobody waits for it. */
static void a_slow_reader_misses_rows(void)
{
    struct rows *rows = open_rows(&(struct rows_options){.socket = path});
    int fd = connect_reader();
    add_until_read(rows, fd);
    for (int i = 0; i < 20000; i++)
        CU_ASSERT_EQUAL(rows_add(rows, 4, 0.5, UTC, &one, NULL), 0);
    double before = clock_seconds();
    CU_ASSERT_EQUAL(rows_close(&rows, NULL), 0);
    CU_ASSERT(clock_seconds() - before < 60);
    int count = count_rows(fd);
    CU_ASSERT(count > 0);
    CU_ASSERT(count < 20000);
}

static void a_socket_of_others_is_left_alone(void)
{
    struct mien_error error;
    struct rows *rows = open_rows(&(struct rows_options){.socket = path}), *second = NULL;
    CU_ASSERT(rows_open(&second, &(struct rows_options){.socket = path}, &model, &error) < 0);
    CU_ASSERT_PTR_NULL(second);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, path));
    rows_close(&rows, NULL);
    FILE *file = fopen(path, "w");
    fclose(file);
    CU_ASSERT(rows_open(&second, &(struct rows_options){.socket = path}, &model, &error) < 0);
    CU_ASSERT_EQUAL(unlink(path), 0);
}

/* ---- browsers ---- */

static struct rows *open_web(int *port)
{
    char address[16];
    struct rows *rows = NULL;
    for (*port = 20000 + getpid() % 20000; !rows; ++*port) {
        snprintf(address, sizeof address, "%d", *port);
        CU_ASSERT_FATAL(*port < 60000);
        if (!rows_open(&rows, &(struct rows_options){.web = address}, &model, NULL))
            break;
    }
    return rows;
}

static int ask(int port, const char *request)
{
    struct sockaddr_in at = {AF_INET, htons((uint16_t)port), {htonl(INADDR_LOOPBACK)}, {0}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    CU_ASSERT_EQUAL(send(fd, request, strlen(request), 0), (ssize_t)strlen(request));
    return fd;
}

static void read_exactly(int fd, void *bytes, size_t size)
{
    CU_ASSERT_EQUAL_FATAL(recv(fd, bytes, size, MSG_WAITALL), (ssize_t)size);
}

/* Reads up to the empty line, and no row behind it. */
static void read_headers(int fd, char *text, size_t size)
{
    size_t count = 0;
    do {
        read_exactly(fd, text + count, 1);
        text[++count] = '\0';
    } while (count < size - 1 && !strstr(text, "\r\n\r\n"));
}

/* The one test of a build without the page. */
static bool web_is_missing(void)
{
    struct mien_error error = {0};
    struct rows *rows = NULL;
    if (MIEN_WEB)
        return false;
    CU_ASSERT(rows_open(&rows, &(struct rows_options){.web = "8080"}, &model, &error) < 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "built without libwebsockets"));
    return true;
}

/* What every browser asks with; the key is the example of RFC 6455. */
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
#define KEY UPGRADE "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

/* It asks in two pieces. */
static void a_websocket_has_the_rows(void)
{
    static const char rest[] = KEY;
    char text[2000];
    if (web_is_missing())
        return;
    unsigned char head[4];
    int port;
    struct rows *rows = open_web(&port);
    int fd = ask(port, "GET /rows HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    send(fd, rest, sizeof rest - 1, 0);
    read_headers(fd, text, sizeof text);
    CU_ASSERT_EQUAL(strncmp(text, "HTTP/1.1 101 ", 13), 0);
    CU_ASSERT_PTR_NOT_NULL(
        strcasestr(text, "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    CU_ASSERT_EQUAL(rows_add(rows, 4, 0.5, UTC, &one, NULL), 0);
    read_exactly(fd, head, sizeof head);
    CU_ASSERT_EQUAL(head[0], 0x81);
    CU_ASSERT_EQUAL(head[1], 126);
    size_t size = (size_t)head[2] << 8 | head[3];
    CU_ASSERT_FATAL(size < sizeof text);
    read_exactly(fd, text, size);
    CU_ASSERT_EQUAL(memcmp(text, "{\"version\":2,", 13), 0);
    CU_ASSERT_EQUAL(text[size - 1], '}');
    rows_close(&rows, NULL);
    CU_ASSERT_EQUAL(recv(fd, text, sizeof text, 0), 0);
    close(fd);
}

static void check_answer(int port, const char *request, const char *status)
{
    char text[] = "HTTP/1.1 404";
    int fd = ask(port, request);
    read_exactly(fd, text, strlen(text));
    CU_ASSERT_STRING_EQUAL(text + 9, status);
    close(fd);
}

/* A page of another site, also one whose name leads to this machine, is not let in. */
static void only_its_own_page_is_let_in(void)
{
    if (web_is_missing())
        return;
    int port;
    struct rows *rows = open_web(&port);
    check_answer(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "200");
    check_answer(port, "GET /other HTTP/1.1\r\n\r\n", "404");
    check_answer(port, "GET / HTTP/1.1\r\nHost: localhost:8\r\nOrigin: http://localhost:8\r\n" KEY,
                 "101");
    check_answer(port, "GET / HTTP/1.1\r\nHost: [::1]:8\r\nOrigin: http://[::1]:8\r\n" KEY, "101");
    check_answer(port, "GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.org\r\n" KEY,
                 "403");
    check_answer(port, "GET / HTTP/1.1\r\nHost: evil.org\r\nOrigin: http://evil.org\r\n" KEY,
                 "403");
    rows_close(&rows, NULL);
}

static int follow(int port)
{
    char text[2000];
    int fd = ask(port, "GET /rows HTTP/1.1\r\nHost: localhost\r\n" KEY);
    read_headers(fd, text, sizeof text);
    return fd;
}

/* One that is too many is turned away, until another leaves. */
static void sixteen_browsers_have_places(void)
{
    enum { PLACES = 16 };
    int port, fds[PLACES];
    char byte;
    if (web_is_missing())
        return;
    struct rows *rows = open_web(&port);
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < PLACES; i++)
            fds[i] = follow(port);
        int late = ask(port, "");
        CU_ASSERT_EQUAL(recv(late, &byte, 1, 0), 0);
        close(late);
        CU_ASSERT_EQUAL(rows_add(rows, 4, 0.5, UTC, &one, NULL), 0);
        for (int i = 0; i < PLACES; i++) {
            read_exactly(fds[i], &byte, 1);
            shutdown(fds[i], SHUT_WR);
        }
        for (int i = 0; i < PLACES; i++) { /* it has heard that they leave */
            while (recv(fds[i], &byte, 1, 0) > 0)
                ;
            close(fds[i]);
        }
    }
    rows_close(&rows, NULL);
}

/* One that does not read misses rows; nobody waits for it. */
static void a_slow_browser_misses_rows(void)
{
    unsigned char head[4];
    char text[2000];
    int port, count = 0;
    if (web_is_missing())
        return;
    struct rows *rows = open_web(&port);
    int fd = follow(port);
    for (int i = 0; i < 20000; i++)
        CU_ASSERT_EQUAL(rows_add(rows, 4, 0.5, UTC, &one, NULL), 0);
    double before = clock_seconds();
    CU_ASSERT_EQUAL(rows_close(&rows, NULL), 0);
    CU_ASSERT(clock_seconds() - before < 60);
    for (; recv(fd, head, sizeof head, MSG_WAITALL) == sizeof head && head[0] == 0x81; count++) {
        size_t size = (size_t)head[2] << 8 | head[3];
        CU_ASSERT_FATAL(size < sizeof text);
        if (recv(fd, text, size, MSG_WAITALL) != (ssize_t)size)
            break; /* it has ended */
        CU_ASSERT_EQUAL(text[size - 1], '}');
    }
    CU_ASSERT(count > 0);
    CU_ASSERT(count < 20000);
    close(fd);
}

/* ---- OSC ---- */

static int open_receiver(char *address, size_t size)
{
    struct sockaddr_in at = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {0}};
    socklen_t length = sizeof at;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&at, length), 0);
    CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)&at, &length), 0);
    snprintf(address, size, "127.0.0.1:%d", ntohs(at.sin_port));
    return fd;
}

/* The one test of a build without OSC. */
static bool osc_is_missing(void)
{
    struct mien_error error = {0};
    struct rows *rows = NULL;
    if (MIEN_OSC)
        return false;
    CU_ASSERT(rows_open(&rows, &(struct rows_options){.osc = "[::1]:9000"}, &model, &error) < 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "built without OSC"));
    return true;
}

static void osc_has_what_each_face_expresses(void)
{
    static const unsigned char begin[] =
        "#bundle\0\xee\xb6\xcf\xd7\x80\0\0\0\0\0\0\x14/mien/faces\0,i\0\0\0\0\0\1";
    static const unsigned char sad[] = "/mien/face/7/emotion/sad\0\0\0\0,f\0\0\x3e\x80\0\0";
    unsigned char packet[2000];
    char address[32];
    if (osc_is_missing())
        return;
    int fd = open_receiver(address, sizeof address);
    struct rows *rows = open_rows(&(struct rows_options){.osc = address});
    CU_ASSERT_EQUAL(rows_add(rows, 4, 0.5, UTC, &one, NULL), 0);
    ssize_t size = recv(fd, packet, sizeof packet, 0);
    CU_ASSERT_FATAL(size > (ssize_t)sizeof begin);
    uint32_t since_1900 = (uint32_t)(UTC / 1000000000 + INT64_C(2208988800)), told;
    memcpy(&told, packet + 8, 4);
    CU_ASSERT_EQUAL(ntohl(told), since_1900);
    CU_ASSERT_EQUAL(memcmp(packet, begin, 8), 0);
    CU_ASSERT_EQUAL(memcmp(packet + 12, begin + 12, sizeof begin - 1 - 12), 0);
    CU_ASSERT_PTR_NOT_NULL(memmem(packet, (size_t)size, sad, sizeof sad - 1));
    CU_ASSERT_EQUAL(size % 4, 0);
    rows_close(&rows, NULL);
    close(fd);
}

static void a_crowd_takes_several_datagrams(void)
{
    static struct mien_face crowd[40];
    struct mien_faces faces = {.list = crowd, .count = 40};
    unsigned char packet[2000];
    char address[32], last[] = "/mien/face/40/emotion/sad";
    bool found = false;
    if (osc_is_missing())
        return;
    for (int i = 0; i < 40; i++)
        crowd[i] = (struct mien_face){.id = (uint32_t)i + 1};
    int fd = open_receiver(address, sizeof address);
    struct rows *rows = open_rows(&(struct rows_options){.osc = address});
    rows_add(rows, 4, 0.5, UTC, &faces, NULL);
    while (!found) {
        ssize_t size = recv(fd, packet, sizeof packet, 0);
        CU_ASSERT_FATAL(size > 0 && size <= 1400);
        found = memmem(packet, (size_t)size, last, sizeof last) != NULL;
    }
    rows_close(&rows, NULL);
    close(fd);
}

static void wrong_addresses_are_refused(void)
{
    static const char *const wrong[] = {
        "", "host", ":9000", "host:", "host:0", "host:70000", "host:9x", "::1:9000"};
    struct mien_error error;
    struct rows *rows = NULL;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CU_ASSERT(rows_open(&rows, &(struct rows_options){.osc = wrong[i]}, &model, &error) < 0);
        CU_ASSERT_PTR_NULL(rows);
    }
    if (osc_is_missing())
        return;
    rows = open_rows(&(struct rows_options){.osc = "[::1]:9000"});
    rows_close(&rows, NULL);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/rows", folder);
    const struct test tests[] = {
        {"readers of a socket get whole rows", readers_of_a_socket_get_whole_rows},
        {"a slow reader misses rows", a_slow_reader_misses_rows},
        {"a socket of others is left alone", a_socket_of_others_is_left_alone},
        {"a WebSocket has the rows", a_websocket_has_the_rows},
        {"only its own page is let in", only_its_own_page_is_let_in},
        {"sixteen browsers have places", sixteen_browsers_have_places},
        {"a slow browser misses rows", a_slow_browser_misses_rows},
        {"OSC has what each face expresses", osc_has_what_each_face_expresses},
        {"a crowd takes several datagrams", a_crowd_takes_several_datagrams},
        {"wrong addresses are refused", wrong_addresses_are_refused},
        {NULL, NULL},
    };
    int result = run_tests("rows", tests);
    rmdir(folder);
    return result;
}
