#include "mqtt.h"

#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "mien/log.h"

enum { KEEPALIVE_SECONDS = 30, RETRY_SECONDS = 2, AT_LEAST_ONCE = 1 };

struct mqtt {
    struct mosquitto *client;
    char *host, *topic;
    int port;
    int stop; /* eventfd */
    pthread_t thread;
    bool running;
    bool away; /* and that was told; of the thread */
    atomic_bool connected;
};

/* Told once for each time that the broker is away. */
static void note_away(struct mqtt *mqtt, const char *why)
{
    atomic_store(&mqtt->connected, false);
    if (!mqtt->away)
        mien_log(MIEN_LOG_WARNING, "MQTT broker %s, port %d: %s; trying again", mqtt->host,
                 mqtt->port, why);
    mqtt->away = true;
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
    atomic_store(&mqtt->connected, true);
}

static void on_disconnect(struct mosquitto *client, void *data, int code)
{
    (void)client;
    if (code)
        note_away(data, mosquitto_strerror(code));
}

/* The library looks names up before it returns, and gives up where that fails: hence a thread of
 * our own, and tries without end. */
static void *run(void *data)
{
    struct mqtt *mqtt = data;
    struct pollfd stop = {.fd = mqtt->stop, .events = POLLIN};
    do {
        int code = mosquitto_connect_async(mqtt->client, mqtt->host, mqtt->port, KEEPALIVE_SECONDS);
        if (code)
            note_away(mqtt, code == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(code));
        mosquitto_loop_forever(mqtt->client, -1, 1);
    } while (!poll(&stop, 1, 1000 * RETRY_SECONDS));
    return NULL;
}

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

static int configure(struct mqtt *mqtt, const struct mien_config *config, struct mien_error *error)
{
    const char *user = or_null(config->mqtt.user), *password = or_null(config->mqtt.password);
    const char *authority = or_null(config->mqtt.ca_file);
    mosquitto_threaded_set(mqtt->client, true);
    mosquitto_reconnect_delay_set(mqtt->client, RETRY_SECONDS, RETRY_SECONDS, false);
    mosquitto_connect_callback_set(mqtt->client, on_connect);
    mosquitto_disconnect_callback_set(mqtt->client, on_disconnect);
    if (user && mosquitto_username_pw_set(mqtt->client, user, password))
        return mien_error_set(error, EINVAL, "mqtt.user or mqtt.password cannot be used");
    if (authority && mosquitto_tls_set(mqtt->client, authority, NULL, NULL, NULL, NULL))
        return mien_error_set(error, EINVAL, "mqtt.ca_file: %s cannot be used", authority);
    if (mosquitto_pub_topic_check(mqtt->topic))
        return mien_error_set(error, EINVAL, "mqtt.topic: '%s' is none to publish to", mqtt->topic);
    return 0;
}

static int prepare(struct mqtt *mqtt, const struct mien_config *config, struct mien_error *error)
{
    mosquitto_lib_init();
    mqtt->port = config->mqtt.port;
    mqtt->host = strdup(config->mqtt.host);
    mqtt->topic = strdup(config->mqtt.topic);
    mqtt->client = mosquitto_new(NULL, true, mqtt);
    mqtt->stop = eventfd(0, EFD_CLOEXEC);
    if (!mqtt->host || !mqtt->topic || !mqtt->client || mqtt->stop < 0)
        return mien_error_set(error, ENOMEM, "no memory for MQTT");
    int result = configure(mqtt, config, error);
    if (result)
        return result;
    result = pthread_create(&mqtt->thread, NULL, run, mqtt);
    if (result)
        return mien_error_set(error, result, "no thread for MQTT: %s", strerror(result));
    mqtt->running = true;
    return 0;
}

int mqtt_open(struct mqtt **mqtt, const struct mien_config *config, struct mien_error *error)
{
    *mqtt = NULL;
    if (!*config->mqtt.host)
        return 0;
    struct mqtt *made = calloc(1, sizeof *made);
    if (!made)
        return mien_error_set(error, ENOMEM, "no memory for MQTT");
    made->stop = -1;
    int result = prepare(made, config, error);
    if (result)
        mqtt_close(&made);
    *mqtt = made;
    return result;
}

void mqtt_send(struct mqtt *mqtt, const char *row, size_t size)
{
    if (mqtt && atomic_load(&mqtt->connected))
        mosquitto_publish(mqtt->client, NULL, mqtt->topic, (int)size, row, AT_LEAST_ONCE, false);
}

void mqtt_close(struct mqtt **mqtt)
{
    struct mqtt *old = *mqtt;
    if (!old)
        return;
    if (old->running) {
        eventfd_write(old->stop, 1);
        mosquitto_disconnect(old->client);
        pthread_join(old->thread, NULL);
    }
    if (old->client)
        mosquitto_destroy(old->client);
    mosquitto_lib_cleanup();
    if (old->stop >= 0)
        close(old->stop);
    free(old->host);
    free(old->topic);
    free(old);
    *mqtt = NULL;
}
