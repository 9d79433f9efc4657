/* What is said beside the faces: the status line, messages, and the list of keys. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "overlay_parts.h"

/* ---- the status line ---- */

static void write_figures(char *string, size_t size, const struct overlay_status *status)
{
    int length =
        snprintf(string, size, "%.0f fps   %.0f/s analysed", status->fps, status->analysed);
    if (status->latency_p50_ms >= 0)
        length +=
            snprintf(string + length, size - (size_t)length, "   latency %.0f ms, p95 %.0f ms",
                     status->latency_p50_ms, status->latency_p95_ms);
    snprintf(string + length, size - (size_t)length, "   %llu dropped",
             (unsigned long long)status->drops);
}

SDL_Rect overlay_status_plate(struct overlay *overlay, const struct overlay_status *status)
{
    int pad = overlay->em / 2, line = text_height(overlay->text, TEXT_SMALL);
    char string[160];
    write_figures(string, sizeof string, status);
    int width = text_width(overlay->text, TEXT_SMALL, string) + 2 * pad;
    if (status->note)
        width += text_width(overlay->text, TEXT_SMALL, status->note) + 2 * pad;
    return (SDL_Rect){pad, overlay->target.h - line - 2 * pad, width, line + pad};
}

void overlay_draw_status(struct overlay *overlay, const struct overlay_status *status)
{
    struct overlay *o = overlay;
    int pad = o->em / 2;
    char string[160];
    write_figures(string, sizeof string, status);
    SDL_Rect plate = overlay_status_plate(o, status);
    shapes_plate(o->shapes, plate, INK, 185);
    int x = plate.x + pad, y = plate.y + pad / 2;
    text_draw(o->text, TEXT_SMALL, x, y, PAPER, string);
    x += text_width(o->text, TEXT_SMALL, string) + 2 * pad;
    if (status->note)
        text_draw(o->text, TEXT_SMALL, x, y, ALERT, status->note);
}

/* A plate in the middle of the target's width, at a share of its height. */
void overlay_draw_message(struct overlay *overlay, const char *string, double at)
{
    struct overlay *o = overlay;
    int line = text_height(o->text, TEXT_NORMAL);
    int wide = text_width(o->text, TEXT_NORMAL, string) + 2 * o->em;
    SDL_Rect plate = {(o->target.w - wide) / 2, (int)lrint(o->target.h * at) - line / 2 - o->em / 2,
                      wide, line + o->em};
    overlay_text_plate(o, plate, TEXT_NORMAL, INK, 200, PAPER, string);
}

/* ---- the list of keys ---- */

/* The next key of a list such as "q, Esc"; false at its end. */
static bool next_key(const char **keys, char *key, size_t size)
{
    *keys += strspn(*keys, ", ");
    size_t length = strcspn(*keys, ",");
    snprintf(key, size, "%.*s", (int)length, *keys);
    *keys += length;
    return length > 0;
}

static int cap_width(struct overlay *o, const char *key)
{
    return SDL_max(text_width(o->text, TEXT_NORMAL, key) + o->em, 2 * o->em);
}

static int caps_width(struct overlay *o, const char *keys)
{
    int width = -o->em / 3;
    char key[32];
    while (next_key(&keys, key, sizeof key))
        width += cap_width(o, key) + o->em / 3;
    return width;
}

/* Each key as a plate, as on a keyboard. */
static void draw_caps(struct overlay *o, int x, int y, int height, const char *keys)
{
    char key[32];
    while (next_key(&keys, key, sizeof key)) {
        SDL_Rect cap = {x, y, cap_width(o, key), height};
        overlay_text_plate(o, cap, TEXT_NORMAL, PAPER, 40, PAPER, key);
        x += cap.w + o->em / 3;
    }
}

void overlay_draw_help(struct overlay *overlay, const struct overlay_key *keys, const char *about)
{
    struct overlay *o = overlay;
    int em = o->em, count = 0, left = 0, right = 0;
    for (const struct overlay_key *k = keys; k->keys; k++, count++) {
        left = SDL_max(left, caps_width(o, k->keys));
        right = SDL_max(right, text_width(o->text, TEXT_NORMAL, k->what));
    }
    int line = text_height(o->text, TEXT_NORMAL), cap = line + em / 3, row = cap + em / 3;
    int foot = about ? text_height(o->text, TEXT_SMALL) + em : 0;
    int wide = SDL_max(left + em + right, about ? text_width(o->text, TEXT_SMALL, about) : 0);
    SDL_Rect panel = {0, 0, wide + 3 * em, count * row - em / 3 + 3 * em + foot};
    panel.x = (o->target.w - panel.w) / 2;
    panel.y = (o->target.h - panel.h) / 2;
    shapes_bar(o->shapes, o->target, INK, 120); /* the picture steps back */
    shapes_plate(o->shapes, panel, INK, 225);
    int x = panel.x + 3 * em / 2, y = panel.y + 3 * em / 2;
    for (int i = 0; i < count; i++, y += row) {
        draw_caps(o, x, y, cap, keys[i].keys);
        text_draw(o->text, TEXT_NORMAL, x + left + em, y + (cap - line) / 2, PAPER, keys[i].what);
    }
    if (about)
        text_draw(o->text, TEXT_SMALL, x, y - em / 3 + em, FAINT, about);
}
