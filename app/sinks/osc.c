#include "osc.h"

#include <errno.h>
#include <lo/lo_lowlevel.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mien/log.h"

/* A datagram that no network has to cut. Liblo makes it, but does not send it: that of Debian knows
 * no IPv6. */
enum { PACKET_MAX = 1400, HEAD = 16 };

struct packet {
    size_t size;
    unsigned char bytes[PACKET_MAX];
};

/* ---- bundles ---- */

/* The time since 1900 in parts of 2^32 of a second. */
static lo_bundle new_bundle(int64_t utc_ns)
{
    return lo_bundle_new(
        (lo_timetag){.sec = (uint32_t)(utc_ns / 1000000000 + INT64_C(2208988800)),
                     .frac = (uint32_t)(((uint64_t)(utc_ns % 1000000000) << 32) / 1000000000)});
}

static void put_count(lo_bundle bundle, int count)
{
    lo_message message = lo_message_new();
    lo_message_add_int32(message, count);
    lo_bundle_add_message(bundle, "/mien/faces", message);
}

static void put_box(lo_bundle bundle, const char *address, const struct mien_box *box)
{
    lo_message message = lo_message_new();
    lo_message_add_int32(message, box->x);
    lo_message_add_int32(message, box->y);
    lo_message_add_int32(message, box->width);
    lo_message_add_int32(message, box->height);
    lo_bundle_add_message(bundle, address, message);
}

static void put_text(lo_bundle bundle, const char *address, const char *text)
{
    lo_message message = lo_message_new();
    lo_message_add_string(message, text);
    lo_bundle_add_message(bundle, address, message);
}

static void put_share(lo_bundle bundle, const char *address, float share)
{
    lo_message message = lo_message_new();
    lo_message_add_float(message, share);
    lo_bundle_add_message(bundle, address, message);
}

static void put_face(lo_bundle bundle, const struct mien_model_info *model,
                     const struct mien_face *face)
{
    char address[128];
    snprintf(address, sizeof address, "/mien/face/%u/box", face->id);
    put_box(bundle, address, &face->box);
    snprintf(address, sizeof address, "/mien/face/%u/label", face->id);
    put_text(bundle, address, model->labels[face->label]);
    snprintf(address, sizeof address, "/mien/face/%u/confidence", face->id);
    put_share(bundle, address, face->confidence);
    for (int i = 0; i < model->label_count; i++) {
        snprintf(address, sizeof address, "/mien/face/%u/emotion/%.64s", face->id,
                 model->labels[i]);
        put_share(bundle, address, face->probabilities[i]);
    }
}

/* ---- datagrams ---- */

/* Adds the messages of a bundle to the packet, or to a new one where they do not fit. */
static void pack(struct sink *sink, struct packet *packet, lo_bundle bundle)
{
    unsigned char bytes[PACKET_MAX];
    size_t size = lo_bundle_length(bundle);
    if (size > sizeof bytes) { /* a face alone does not fit: a model of very many labels */
        sink_drop(sink);
        return;
    }
    lo_bundle_serialise(bundle, bytes, &size);
    if (packet->size + size - HEAD > PACKET_MAX) {
        sink_put(sink, packet);
        packet->size = 0;
    }
    size_t skipped = packet->size ? HEAD : 0; /* all have the same time */
    memcpy(packet->bytes + packet->size, bytes + skipped, size - skipped);
    packet->size += size - skipped;
}

void osc_send(struct sink *sink, const struct mien_model_info *model, int64_t utc_ns,
              const struct mien_faces *faces)
{
    struct packet packet = {.size = 0};
    if (!sink)
        return;
    for (int i = -1; i < faces->count; i++) {
        lo_bundle bundle = new_bundle(utc_ns);
        if (i < 0)
            put_count(bundle, faces->count);
        else
            put_face(bundle, model, &faces->list[i]);
        pack(sink, &packet, bundle);
        lo_bundle_free_recursive(bundle);
    }
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
    int result;
    osc->fd = connect_to(osc);
    while ((result = sink_take(sink, &packet, -1)) != -ECANCELED)
        if (!result && (osc->fd < 0 || send(osc->fd, packet.bytes, packet.size, MSG_NOSIGNAL) < 0))
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
