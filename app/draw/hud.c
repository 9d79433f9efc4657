/* What is said beside the faces: the status line, messages, and the list of keys. */
#include <stdbool.h>
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

/* As much of it as the window is wide. */
static struct text_block figures_of(const struct overlay *o, const char *string, int beside)
{
    return (struct text_block){TEXT_SMALL, SDL_max(o->target.w - 2 * o->em - beside, o->em), 1,
                               string};
}

static int note_width(struct overlay *o, const struct overlay_status *status)
{
    return status->note ? text_width(o->text, TEXT_SMALL, status->note) + o->em : 0;
}

/* In the corner, or above the notice where that is wide. */
SDL_Rect overlay_status_plate(struct overlay *overlay, const struct overlay_status *status)
{
    struct overlay *o = overlay;
    int pad = o->em / 2, line = text_height(o->text, TEXT_SMALL), note = note_width(o, status);
    char string[160];
    write_figures(string, sizeof string, status);
    struct text_block figures = figures_of(o, string, note);
    int width = text_block_size(o->text, &figures).x + 2 * pad + note;
    SDL_Rect plate = {pad, o->target.h - line - 2 * pad, width, line + pad};
    SDL_Rect notice = screen_notice_place(o->text, o->target, o->em, &status->screen);
    if (SDL_HasIntersection(&plate, &notice))
        plate.y = notice.y - pad - plate.h;
    return plate;
}

void overlay_draw_status(struct overlay *overlay, const struct overlay_status *status)
{
    struct overlay *o = overlay;
    int pad = o->em / 2;
    char string[160];
    write_figures(string, sizeof string, status);
    struct text_block figures = figures_of(o, string, note_width(o, status));
    SDL_Rect plate = overlay_status_plate(o, status);
    shapes_plate(o->shapes, plate, INK, PLATE);
    int x = plate.x + pad, y = plate.y + pad / 2;
    text_draw_block(o->text, &figures, x, y, PAPER);
    x += text_block_size(o->text, &figures).x + 2 * pad;
    if (status->note)
        text_draw(o->text, TEXT_SMALL, x, y, ALERT, status->note);
}

static struct text_block message_of(const struct overlay *o, const char *string)
{
    return (struct text_block){TEXT_NORMAL, SDL_max(o->target.w - 3 * o->em, o->em), 2, string};
}

/* In the middle of the target's width, from `y` on. */
SDL_Rect overlay_message_plate(struct overlay *overlay, const char *string, int y)
{
    struct overlay *o = overlay;
    struct text_block block = message_of(o, string);
    SDL_Point size = text_block_size(o->text, &block);
    int wide = size.x + 2 * o->em, tall = size.y + o->em;
    return (SDL_Rect){(o->target.w - wide) / 2, SDL_min(y, o->target.h - tall), wide, tall};
}

void overlay_draw_message(struct overlay *overlay, const char *string, int y)
{
    struct overlay *o = overlay;
    struct text_block block = message_of(o, string);
    SDL_Rect plate = overlay_message_plate(o, string, y);
    shapes_plate(o->shapes, plate, INK, PLATE);
    text_draw_block(o->text, &block, plate.x + o->em, plate.y + o->em / 2, PAPER);
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

/* What the list of keys is set in: as large as the window allows. */
struct sheet {
    enum text_size size;
    int pad;         /* around and between */
    int cap, row;    /* heights of a key and of a line */
    int left, right; /* widths of the keys and of what they do */
    SDL_Rect panel;
};

static int cap_width(struct overlay *o, const struct sheet *sheet, const char *key)
{
    return SDL_max(text_width(o->text, sheet->size, key) + sheet->pad, sheet->cap);
}

static int caps_width(struct overlay *o, const struct sheet *sheet, const char *keys)
{
    int width = -sheet->pad / 3;
    char key[32];
    while (next_key(&keys, key, sizeof key))
        width += cap_width(o, sheet, key) + sheet->pad / 3;
    return width;
}

static struct sheet make_sheet(struct overlay *o, const struct overlay_key *keys, bool about,
                               enum text_size size, int pad)
{
    struct sheet sheet = {.size = size, .pad = pad};
    int count = 0;
    sheet.cap = text_height(o->text, size) + pad / 3;
    sheet.row = sheet.cap + pad / 3;
    for (const struct overlay_key *k = keys; k->keys; k++, count++) {
        sheet.left = SDL_max(sheet.left, caps_width(o, &sheet, k->keys));
        sheet.right = SDL_max(sheet.right, text_width(o->text, size, k->what));
    }
    int foot = about ? text_height(o->text, TEXT_SMALL) + pad : 0;
    sheet.panel.w = sheet.left + pad + sheet.right + 3 * pad;
    sheet.panel.h = count * sheet.row - pad / 3 + 3 * pad + foot;
    sheet.panel.x = (o->target.w - sheet.panel.w) / 2;
    sheet.panel.y = (o->target.h - sheet.panel.h) / 2;
    return sheet;
}

static struct sheet fit_sheet(struct overlay *o, const struct overlay_key *keys, bool about)
{
    struct sheet sheet = make_sheet(o, keys, about, TEXT_NORMAL, o->em);
    if (!overlay_contains(o->target, sheet.panel))
        sheet = make_sheet(o, keys, about, TEXT_SMALL, o->em / 2);
    if (!overlay_contains(o->target, sheet.panel))
        sheet = make_sheet(o, keys, false, TEXT_SMALL, 3);
    return sheet;
}

/* Each key as a plate, as on a keyboard. */
static void draw_caps(struct overlay *o, const struct sheet *sheet, int x, int y, const char *keys)
{
    char key[32];
    while (next_key(&keys, key, sizeof key)) {
        SDL_Rect cap = {x, y, cap_width(o, sheet, key), sheet->cap};
        overlay_text_plate(o, cap, sheet->size, PAPER, 40, PAPER, key);
        x += cap.w + sheet->pad / 3;
    }
}

void overlay_draw_help(struct overlay *overlay, const struct overlay_key *keys, const char *about)
{
    struct overlay *o = overlay;
    struct sheet sheet = fit_sheet(o, keys, about != NULL);
    int line = text_height(o->text, sheet.size), margin = sheet.pad * 3 / 2;
    int x = sheet.panel.x + margin, y = sheet.panel.y + margin;
    shapes_bar(o->shapes, o->target, INK, 120); /* the picture steps back */
    shapes_plate(o->shapes, sheet.panel, INK, 235);
    for (; keys->keys; keys++, y += sheet.row) {
        draw_caps(o, &sheet, x, y, keys->keys);
        text_draw(o->text, sheet.size, x + sheet.left + sheet.pad, y + (sheet.cap - line) / 2,
                  PAPER, keys->what);
    }
    struct text_block foot = {TEXT_SMALL, SDL_max(sheet.panel.w - 2 * margin, 1), 1, about};
    if (about && y + sheet.pad < sheet.panel.y + sheet.panel.h - sheet.pad)
        text_draw_block(o->text, &foot, x, y - sheet.pad / 3 + sheet.pad, FAINT);
}
