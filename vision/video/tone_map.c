/* As ITU-R BT.2390 (8, section 5.4) maps: light up to a knee stays as it is, what is brighter is
 * bent so that the brightest ends at white. White is 203 cd/m² (BT.2408). The largest of red,
 * green and blue is mapped, and all three follow it, so that hues stay. */
#include "tone_map.h"

#include <libavutil/mastering_display_metadata.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { STEPS = 4096, /* of tables */ PEAK_USUAL = 1000, PEAK_MAX = 10000 };

static const float WHITE = 203; /* cd/m² */

struct tone_map {
    int width, height, format, transfer, colorspace, range;
    float peak;            /* cd/m² of the brightest pixel */
    float light[STEPS];    /* signal to light, cd/m² (of HLG: of the scene, 0…1) */
    float surround[STEPS]; /* HLG: by the root of the scene's luminance, the factor to cd/m² */
    float factor[STEPS];   /* by the root of light / peak: what to multiply with, to 1 for white */
    uint8_t gamma[STEPS];  /* by the root of light / white: the signal out */
    struct SwsContext *scaler;
    AVFrame *signal, *mapped;
};

bool tone_map_wants(int transfer)
{
    return transfer == AVCOL_TRC_SMPTE2084 || transfer == AVCOL_TRC_ARIB_STD_B67;
}

/* ---- curves ---- */

/* SMPTE ST 2084, cd/m² to signal and back. */
static double pq_of(double light)
{
    double y = pow(fmax(light, 0) / 10000, 0.1593017578125);
    return pow((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y), 78.84375);
}

static double light_of_pq(double signal)
{
    double root = pow(signal, 1 / 78.84375);
    return 10000 *
           pow(fmax(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root), 1 / 0.1593017578125);
}

/* ITU-R BT.2100: signal to light of the scene. */
static double light_of_hlg(double signal)
{
    static const double a = 0.17883277, b = 0.28466892, c = 0.55991073;
    return signal <= 0.5 ? signal * signal / 3 : (exp((signal - c) / a) + b) / 12;
}

/* BT.2390: cd/m² to cd/m² of a screen that ends at white. */
static double bend(double light, double peak)
{
    double top = pq_of(peak), white = pq_of(WHITE) / top, knee = 1.5 * white - 0.5;
    double e = pq_of(light) / top;
    if (white >= 1 || e < knee)
        return light;
    double t = (e - knee) / (1 - knee), t2 = t * t, t3 = t2 * t;
    double bent =
        (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * white;
    return light_of_pq(bent * top);
}

/* ---- tables ---- */

static void make_tables(struct tone_map *map)
{
    for (int i = 0; i < STEPS; i++) {
        double x = (double)i / (STEPS - 1), light = x * x * map->peak;
        map->light[i] =
            (float)(map->transfer == AVCOL_TRC_SMPTE2084 ? light_of_pq(x) : light_of_hlg(x));
        map->surround[i] = (float)(PEAK_USUAL * pow(x * x, 0.2));
        map->factor[i] = (float)(i ? bend(light, map->peak) / light / WHITE : 1 / WHITE);
        map->gamma[i] = (uint8_t)lrint(255 * pow(x * x, 1 / 2.4));
    }
}

/* What the picture says its brightest pixel has; that of the usual screens where it does not. */
static float find_peak(const AVFrame *frame)
{
    double peak = 0;
    const AVFrameSideData *side = av_frame_get_side_data(frame, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL);
    if (side && side->size >= sizeof(AVContentLightMetadata))
        peak = ((const AVContentLightMetadata *)side->data)->MaxCLL;
    side = av_frame_get_side_data(frame, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
    if (peak <= 0 && side && side->size >= sizeof(AVMasteringDisplayMetadata)) {
        const AVMasteringDisplayMetadata *screen = (const AVMasteringDisplayMetadata *)side->data;
        if (screen->has_luminance && screen->max_luminance.den)
            peak = av_q2d(screen->max_luminance);
    }
    if (!(peak > 0) || frame->color_trc != AVCOL_TRC_SMPTE2084)
        peak = PEAK_USUAL;
    return (float)fmin(fmax(peak, WHITE), PEAK_MAX);
}

/* ---- pixels ---- */

static inline float lookup(const float table[STEPS], float share)
{
    float place = sqrtf(share > 0 ? share : 0) * (STEPS - 1);
    return table[place < STEPS - 1 ? (int)(place + 0.5f) : STEPS - 1];
}

static inline uint8_t encode(const struct tone_map *map, float light)
{
    float place = sqrtf(light > 0 ? light : 0) * (STEPS - 1);
    return map->gamma[place < STEPS - 1 ? (int)(place + 0.5f) : STEPS - 1];
}

static void map_pixel(const struct tone_map *map, const uint16_t in[3], uint8_t out[4])
{
    float r = map->light[in[0] >> 4], g = map->light[in[1] >> 4], b = map->light[in[2] >> 4];
    if (map->transfer == AVCOL_TRC_ARIB_STD_B67) {
        float gain = lookup(map->surround, 0.2627f * r + 0.678f * g + 0.0593f * b);
        r *= gain, g *= gain, b *= gain;
    }
    /* BT.2020 to BT.709 primaries (BT.2087). */
    float red = 1.6605f * r - 0.5876f * g - 0.0728f * b;
    float green = -0.1246f * r + 1.1329f * g - 0.0083f * b;
    float blue = -0.0182f * r - 0.1006f * g + 1.1187f * b;
    float most = fmaxf(fmaxf(red, green), blue), factor = lookup(map->factor, most / map->peak);
    out[0] = encode(map, blue * factor);
    out[1] = encode(map, green * factor);
    out[2] = encode(map, red * factor);
    out[3] = 0;
}

static void map_rows(const struct tone_map *map)
{
    for (int y = 0; y < map->height; y++) {
        const uint8_t *in = map->signal->data[0] + y * (ptrdiff_t)map->signal->linesize[0];
        uint8_t *out = map->mapped->data[0] + y * (ptrdiff_t)map->mapped->linesize[0];
        for (int x = 0; x < map->width; x++)
            map_pixel(map, (const uint16_t *)in + 3 * x, out + 4 * x);
    }
}

/* ---- frames ---- */

static AVFrame *make_frame(const struct tone_map *map, int format)
{
    AVFrame *frame = av_frame_alloc();
    if (!frame)
        return NULL;
    frame->format = format;
    frame->width = map->width;
    frame->height = map->height;
    frame->color_range = AVCOL_RANGE_JPEG;
    frame->colorspace = AVCOL_SPC_RGB;
    if (av_frame_get_buffer(frame, 0) < 0)
        av_frame_free(&frame);
    return frame;
}

static bool is_for(const struct tone_map *map, const AVFrame *frame)
{
    return map && map->width == frame->width && map->height == frame->height &&
           map->format == frame->format && map->transfer == (int)frame->color_trc &&
           map->colorspace == (int)frame->colorspace && map->range == (int)frame->color_range;
}

static struct tone_map *make_map(const AVFrame *frame)
{
    struct tone_map *map = calloc(1, sizeof *map);
    if (!map)
        return NULL;
    *map = (struct tone_map){.width = frame->width,
                             .height = frame->height,
                             .format = frame->format,
                             .transfer = frame->color_trc,
                             .colorspace = frame->colorspace,
                             .range = frame->color_range,
                             .peak = find_peak(frame)};
    make_tables(map);
    map->signal = make_frame(map, AV_PIX_FMT_RGB48);
    map->mapped = make_frame(map, AV_PIX_FMT_BGR0);
    map->scaler =
        sws_getContext(map->width, map->height, map->format, map->width, map->height,
                       AV_PIX_FMT_RGB48, SWS_BILINEAR | SWS_ACCURATE_RND, NULL, NULL, NULL);
    if (!map->signal || !map->mapped || !map->scaler) {
        tone_map_free(&map);
        return NULL;
    }
    const int *matrix = sws_getCoefficients(
        frame->colorspace == AVCOL_SPC_UNSPECIFIED ? AVCOL_SPC_BT2020_NCL : frame->colorspace);
    sws_setColorspaceDetails(map->scaler, matrix, frame->color_range == AVCOL_RANGE_JPEG, matrix, 1,
                             0, 1 << 16, 1 << 16);
    return map;
}

const AVFrame *tone_map_apply(struct tone_map **map, const AVFrame *frame)
{
    if (!is_for(*map, frame)) {
        tone_map_free(map);
        *map = make_map(frame);
    }
    if (!*map || sws_scale((*map)->scaler, (const uint8_t *const *)frame->data, frame->linesize, 0,
                           frame->height, (*map)->signal->data, (*map)->signal->linesize) < 0)
        return NULL;
    map_rows(*map);
    return (*map)->mapped;
}

void tone_map_free(struct tone_map **map)
{
    if (!*map)
        return;
    sws_freeContext((*map)->scaler);
    av_frame_free(&(*map)->signal);
    av_frame_free(&(*map)->mapped);
    free(*map);
    *map = NULL;
}
