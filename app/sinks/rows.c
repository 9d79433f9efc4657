#include "rows.h"

#include <errno.h>
#include <stdlib.h>

#include "data/records.h"
#include "mien/log.h"
#include "mqtt.h"
#include "osc.h"
#include "row_socket.h"
#include "web.h"

/* At the end, for what a sink still has to send. */
enum { PATIENCE_MS = 500 };

enum { SOCKET, WEB, OSC, MQTT, SINKS };

struct rows {
    struct records *file; /* NULL: none */
    struct sink *sinks[SINKS];
    char topic[MIEN_CONFIG_TEXT_MAX];
    const struct mien_model_info *model;
};

static int open_sinks(struct rows *rows, const struct rows_options *options,
                      struct mien_error *error)
{
    int result = 0;
    if (options->socket)
        result = row_socket_start(&rows->sinks[SOCKET], options->socket, error);
    if (!result && options->web)
        result = web_start(&rows->sinks[WEB], options->web, error);
    if (!result && options->osc)
        result = osc_start(&rows->sinks[OSC], options->osc, error);
    if (!result && options->mqtt) {
        snprintf(rows->topic, sizeof rows->topic, "%s", options->mqtt->mqtt.faces_topic);
        result = mqtt_start(&rows->sinks[MQTT], options->mqtt, error);
        if (!result && !rows->sinks[MQTT])
            result = mien_error_set(error, EINVAL, "--mqtt needs mqtt.host, the broker");
    }
    return result;
}

int rows_open(struct rows **rows, const struct rows_options *options,
              const struct mien_model_info *model, struct mien_error *error)
{
    if (!options->jsonl && !options->socket && !options->web && !options->osc && !options->mqtt)
        return 0;
    struct rows *r = calloc(1, sizeof *r);
    if (!r)
        return mien_error_set(error, ENOMEM, "no memory for rows");
    r->model = model;
    int result = open_sinks(r, options, error);
    if (!result && options->jsonl)
        result = records_open(&r->file, options->jsonl, RECORDS_JSONL, model, error);
    if (result)
        rows_close(&r, NULL);
    *rows = r;
    return result;
}

void rows_use(struct rows *rows, const struct mien_model_info *model)
{
    if (!rows)
        return;
    rows->model = model;
    if (rows->file)
        records_use(rows->file, model);
}

/* ---- adding ---- */

static void send_text(struct rows *rows, uint32_t face, const char *text)
{
    char topic[MQTT_TOPIC_MAX];
    row_socket_send(rows->sinks[SOCKET], text);
    web_send(rows->sinks[WEB], text);
    snprintf(topic, sizeof topic, "%s/%u", rows->topic, face);
    mqtt_send_once(rows->sinks[MQTT], topic, text);
}

/* One that there is no memory for is left out. */
static void send_texts(struct rows *rows, uint64_t number, double time, int64_t utc_ns,
                       const struct mien_faces *faces)
{
    for (int i = 0; i < faces->count; i++) {
        char *text = NULL;
        size_t size = 0;
        FILE *file = open_memstream(&text, &size);
        if (!file)
            return;
        records_put_json(file, rows->model, number, time, utc_ns, &faces->list[i]);
        if (!fclose(file))
            send_text(rows, faces->list[i].id, text);
        free(text);
    }
}

int rows_add(struct rows *rows, uint64_t number, double time, int64_t utc_ns,
             const struct mien_faces *faces, struct mien_error *error)
{
    if (!rows)
        return 0;
    if (rows->sinks[SOCKET] || rows->sinks[WEB] || rows->sinks[MQTT])
        send_texts(rows, number, time, utc_ns, faces);
    osc_send(rows->sinks[OSC], rows->model, utc_ns, faces);
    if (!rows->file)
        return 0;
    records_stamp(rows->file, utc_ns);
    return records_add(rows->file, NULL, number, time, faces, error);
}

/* ---- the end ---- */

/* All of them end at the same time. */
static void stop_sinks(struct rows *rows)
{
    for (int i = 0; i < SINKS; i++)
        sink_end(rows->sinks[i]);
    for (int i = 0; i < SINKS; i++) {
        uint64_t dropped = rows->sinks[i] ? sink_dropped(rows->sinks[i]) : 0;
        if (dropped)
            mien_log(MIEN_LOG_INFO, "%s: %llu rows dropped", sink_name(rows->sinks[i]),
                     (unsigned long long)dropped);
        sink_stop(&rows->sinks[i], PATIENCE_MS);
    }
}

int rows_close(struct rows **rows, struct mien_error *error)
{
    struct rows *old = *rows;
    if (!old)
        return 0;
    stop_sinks(old);
    int result = records_close(&old->file, error);
    free(old);
    *rows = NULL;
    return result;
}
