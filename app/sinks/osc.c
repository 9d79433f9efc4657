#include "osc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mien/log.h"

/* A datagram that no network has to cut. */
enum { PACKET_MAX = 1400, HEAD = 16 };

struct packet {
    size_t size;
    unsigned char bytes[PACKET_MAX];
};

/* ---- packets ---- */

static void put(struct packet *packet, const void *bytes, size_t size)
{
    if (packet->size + size <= PACKET_MAX)
        memcpy(packet->bytes + packet->size, bytes, size);
    packet->size += size;
}

static void put_number(struct packet *packet, uint32_t number)
{
    uint32_t big = htonl(number);
    put(packet, &big, sizeof big);
}

static void put_float(struct packet *packet, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_number(packet, bits);
}

/* Texts end with a zero, and with more of them up to a multiple of four bytes. */
static void put_text(struct packet *packet, const char *text)
{
    static const char zeros[4];
    size_t size = strlen(text);
    put(packet, text, size);
    put(packet, zeros, 4 - size % 4);
}

/* The time since 1900 in parts of 2^32 of a second. */
static void begin(struct packet *packet, int64_t utc_ns)
{
    packet->size = 0;
    put_text(packet, "#bundle");
    put_number(packet, (uint32_t)(utc_ns / 1000000000 + INT64_C(2208988800)));
    put_number(packet, (uint32_t)(((uint64_t)(utc_ns % 1000000000) << 32) / 1000000000));
}

/* An element of the bundle begins with its size, which is known at its end. */
static size_t begin_message(struct packet *packet, const char *address, const char *types)
{
    size_t at = packet->size;
    put_number(packet, 0);
    put_text(packet, address);
    put_text(packet, types);
    return at;
}

static void end_message(struct packet *packet, size_t at)
{
    uint32_t big = htonl((uint32_t)(packet->size - at - 4));
    if (at + 4 <= PACKET_MAX)
        memcpy(packet->bytes + at, &big, sizeof big);
}

static void put_share(struct packet *packet, const char *address, float share)
{
    size_t at = begin_message(packet, address, ",f");
    put_float(packet, share);
    end_message(packet, at);
}

static void put_face(struct packet *packet, const struct mien_model_info *model,
                     const struct mien_face *face)
{
    char address[128];
    snprintf(address, sizeof address, "/mien/face/%u/box", face->id);
    size_t at = begin_message(packet, address, ",iiii");
    put_number(packet, (uint32_t)face->box.x);
    put_number(packet, (uint32_t)face->box.y);
    put_number(packet, (uint32_t)face->box.width);
    put_number(packet, (uint32_t)face->box.height);
    end_message(packet, at);
    snprintf(address, sizeof address, "/mien/face/%u/label", face->id);
    at = begin_message(packet, address, ",s");
    put_text(packet, model->labels[face->label]);
    end_message(packet, at);
    snprintf(address, sizeof address, "/mien/face/%u/confidence", face->id);
    put_share(packet, address, face->confidence);
    for (int i = 0; i < model->label_count; i++) {
        snprintf(address, sizeof address, "/mien/face/%u/emotion/%.64s", face->id,
                 model->labels[i]);
        put_share(packet, address, face->probabilities[i]);
    }
}

void osc_send(struct sink *sink, const struct mien_model_info *model, int64_t utc_ns,
              const struct mien_faces *faces)
{
    struct packet packet;
    if (!sink)
        return;
    begin(&packet, utc_ns);
    size_t at = begin_message(&packet, "/mien/faces", ",i");
    put_number(&packet, (uint32_t)faces->count);
    end_message(&packet, at);
    for (int i = 0; i < faces->count; i++) {
        size_t before = packet.size;
        put_face(&packet, model, &faces->list[i]);
        if (packet.size <= PACKET_MAX)
            continue;
        packet.size = before;
        if (before == HEAD) { /* a face alone does not fit: a model of very many labels */
            sink_drop(sink);
            continue;
        }
        sink_put(sink, &packet);
        begin(&packet, utc_ns);
        i--;
    }
    if (packet.size > HEAD)
        sink_put(sink, &packet);
}

/* ---- the thread ---- */

struct osc {
    char host[256], port[8];
    int fd; /* below 0: not open yet */
};

static int connect_to(const struct osc *osc)
{
    struct addrinfo wish = {.ai_socktype = SOCK_DGRAM}, *found = NULL;
    int fd = -1, result = getaddrinfo(osc->host, osc->port, &wish, &found);
    if (result) {
        mien_log(MIEN_LOG_WARNING, "OSC to %s: %s", osc->host, gai_strerror(result));
        return -1;
    }
    for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen)) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    return fd;
}

/* Nobody there (ECONNREFUSED tells of the packet before) is no reason to give up. */
static void run(struct sink *sink, void *state)
{
    struct osc *osc = state;
    struct packet packet;
    osc->fd = connect_to(osc);
    while (sink_take(sink, &packet, -1) != -ECANCELED)
        if (osc->fd < 0 || send(osc->fd, packet.bytes, packet.size, MSG_NOSIGNAL) < 0)
            sink_drop(sink);
}

static void free_osc(void *state)
{
    struct osc *osc = state;
    if (osc->fd >= 0)
        close(osc->fd);
    free(osc);
}

static const struct sink_kind kind = {"osc", sizeof(struct packet), run, free_osc};

/* ---- starting ---- */

/* "HOST:PORT" or "[HOST]:PORT". */
static bool split(const char *address, struct osc *osc)
{
    const char *colon = strrchr(address, ':');
    if (!colon || colon == address)
        return false;
    bool brackets = *address == '[' && colon[-1] == ']';
    const char *host = address + brackets;
    size_t size = (size_t)(colon - host) - brackets;
    long port = strtol(colon + 1, NULL, 10);
    if (!size || size >= sizeof osc->host || (!brackets && memchr(host, ':', size)) ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) || port < 1 || port > 65535)
        return false;
    memcpy(osc->host, host, size);
    snprintf(osc->port, sizeof osc->port, "%ld", port);
    return true;
}

int osc_start(struct sink **sink, const char *address, struct mien_error *error)
{
    struct osc *osc = calloc(1, sizeof *osc);
    if (!osc)
        return mien_error_set(error, ENOMEM, "no memory for OSC");
    osc->fd = -1;
    if (!split(address, osc)) {
        free(osc);
        return mien_error_set(error, EINVAL, "--osc: '%s' is no HOST:PORT, as 127.0.0.1:9000",
                              address);
    }
    return sink_start(sink, &kind, osc, error);
}
