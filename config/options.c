#include "options.h"

#include <errno.h>
#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#define AT(group, name) #group, #name
#define FIELD(group, name) offsetof(struct mien_config, group.name)
#define BOOL(g, n, initial, what)                                                                  \
    {                                                                                              \
        AT(g, n), OPTION_BOOL, FIELD(g, n), 0, 1, initial, what                                    \
    }
#define INT(g, n, low, high, initial, what)                                                        \
    {                                                                                              \
        AT(g, n), OPTION_INT, FIELD(g, n), low, high, initial, what                                \
    }
#define NUMBER(g, n, low, high, initial, what)                                                     \
    {                                                                                              \
        AT(g, n), OPTION_NUMBER, FIELD(g, n), low, high, initial, what                             \
    }
#define TEXT(g, n, initial, what)                                                                  \
    {                                                                                              \
        AT(g, n), OPTION_TEXT, FIELD(g, n), 0, 0, initial, what                                    \
    }
#define MATCH(g, n, initial, pattern, allowed, what)                                               \
    {                                                                                              \
        AT(g, n), OPTION_TEXT, FIELD(g, n), 0, 0, initial, what, pattern, allowed                  \
    }

const struct option options[] = {
    TEXT(
        camera, device, "",
        "Path, number or by-id path of the camera; several, with commas between them, are tried in "
        "order; empty: the first that captures"),
    TEXT(camera, format, "", "Wished pixel format as a V4L2 code, such as MJPG; empty: the best"),
    INT(camera, width, 16, 16384, "640", "Wished width in pixels"),
    INT(camera, height, 16, 16384, "480", "Wished height in pixels"),
    NUMBER(camera, fps, 1, 1000, "30", "Wished frames a second"),
    BOOL(camera, mirror, "true", "Show the picture as a mirror does"),
    TEXT(detection, cascade, "", "Path of the Haar cascade; empty: the one the system has"),
    MATCH(detection, engine, "auto", "^(auto|mien|opencv)$", "auto, mien or opencv",
          "Who searches faces; auto: mien, and OpenCV with a cascade that is not for mien"),
    BOOL(detection, confirm, "true",
         "Believe a face only if a second cascade sees it too; not with a cascade of your own"),
    NUMBER(detection, scale_step, 1.01, 2, "1.1", "Ratio between neighbouring face sizes searched"),
    INT(detection, neighbours, 1, 100, "5",
        "A face needs more raw hits than this; more means fewer false faces"),
    NUMBER(detection, smallest, 0.01, 1, "0.125", "Smallest face, as a share of the height"),
    NUMBER(detection, sweep, 0, 10, "0.1",
           "Seconds in which the whole picture is searched once, while known faces are searched "
           "in every picture; 0: the whole of every picture"),
    NUMBER(tracking, overlap, 0.05, 0.95, "0.3",
           "Least intersection over union of one face in two pictures"),
    NUMBER(tracking, bridge, 0.01, 10, "0.5", "Seconds a face is kept while it is not found"),
    NUMBER(tracking, smoothing, 0, 10, "0.08", "Time constant of a box's movement, seconds"),
    NUMBER(tracking, speed_smoothing, 0, 10, "0.15",
           "Time constant of the speed at which a face is expected to move on, seconds"),
    NUMBER(tracking, slowest_looks, 0, 60, "3",
           "Seconds from one picture looked at to the next at which a slow machine still follows "
           "faces, where bridge is less"),
    INT(tracking, persist, 1, 100, "2", "Pictures a face must be found in before it is shown"),
    TEXT(emotion, model, "", "Path of the model; empty: the one that came with mien"),
    MATCH(emotion, precision, "auto", "^(auto|fp32|bf16|int8)$", "auto, fp32, bf16 or int8",
          "Arithmetic of the network; auto: the fastest that the model file calls as good as fp32"),
    NUMBER(emotion, smoothing, 0, 10, "0.3", "Time constant of the probabilities, seconds"),
    NUMBER(emotion, lead, 0, 1, "0.1",
           "Lead in probability with which another emotion is shown, or an uncertain one is sure, "
           "at once"),
    NUMBER(emotion, lead_seconds, 0, 10, "0.4",
           "Seconds after which a smaller lead is enough for that"),
    NUMBER(emotion, uncertain_below, 0, 1, "0.4",
           "Confidence under which a face is called uncertain"),
    BOOL(window, bars, "true", "Draw the probabilities as bars beside each face"),
    BOOL(window, blur, "false", "Cover faces, for privacy"),
    BOOL(window, fullscreen, "false", "Start with the whole screen"),
    TEXT(kiosk, idle_text, "Step in front of the camera", "What the screen says to nobody"),
    NUMBER(kiosk, idle_after, 0, 3600, "5", "Seconds without a face before the screen says so"),
    TEXT(kiosk, lost_text, "The camera is away. Waiting for it to come back.",
         "What the screen says without a camera"),
    TEXT(kiosk, notice, "A computer looks at faces here. No picture is stored.",
         "What people have to know, always on the screen; empty: nothing"),
    MATCH(kiosk, exit_keys, "Ctrl+Alt+Q",
          "^(((Ctrl|Alt|Shift|Super)\\+)*([A-Z0-9]|F[1-9]|F1[0-2]|Escape))?$",
          "keys such as Ctrl+Alt+Q: any of Ctrl, Alt, Shift, Super, then A to Z, 0 to 9, F1 to F12 "
          "or Escape; or an empty text",
          "Keys that end the kiosk; empty: none do"),
    TEXT(counts, file, "", "File to which counts of faces are appended, no pictures; empty: none"),
    NUMBER(counts, interval, 1, 86400, "60", "Seconds that each count covers"),
    TEXT(mqtt, host, "", "MQTT broker that gets the counts too; empty: none"),
    INT(mqtt, port, 1, 65535, "1883", "Its TCP port"),
    TEXT(mqtt, topic, "mien/counts", "Topic of the counts"),
    TEXT(mqtt, user, "", "Name to log in with; empty: none"),
    TEXT(mqtt, password, "", "Password to log in with; better in $MIEN_MQTT_PASSWORD"),
    TEXT(mqtt, ca_file, "", "Certificate authority that vouches for the broker; empty: no TLS"),
    MATCH(log, level, "info", "^(error|warning|info|debug)$", "error, warning, info or debug",
          "The least important messages that are told"),
};
const size_t option_count = sizeof options / sizeof *options;

static int allowed_is(char *allowed, size_t size, const struct option *option)
{
    if (option->allowed) {
        snprintf(allowed, size, "%s", option->allowed);
        return -EINVAL;
    }
    switch (option->type) {
    case OPTION_BOOL:
        snprintf(allowed, size, "true or false");
        break;
    case OPTION_TEXT:
        snprintf(allowed, size, "a text of at most %d bytes", MIEN_CONFIG_TEXT_MAX - 1);
        break;
    default:
        snprintf(allowed, size, "%s from %g to %g",
                 option->type == OPTION_INT ? "a whole number" : "a number", option->low,
                 option->high);
    }
    return -EINVAL;
}

static int set_number(const struct option *option, void *field, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= option->low && value <= option->high))
        return -EINVAL;
    if (option->type == OPTION_NUMBER)
        *(double *)field = value;
    else if (value != floor(value))
        return -EINVAL;
    else
        *(int *)field = (int)value;
    return 0;
}

static int set_bool(void *field, const char *text)
{
    bool yes = !strcmp(text, "true") || !strcmp(text, "1");
    if (!yes && strcmp(text, "false") && strcmp(text, "0"))
        return -EINVAL;
    *(bool *)field = yes;
    return 0;
}

static int set_text(const struct option *option, char *field, const char *text)
{
    if (strlen(text) >= MIEN_CONFIG_TEXT_MAX)
        return -EINVAL;
    if (option->pattern) {
        regex_t expression;
        if (regcomp(&expression, option->pattern, REG_EXTENDED | REG_NOSUB))
            return -ENOMEM;
        int result = regexec(&expression, text, 0, NULL, 0);
        regfree(&expression);
        if (result)
            return -EINVAL;
    }
    strcpy(field, text);
    return 0;
}

int option_set(const struct option *option, struct mien_config *config, const char *text,
               char *allowed, size_t size)
{
    void *field = (char *)config + option->offset;
    int status = 0;
    if (option->type == OPTION_BOOL)
        status = set_bool(field, text);
    else if (option->type != OPTION_TEXT)
        status = set_number(option, field, text);
    else
        status = set_text(option, field, text);
    return status ? allowed_is(allowed, size, option) : 0;
}

void mien_config_defaults(struct mien_config *config)
{
    char ignored[OPTION_ALLOWED_MAX];
    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < option_count; i++)
        option_set(&options[i], config, options[i].initial, ignored, sizeof ignored);
}

static bool same(const struct option *option, const void *a, const void *b)
{
    switch (option->type) {
    case OPTION_BOOL:
        return *(const bool *)a == *(const bool *)b;
    case OPTION_INT:
        return *(const int *)a == *(const int *)b;
    case OPTION_NUMBER:
        return *(const double *)a == *(const double *)b;
    default:
        return !strcmp(a, b);
    }
}

bool mien_config_same(const struct mien_config *a, const struct mien_config *b, const char *group)
{
    for (size_t i = 0; i < option_count; i++) {
        size_t offset = options[i].offset;
        if (!strcmp(options[i].group, group) &&
            !same(&options[i], (const char *)a + offset, (const char *)b + offset))
            return false;
    }
    return true;
}
