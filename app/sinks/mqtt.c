#include "mqtt.h"

#include <errno.h>
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mien/log.h"

enum { KEEPALIVE_SECONDS = 30, PACE_MS = 50 };

#define RETRY_SECONDS 2.0    /* between tries to connect */
#define CONNECT_SECONDS 10.0 /* after which a try has failed */
#define ANSWER_SECONDS 1.0   /* at the start, for the answer to what was sent at once */
#define FLUSH_SECONDS 0.6    /* at the end, for what the broker has not confirmed yet */

/* All but the settings is of the thread. */
struct mqtt {
    struct mosquitto *client;
    char *host;
    int port;
    bool tried; /* to connect */
    bool connected;
    bool away;    /* and that was told */
    double since; /* seconds: of the last try */
    int unconfirmed;
    char tls_error[160]; /* of the last try: why TLS failed, empty if it did not */
};

/* Told once for each time that the broker is away. */
static void note_away(struct mqtt *mqtt, const char *why)
{
    const char *tls = mqtt->tls_error;
    mqtt->connected = false;
    mqtt->unconfirmed = 0;
    if (!mqtt->away)
        mien_log(MIEN_LOG_WARNING, "MQTT broker %s, port %d: %s%s; trying again", mqtt->host,
                 mqtt->port, *tls ? "TLS fails: " : "", *tls ? tls : why);
    mqtt->away = true;
}

/* What libmosquitto returns differs between its versions: 2.0.21 calls a certificate that nobody
 * trusts a protocol error. What it logs says the reason, after the last colon. */
static void on_log(struct mosquitto *client, void *data, int level, const char *text)
{
    struct mqtt *mqtt = data;
    const char *reason = strrchr(text, ':');
    (void)client;
    if (level == MOSQ_LOG_ERR && reason && !strncmp(text, "OpenSSL Error", 13))
        snprintf(mqtt->tls_error, sizeof mqtt->tls_error, "%s", reason + 1);
}

static void on_connect(struct mosquitto *client, void *data, int code)
{
    struct mqtt *mqtt = data;
    (void)client;
    if (code) {
        note_away(mqtt, mosquitto_connack_string(code));
        return;
    }
    mien_log(MIEN_LOG_INFO, "MQTT broker %s: connected", mqtt->host);
    mqtt->away = false;
    mqtt->connected = true;
}

static void on_disconnect(struct mosquitto *client, void *data, int code)
{
    (void)client;
    if (code)
        note_away(data, mosquitto_strerror(code));
}

static void on_publish(struct mosquitto *client, void *data, int message)
{
    struct mqtt *mqtt = data;
    (void)client, (void)message;
    mqtt->unconfirmed -= mqtt->unconfirmed > 0;
}

/* ---- the thread ---- */

/* Only looking up the broker's name can take its time here. */
static void try_to_connect(struct mqtt *mqtt)
{
    *mqtt->tls_error = '\0';
    int code = mqtt->tried ? mosquitto_reconnect_async(mqtt->client)
                           : mosquitto_connect_async(mqtt->client, mqtt->host, mqtt->port,
                                                     KEEPALIVE_SECONDS);
    mqtt->tried |= !code;
    mqtt->since = clock_seconds();
    if (code)
        note_away(mqtt, code == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(code));
}

static void look_after_connection(struct mqtt *mqtt)
{
    int code = mosquitto_loop(mqtt->client, 0, 1);
    double waited = clock_seconds() - mqtt->since;
    if (code && code != MOSQ_ERR_NO_CONN)
        note_away(mqtt, code == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(code));
    else if (!mqtt->connected && waited > CONNECT_SECONDS)
        note_away(mqtt, "it does not answer");
    if (waited > (code ? RETRY_SECONDS : CONNECT_SECONDS) && !mqtt->connected)
        try_to_connect(mqtt);
}

static void publish(struct mqtt *mqtt, const struct mqtt_item *item, struct sink *sink)
{
    int quality = item->at_least_once ? 1 : 0;
    if (!mqtt->connected || mosquitto_publish(mqtt->client, NULL, item->topic,
                                              (int)strlen(item->text), item->text, quality, false))
        sink_drop(sink);
    else
        mqtt->unconfirmed++;
}

/* Rows that the broker was sent are confirmed before it is left. */
static void say_goodbye(struct mqtt *mqtt)
{
    double until = clock_seconds() + FLUSH_SECONDS;
    while (mqtt->connected && mqtt->unconfirmed && clock_seconds() < until)
        if (mosquitto_loop(mqtt->client, PACE_MS, 1))
            break;
    if (mqtt->connected && !mosquitto_disconnect(mqtt->client))
        mosquitto_loop(mqtt->client, 0, 1);
}

/* What was sent before the broker had a chance to answer waits for it a moment, also at the end. */
static void await_connection(struct sink *sink, struct mqtt *mqtt)
{
    double until = clock_seconds() + ANSWER_SECONDS;
    while (!mqtt->connected && !mqtt->away && clock_seconds() < until && !sink_ending(sink))
        if (mosquitto_loop(mqtt->client, PACE_MS, 1))
            break;
}

static void run(struct sink *sink, void *state)
{
    struct mqtt *mqtt = state;
    struct mqtt_item item;
    int result;
    try_to_connect(mqtt);
    await_connection(sink, mqtt);
    while ((result = sink_take(sink, &item, PACE_MS)) != -ECANCELED) {
        if (!result)
            publish(mqtt, &item, sink);
        look_after_connection(mqtt);
    }
    say_goodbye(mqtt);
}

static void free_mqtt(void *state)
{
    struct mqtt *mqtt = state;
    if (mqtt->client)
        mosquitto_destroy(mqtt->client);
    free(mqtt->host);
    free(mqtt);
}

static const struct sink_kind kind = {"mqtt", sizeof(struct mqtt_item), run, free_mqtt};

/* ---- starting ---- */

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

static int configure(struct mqtt *mqtt, const struct mien_config *config, struct mien_error *error)
{
    const char *user = or_null(config->mqtt.user), *password = or_null(config->mqtt.password);
    const char *authority = or_null(config->mqtt.ca_file), *topic = config->mqtt.topic;
    mosquitto_log_callback_set(mqtt->client, on_log);
    mosquitto_connect_callback_set(mqtt->client, on_connect);
    mosquitto_disconnect_callback_set(mqtt->client, on_disconnect);
    mosquitto_publish_callback_set(mqtt->client, on_publish);
    if (user && mosquitto_username_pw_set(mqtt->client, user, password))
        return mien_error_set(error, EINVAL, "mqtt.user or mqtt.password cannot be used");
    if (authority && mosquitto_tls_set(mqtt->client, authority, NULL, NULL, NULL, NULL))
        return mien_error_set(error, EINVAL, "mqtt.ca_file: %s cannot be used", authority);
    if (!*topic || mosquitto_pub_topic_check(topic))
        return mien_error_set(error, EINVAL, "mqtt.topic: '%s' is none to publish to", topic);
    return 0;
}

int mqtt_start(struct sink **sink, const struct mien_config *config, struct mien_error *error)
{
    *sink = NULL;
    if (!*config->mqtt.host)
        return 0;
    struct mqtt *mqtt = calloc(1, sizeof *mqtt);
    if (!mqtt)
        return mien_error_set(error, ENOMEM, "no memory for MQTT");
    mosquitto_lib_init(); /* for good: what is left to itself may still need it */
    mqtt->port = config->mqtt.port;
    mqtt->host = strdup(config->mqtt.host);
    mqtt->client = mosquitto_new(NULL, true, mqtt);
    int result = mqtt->host && mqtt->client ? configure(mqtt, config, error)
                                            : mien_error_set(error, ENOMEM, "no memory for MQTT");
    if (result) {
        free_mqtt(mqtt);
        return result;
    }
    return sink_start(sink, &kind, mqtt, error);
}

static void put(struct sink *sink, const char *topic, const char *text, bool at_least_once)
{
    struct mqtt_item item = {.at_least_once = at_least_once};
    if (!sink)
        return;
    snprintf(item.topic, sizeof item.topic, "%s", topic);
    snprintf(item.text, sizeof item.text, "%s", text);
    sink_put(sink, &item);
}

void mqtt_send(struct sink *sink, const char *topic, const char *text)
{
    put(sink, topic, text, true);
}

void mqtt_send_once(struct sink *sink, const char *topic, const char *text)
{
    put(sink, topic, text, false);
}
