/* Colours of emotions: the eight of Okabe and Ito, "Color Universal Design" (2008), chosen to be
 * told apart with any kind of colour vision; light gray stands in for black. */
#include "overlay.h"

#include <string.h>
#include <strings.h>

enum { VERMILLION, ORANGE, YELLOW, GREEN, SKY, BLUE, PURPLE, GRAY, COLORS };

static const uint32_t colors[COLORS] = {
    [VERMILLION] = 0xD55E00, [ORANGE] = 0xE69F00, [YELLOW] = 0xF0E442, [GREEN] = 0x009E73,
    [SKY] = 0x56B4E9,        [BLUE] = 0x0072B2,   [PURPLE] = 0xCC79A7, [GRAY] = 0xDDDDDD,
};

/* Labels begin with these stems in the data sets in use ("angry", "anger", "happiness", …). */
static const struct {
    const char *stem;
    int color;
} known[] = {
    {"ang", VERMILLION}, {"disgust", GREEN}, {"fear", PURPLE},     {"happ", YELLOW},
    {"sad", BLUE},       {"surpris", SKY},   {"contempt", ORANGE}, {"neutral", GRAY},
};

uint32_t overlay_color(const char *label)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i].stem);
        if (!strncasecmp(label, known[i].stem, length))
            return colors[known[i].color];
    }
    uint32_t hash = 2166136261u; /* FNV-1a, for labels nobody knows */
    for (const char *c = label; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    return colors[hash % COLORS];
}
