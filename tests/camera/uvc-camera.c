/*
 * uvc-camera: a USB webcam made of files, plugged into the running kernel.
 *
 *   uvc-camera MODE...        MODE is WIDTHxHEIGHT@FPS[,FPS...]:FILE
 *
 * FILE holds the frames: packed YUYV when its name ends in .yuyv, JPEG images
 * one after the other when it ends in .mjpeg. The modes are what the camera
 * offers, the first one being its default. The frames are played in a loop at
 * the negotiated rate, and follow the clock as a live scene does: a frame the
 * host was too slow to fetch is lost.
 *
 * The device is real to everything above the USB wire: Linux enumerates it,
 * binds its own uvcvideo driver and makes /dev/videoN. It is reached through
 * the kernel's vhci_hcd (the client side of usbip), one end of a socketpair
 * being handed to it; "modprobe vhci_hcd uvcvideo" first. The camera stays
 * plugged in as long as this program lives:
 *
 *   unplug   kill PID          freeze   kill -STOP PID
 *   replug   run it again      thaw     kill -CONT PID
 *   damage   kill -USR1 PID: the next ten frames are cut in half
 *
 * References: USB Video Class 1.1; Documentation/usb/usbip_protocol.rst.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_MODES = 32, MAX_RATES = 8, MAX_URBS = 64, MAX_PACKETS = 128 };
enum { YUYV, MJPEG, FORMATS };
enum { PACKET = 3 * 1024, HEADER = 2 }; /* isochronous, high bandwidth */

struct mode {
    int format, width, height, rates;
    uint32_t interval[MAX_RATES]; /* in 100 ns, as UVC has it */
    const uint8_t *data;
    size_t frames, *start; /* start[frames] is the end */
    size_t largest;
};

static struct mode modes[MAX_MODES];
static int mode_count;

/* ---- what the files hold ------------------------------------------------ */

static void index_frames(struct mode *m, size_t size, const char *name)
{
    size_t room = 0, frame = (size_t)m->width * m->height * 2, at = 0;

    while (at < size) {
        size_t end = at + frame;
        if (m->format == MJPEG) { /* up to the next SOI: ff d8 ff */
            for (end = at + 3; end + 2 < size; end++)
                if (m->data[end] == 0xff && m->data[end + 1] == 0xd8 && m->data[end + 2] == 0xff)
                    break;
            if (end + 2 >= size)
                end = size;
        }
        if (end > size)
            break;
        if (m->frames + 2 > room)
            m->start = realloc(m->start, (room += 1024) * sizeof *m->start);
        m->start[m->frames++] = at;
        m->start[m->frames] = end;
        if (end - at > m->largest)
            m->largest = end - at;
        at = end;
    }
    if (m->frames == 0)
        errx(2, "%s: not one frame", name);
}

static void add_mode(const char *arg)
{
    struct mode *m = &modes[mode_count++];
    int used = 0;
    const char *p, *dot = strrchr(arg, '.');
    struct stat st;

    if (mode_count > MAX_MODES || sscanf(arg, "%dx%d@%n", &m->width, &m->height, &used) != 2 ||
        !used || !dot)
        errx(2, "not a mode: %s", arg);
    for (p = arg + used; m->rates < MAX_RATES;) {
        char *end;
        double rate = strtod(p, &end);
        if (end == p || rate <= 0)
            errx(2, "not a mode: %s", arg);
        m->interval[m->rates++] = 1e7 / rate;
        p = end + 1;
        if (*end == ':')
            break;
    }
    m->format = strcmp(dot, ".mjpeg") ? YUYV : MJPEG;
    int fd = open(p, O_RDONLY);
    if (fd < 0 || fstat(fd, &st) < 0)
        err(2, "%s", p);
    m->data = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (m->data == MAP_FAILED)
        err(2, "%s", p);
    index_frames(m, st.st_size, p);
}

/* ---- descriptors -------------------------------------------------------- */

static uint8_t config[4096];
static size_t config_size;

static void put8(unsigned v)
{
    config[config_size++] = v;
}

static void put16(unsigned v)
{
    put8(v & 255);
    put8(v >> 8);
}

static void put32(uint32_t v)
{
    put16(v & 0xffff);
    put16(v >> 16);
}

static void put(const void *p, size_t n)
{
    memcpy(config + config_size, p, n);
    config_size += n;
}

static void patch16(size_t at, unsigned v)
{
    config[at] = v & 255;
    config[at + 1] = v >> 8;
}

static const uint8_t device_descriptor[] = {
    18,   1,    0x00, 0x02, 0xef, 2,    1, 64, /* USB 2.0, interface association */
    0x6b, 0x1d, 0x02, 0x01, 0x00, 0x01,        /* 1d6b:0102, the Linux webcam gadget */
    1,    2,    3,    1};
static const char *const strings[] = {"", "Camera VM", "Camera VM Webcam", "0001"};

/* The n-th mode of a format, n from 1 as bFrameIndex counts. */
static struct mode *find_mode(int format, int n)
{
    for (int i = 0; i < mode_count; i++)
        if (modes[i].format == format && --n == 0)
            return &modes[i];
    return NULL;
}

static int format_number[FORMATS]; /* bFormatIndex, 0 when not offered */

static int number_formats(void) /* in the order of the arguments */
{
    int formats = 0;
    for (int i = 0; i < mode_count; i++)
        if (!format_number[modes[i].format])
            format_number[modes[i].format] = ++formats;
    return formats;
}

static void write_control_interface(void)
{
    put((uint8_t[]){9, 4, 0, 0, 0, 14, 1, 0, 2}, 9);
    size_t start = config_size;
    put((uint8_t[]){13, 0x24, 1, 0x10, 0x01, 0, 0, 0, 0, 0, 0, 1, 1}, 13);
    put((uint8_t[]){18, 0x24, 2, 1, 0x01, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0},
        18);                                                         /* 1: camera */
    put((uint8_t[]){12, 0x24, 5, 2, 1, 0, 0, 2, 0x03, 0, 0, 0}, 12); /* 2: brightness, contrast */
    put((uint8_t[]){9, 0x24, 3, 3, 0x01, 0x01, 0, 2, 0}, 9);         /* 3: to USB */
    patch16(start + 5, config_size - start);
}

static void write_mode(const struct mode *m, int n)
{
    uint32_t size = m->width * m->height * 2;
    put8(26 + 4 * m->rates);
    put8(0x24);
    put8(m->format == YUYV ? 5 : 7);
    put8(n);
    put8(0);
    put16(m->width);
    put16(m->height);
    put32(size * 8);
    put32(size * 240u);
    put32(size);
    put32(m->interval[0]);
    put8(m->rates);
    for (int r = 0; r < m->rates; r++)
        put32(m->interval[r]);
}

static void write_format(int number)
{
    static const uint8_t yuy2[16] = "YUY2\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71";
    int format = format_number[YUYV] == number ? YUYV : MJPEG, frames = 0;
    while (find_mode(format, frames + 1))
        frames++;
    if (format == YUYV) {
        put((uint8_t[]){27, 0x24, 4, number, frames}, 5);
        put(yuy2, 16);
        put((uint8_t[]){16, 1, 0, 0, 0, 0}, 6);
    } else {
        put((uint8_t[]){11, 0x24, 6, number, frames, 1, 1, 0, 0, 0, 0}, 11);
    }
    for (int n = 1; n <= frames; n++)
        write_mode(find_mode(format, n), n);
    put((uint8_t[]){6, 0x24, 13, 1, 1, 4}, 6); /* colours: BT.709, BT.601 matrix */
}

static void write_streaming_interface(int formats)
{
    put((uint8_t[]){9, 4, 1, 0, 0, 14, 2, 0, 0}, 9); /* idle */
    size_t start = config_size;
    put((uint8_t[]){13 + formats, 0x24, 1, formats, 0, 0}, 6);
    put((uint8_t[]){0x81, 0, 3, 0, 0, 0, 1}, 7);
    for (int i = 0; i < formats; i++)
        put8(0);
    for (int number = 1; number <= formats; number++)
        write_format(number);
    patch16(start + 4, config_size - start);
    put((uint8_t[]){9, 4, 1, 1, 1, 14, 2, 0, 0}, 9);   /* running */
    put((uint8_t[]){7, 5, 0x81, 5, 0x00, 0x14, 1}, 7); /* isochronous, 3 x 1024 */
}

static void build_config(void)
{
    put((uint8_t[]){9, 2, 0, 0, 2, 1, 0, 0x80, 250}, 9);
    put((uint8_t[]){8, 11, 0, 2, 14, 3, 0, 2}, 8); /* association: video */
    write_control_interface();
    write_streaming_interface(number_formats());
    patch16(2, config_size);
}

/* ---- the usbip wire ----------------------------------------------------- */

struct header { /* 48 bytes, big endian */
    uint32_t command, seqnum, devid, direction, ep;
    uint32_t word[5];
    uint8_t setup[8];
};
struct iso {
    uint32_t offset, length, actual, status;
};
struct urb {
    struct header h;
    int packets;
    struct iso iso[MAX_PACKETS];
};

static int wire;
static struct urb urbs[MAX_URBS]; /* waiting for video, oldest first */
static int urb_count;
static struct header unlinks[MAX_URBS]; /* of URBs still to come, see serve() */
static int unlink_count;

static void receive(void *p, size_t n)
{
    for (ssize_t got; n; p = (char *)p + got, n -= got)
        if ((got = recv(wire, p, n, MSG_WAITALL)) <= 0)
            errx(0, "unplugged by the host");
}

static void transmit(const void *p, size_t n)
{
    for (ssize_t put; n; p = (const char *)p + put, n -= put)
        if ((put = send(wire, p, n, MSG_NOSIGNAL)) <= 0)
            errx(0, "unplugged by the host");
}

/* Answer a URB; status is 0 or a negative errno of Linux. */
static void answer(const struct header *to, uint32_t command, int status, const void *data,
                   size_t n)
{
    struct header h = {.command = htonl(command), .seqnum = to->seqnum};
    h.word[0] = htonl(status);
    h.word[1] = htonl(n);
    transmit(&h, sizeof h);
    if (data)
        transmit(data, n);
}

/* ---- control requests --------------------------------------------------- */

static struct __attribute__((packed)) { /* probe and commit, UVC 1.1 */
    uint16_t hint;
    uint8_t format, frame;
    uint32_t interval;
    uint16_t key_rate, p_rate, quality, window, delay;
    uint32_t frame_size, payload_size, clock;
    uint8_t framing, preferred, min, max;
} probe;

static struct mode *current; /* what the probe settled on */
static uint32_t current_interval;
static int streaming;
static double stream_start;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void settle(void) /* make the probe one we can do */
{
    int format = probe.format && format_number[MJPEG] == probe.format  ? MJPEG
                 : probe.format && format_number[YUYV] == probe.format ? YUYV
                                                                       : modes[0].format;
    current = find_mode(format, probe.frame);
    if (!current)
        current = find_mode(format, 1), probe.frame = 1;
    probe.format = format_number[format];
    uint32_t best = current->interval[0], want = le32toh(probe.interval);
    for (int r = 0; r < current->rates; r++)
        if (llabs((int64_t)current->interval[r] - want) < llabs((int64_t)best - want))
            best = current->interval[r];
    current_interval = want ? best : current->interval[0];
    probe.interval = htole32(current_interval);
    probe.frame_size = htole32(current->width * current->height * 2);
    probe.payload_size = htole32(PACKET);
    probe.clock = htole32(48000000);
    probe.framing = 3;
    probe.preferred = probe.min = probe.max = 1;
}

struct reply {
    uint8_t bytes[256];
    const void *data; /* bytes, or something larger */
    size_t size;
    int status;
};

static void fetch_string(struct reply *reply, unsigned number)
{
    size_t n = 2;
    for (const char *t = strings[number]; *t; t++, n += 2)
        reply->bytes[n] = *t;
    if (number == 0) { /* the languages: English */
        reply->bytes[n++] = 0x09;
        reply->bytes[n++] = 0x04;
    }
    reply->bytes[0] = n;
    reply->bytes[1] = 3;
    reply->size = n;
}

static void control_standard(struct reply *reply, unsigned request, unsigned value, unsigned index)
{
    if (request == 0) { /* GET_STATUS */
        reply->size = 2;
    } else if (request == 11 && index == 1) { /* SET_INTERFACE */
        streaming = value == 1;
        stream_start = now();
    } else if (request == 6 && value >> 8 == 1) {
        reply->data = device_descriptor;
        reply->size = sizeof device_descriptor;
    } else if (request == 6 && value >> 8 == 2) {
        reply->data = config;
        reply->size = config_size;
    } else if (request == 6 && value >> 8 == 3 && (value & 255) < 4) {
        fetch_string(reply, value & 255);
    } else if (request == 6) {
        reply->status = -EPIPE;
    }
}

static void control_stream(struct reply *reply, unsigned request, const uint8_t *out, size_t length)
{
    if (request == 1) {
        memcpy(&probe, out, length < sizeof probe ? length : sizeof probe);
        settle();
    } else if (request == 0x85 || request == 0x86) { /* GET_LEN, GET_INFO */
        reply->bytes[0] = request == 0x85 ? sizeof probe : 3;
        reply->size = request == 0x85 ? 2 : 1;
    } else {
        reply->data = &probe;
        reply->size = sizeof probe;
    }
}

/* Brightness and contrast. */
static void control_picture(struct reply *reply, unsigned request, unsigned selector,
                            const uint8_t *out)
{
    enum { CURRENT, LOW, HIGH, STEP, LENGTH, INFO, DEFAULT, VALUES };
    static int16_t picture[2][VALUES] = {{128, 0, 255, 1, 2, 3, 128}, {32, 0, 64, 1, 2, 3, 32}};
    unsigned which = selector - 2, value = request - 0x81;
    if (which < 2 && request == 1)
        picture[which][CURRENT] = out[0] | out[1] << 8;
    else if (which < 2 && value < VALUES)
        memcpy(reply->bytes, &picture[which][value], 2);
    else
        reply->status = -EPIPE;
    reply->size = value == INFO ? 1 : 2;
}

static void control(const struct header *h, const uint8_t *out)
{
    const uint8_t *s = h->setup;
    unsigned type = s[0], request = s[1], value = s[2] | s[3] << 8, index = s[4] | s[5] << 8,
             length = s[6] | s[7] << 8;
    bool class = (type & 0x60) == 0x20;
    struct reply reply = {0};

    reply.data = reply.bytes;
    if ((type & 0x60) == 0)
        control_standard(&reply, request, value, index);
    else if (class && (index & 255) == 1)
        control_stream(&reply, request, out, length);
    else if (class && index == 0x0200)
        control_picture(&reply, request, value >> 8, out);
    else if (class && (index & 255) == 0)
        reply.size = request & 0x80 ? 1 : 0; /* error code: none */
    else
        reply.status = -EPIPE;
    if (reply.status)
        answer(h, 3, reply.status, NULL, 0);
    else if (type & 0x80)
        answer(h, 3, 0, reply.data, reply.size < length ? reply.size : length);
    else
        answer(h, 3, 0, NULL, length);
}

/* An URB that the host no longer wants. vhci can send this before the URB itself: it is then
 * remembered. */
static void unlink_urb(const struct header *h, uint32_t latest)
{
    for (int i = 0; i < urb_count; i++)
        if (urbs[i].h.seqnum == h->word[0]) {
            memmove(&urbs[i], &urbs[i + 1], (--urb_count - i) * sizeof *urbs);
            answer(h, 4, -ECONNRESET, NULL, 0);
            return;
        }
    if ((int32_t)(ntohl(h->word[0]) - latest) > 0 && unlink_count < MAX_URBS)
        unlinks[unlink_count++] = *h;
    else
        answer(h, 4, 0, NULL, 0); /* answered already */
}

static bool was_unlinked(uint32_t seqnum)
{
    for (int i = 0; i < unlink_count; i++)
        if (unlinks[i].word[0] == seqnum) {
            answer(&unlinks[i], 4, -ECONNRESET, NULL, 0);
            unlinks[i] = unlinks[--unlink_count];
            return true;
        }
    return false;
}

static void serve(void) /* one message from the host */
{
    static uint8_t out[65536];
    static struct urb urb;
    static uint32_t latest; /* sequence number of a submitted URB */
    struct header *h = &urb.h;

    receive(h, sizeof *h);
    if (ntohl(h->command) == 2) {
        unlink_urb(h, latest);
        return;
    }
    latest = ntohl(h->seqnum);
    size_t length = ntohl(h->word[1]);
    if (h->direction == 0) {
        if (length > sizeof out)
            errx(1, "%zu bytes sent to a camera", length);
        receive(out, length);
    }
    if (h->ep == 0) {
        control(h, out);
        return;
    }
    urb.packets = ntohl(h->word[3]);
    if (urb.packets < 1 || urb.packets > MAX_PACKETS || urb_count == MAX_URBS)
        errx(1, "cannot take this URB");
    receive(urb.iso, urb.packets * sizeof *urb.iso);
    if (!was_unlinked(h->seqnum))
        urbs[urb_count++] = urb;
}

/* ---- video -------------------------------------------------------------- */

static const uint8_t *frame_at;
static size_t frame_left;
static int frame_id;

static void fill(struct urb *u) /* send the oldest URB back with video */
{
    static uint8_t buffer[MAX_PACKETS * PACKET];
    size_t total = 0;

    for (int i = 0; i < u->packets; i++) {
        size_t room = ntohl(u->iso[i].length), n = 0;
        if (frame_left && room > HEADER && room <= PACKET) {
            n = frame_left < room - HEADER ? frame_left : room - HEADER;
            memcpy(buffer + total + HEADER, frame_at, n);
            frame_at += n, frame_left -= n;
            buffer[total] = HEADER;
            buffer[total + 1] = 0x80 | frame_id | (frame_left ? 0 : 2); /* EOF */
            n += HEADER;
        }
        u->iso[i].actual = htonl(n);
        u->iso[i].status = 0;
        total += n;
    }
    struct header h = {.command = htonl(3), .seqnum = u->h.seqnum};
    h.word[1] = htonl(total);
    h.word[3] = htonl(u->packets);
    transmit(&h, sizeof h);
    transmit(buffer, total);
    transmit(u->iso, u->packets * sizeof *u->iso);
}

static volatile sig_atomic_t damaged; /* how many of the next frames are cut in half */

static void damage(int number)
{
    (void)number;
    damaged = 10;
}

static void start_frame(long number)
{
    size_t k = number % current->frames;
    frame_at = current->data + current->start[k];
    frame_left = current->start[k + 1] - current->start[k];
    frame_id ^= 1;
    if (damaged > 0) {
        frame_left /= 2;
        damaged--;
    }
}

/* Sends what is due. Returns how many milliseconds to wait for the host at most; −1: for ever. */
static int show_video(void)
{
    static long shown = -1; /* number of the last frame since the stream started */
    int wait = -1;

    if (streaming) {
        double interval = current_interval / 1e7, since = now() - stream_start;
        long due = since / interval;
        if (due > shown && !frame_left && urb_count) {
            start_frame(due);
            shown = due;
        }
        if (!frame_left && urb_count)
            wait = 1 + ((shown + 1) * interval - since) * 1000;
    } else {
        shown = -1;
        frame_left = 0;
    }
    while (frame_left && urb_count) {
        fill(&urbs[0]);
        memmove(&urbs[0], &urbs[1], --urb_count * sizeof urbs[0]);
    }
    if (wait < -1 || (streaming && !frame_left && urb_count && wait < 0))
        wait = 0;
    return wait;
}

static void plug_in(void)
{
    int pair[2], fd;
    bool attached = false;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
        err(1, "socketpair");
    wire = pair[0];
    if ((fd = open("/sys/devices/platform/vhci_hcd.0/attach", O_WRONLY)) < 0)
        err(1, "vhci_hcd is not loaded");
    for (int port = 0; port < 8 && !attached; port++) /* high speed: 3 */
        attached = dprintf(fd, "%d %d %d 3", port, pair[1], 0x10001 + port) > 0;
    if (!attached)
        err(1, "vhci_hcd took no device");
    close(fd);
    close(pair[1]);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        errx(2, "usage: uvc-camera WIDTHxHEIGHT@FPS[,FPS...]:FILE...");
    for (int i = 1; i < argc; i++)
        add_mode(argv[i]);
    signal(SIGUSR1, damage);
    build_config();
    settle();
    plug_in();
    for (;;) {
        struct pollfd p = {.fd = wire, .events = POLLIN};
        if (poll(&p, 1, show_video()) > 0)
            serve();
    }
}
