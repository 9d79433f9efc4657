#include "text.h"

#include <errno.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT_MAX = 256 };

/* A text that was laid out, and maybe drawn. */
struct kept {
    PangoLayout *layout; /* NULL once it is drawn */
    char *string;        /* NULL: an empty place */
    enum text_size size;
    int room, lines;      /* 0: one line as wide as it gets */
    SDL_Point extent;     /* of what it stands for, pixels */
    SDL_Rect ink;         /* of what is drawn, from the same corner */
    SDL_Texture *texture; /* NULL: it was only measured so far, or there is nothing to draw */
    bool colored;         /* it has its own colours, as pictograms do */
    uint64_t used;
};

struct text {
    SDL_Renderer *renderer;
    struct dirty *dirty; /* or NULL */
    PangoFontMap *map;
    PangoContext *context;
    PangoFontDescription *fonts[TEXT_SIZES];
    int heights[TEXT_SIZES];
    int em;
    uint64_t uses;
    struct kept kept[KEPT_MAX];
};

/* ---- fonts ---- */

/* Well readable ones first; what none of them has comes from any other. */
static const char families[] = "Inter, DejaVu Sans, Noto Sans, Open Sans, Sans";

static const char *wished_font; /* NULL: none */

void text_use_font(const char *path)
{
    wished_font = path;
}

/* The family of the font in a file; NULL: it is none. The caller's. */
static char *family_of(const char *path)
{
    int count;
    FcChar8 *name = NULL;
    FcPattern *pattern = FcFreeTypeQuery((const FcChar8 *)path, 0, NULL, &count);
    char *family = NULL;
    if (pattern && FcPatternGetString(pattern, FC_FAMILY, 0, &name) == FcResultMatch)
        family = strdup((const char *)name);
    if (pattern)
        FcPatternDestroy(pattern);
    return family;
}

static bool has_fonts(void)
{
    const FcFontSet *set = FcConfigGetFonts(NULL, FcSetSystem);
    return set && set->nfont > 0;
}

/* All texts of the process share the fonts of the system, and those added to them. */
static int add_font(const char *path, char *family, size_t size, struct mien_error *error)
{
    if (access(path, R_OK))
        return mien_error_set(error, errno,
                              "font %s: %s; --font, $MIEN_FONT or window.font names it", path,
                              strerror(errno));
    char *own = family_of(path);
    if (!own)
        return mien_error_set(error, EINVAL, "font %s: the file is no font", path);
    FcConfigAppFontAddFile(NULL, (const FcChar8 *)path);
    snprintf(family, size, "%s, %s", own, families);
    free(own);
    return 0;
}

static int find_family(char *family, size_t size, struct mien_error *error)
{
    FcInit();
    snprintf(family, size, "%s", families);
    if (wished_font)
        return add_font(wished_font, family, size, error);
    return has_fonts() ? 0
                       : mien_error_set(error, ENOENT,
                                        "no font found: install DejaVu Sans (Debian: "
                                        "fonts-dejavu-core) or name a TrueType file with --font");
}

/* ---- creating ---- */

static int open_fonts(struct text *text, struct mien_error *error)
{
    char family[256];
    int result = find_family(family, sizeof family, error);
    if (result)
        return result;
    text->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    text->context = text->map ? pango_font_map_create_context(text->map) : NULL;
    if (!text->context)
        return mien_error_set(error, ENOMEM, "no memory for fonts");
    for (int i = 0; i < TEXT_SIZES; i++) {
        text->fonts[i] = pango_font_description_new();
        pango_font_description_set_family(text->fonts[i], family);
        pango_font_description_set_weight(text->fonts[i], PANGO_WEIGHT_MEDIUM);
    }
    return 0;
}

int text_create(struct text **text, SDL_Renderer *renderer, struct mien_error *error)
{
    struct text *t = calloc(1, sizeof *t);
    if (!t)
        return mien_error_set(error, ENOMEM, "no memory for text");
    t->renderer = renderer;
    int result = open_fonts(t, error);
    if (result) {
        text_destroy(&t);
        return result;
    }
    text_set_em(t, 16);
    *text = t;
    return 0;
}

static void forget(struct kept *kept)
{
    if (kept->texture)
        SDL_DestroyTexture(kept->texture);
    if (kept->layout)
        g_object_unref(kept->layout);
    free(kept->string);
    *kept = (struct kept){0};
}

void text_destroy(struct text **text)
{
    struct text *t = *text;
    if (!t)
        return;
    for (int i = 0; i < KEPT_MAX; i++)
        forget(&t->kept[i]);
    for (int i = 0; i < TEXT_SIZES; i++)
        if (t->fonts[i])
            pango_font_description_free(t->fonts[i]);
    if (t->context)
        g_object_unref(t->context);
    if (t->map)
        g_object_unref(t->map);
    free(t);
    *text = NULL;
}

void text_note(struct text *text, struct dirty *dirty)
{
    text->dirty = dirty;
}

static int height_of(struct text *text, enum text_size size)
{
    PangoFontMetrics *metrics = pango_context_get_metrics(text->context, text->fonts[size], NULL);
    int height = pango_font_metrics_get_ascent(metrics) + pango_font_metrics_get_descent(metrics);
    pango_font_metrics_unref(metrics);
    return PANGO_PIXELS_CEIL(height);
}

void text_set_em(struct text *text, int pixels)
{
    if (text->em == pixels)
        return;
    const int sizes[TEXT_SIZES] = {[TEXT_SMALL] = SDL_max(9, (pixels * 3 + 2) / 4),
                                   [TEXT_NORMAL] = pixels,
                                   [TEXT_LARGE] = pixels * 5 / 2};
    text->em = pixels;
    for (int i = 0; i < KEPT_MAX; i++)
        forget(&text->kept[i]);
    for (int i = 0; i < TEXT_SIZES; i++) {
        pango_font_description_set_absolute_size(text->fonts[i], sizes[i] * PANGO_SCALE);
        text->heights[i] = height_of(text, (enum text_size)i);
    }
}

int text_height(const struct text *text, enum text_size size)
{
    return text->heights[size];
}

/* ---- laying out ---- */

static PangoLayout *lay_out(struct text *text, const struct text_block *block)
{
    PangoLayout *layout = pango_layout_new(text->context);
    char *valid = g_utf8_make_valid(block->string, -1);
    pango_layout_set_text(layout, valid, -1);
    g_free(valid);
    pango_layout_set_font_description(layout, text->fonts[block->size]);
    if (block->room > 0) {
        pango_layout_set_width(layout, block->room * PANGO_SCALE);
        pango_layout_set_height(layout, -block->lines);
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
        pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
    } else {
        pango_layout_set_single_paragraph_mode(layout, TRUE);
    }
    return layout;
}

/* What stands for the text begins where its widest line does, not where the room does. */
static void measure(struct kept *kept)
{
    PangoRectangle ink, logical;
    pango_layout_get_pixel_extents(kept->layout, &ink, &logical);
    kept->extent = (SDL_Point){logical.width, logical.height};
    kept->ink =
        (SDL_Rect){ink.x - logical.x - 1, ink.y - logical.y - 1, ink.width + 2, ink.height + 2};
}

static bool is_same(const struct kept *kept, const struct text_block *block)
{
    return kept->string && kept->size == block->size && kept->room == block->room &&
           kept->lines == block->lines && !strcmp(kept->string, block->string);
}

/* The text, if it is kept; else the place that has gone unused for longest. */
static struct kept *place_for(struct text *text, const struct text_block *block)
{
    struct kept *oldest = text->kept;
    for (int i = 0; i < KEPT_MAX; i++) {
        if (is_same(&text->kept[i], block))
            return &text->kept[i];
        if (text->kept[i].used < oldest->used)
            oldest = &text->kept[i];
    }
    return oldest;
}

static struct kept *keep(struct text *text, const struct text_block *block)
{
    struct kept *kept = place_for(text, block);
    if (!is_same(kept, block)) {
        forget(kept);
        kept->layout = lay_out(text, block);
        measure(kept);
        kept->string = strdup(block->string);
        kept->size = block->size;
        kept->room = block->room;
        kept->lines = block->lines;
    }
    kept->used = ++text->uses;
    return kept;
}

/* ---- drawing ---- */

/* From colours multiplied by alpha to plain ones, as SDL has them. True where some are no gray. */
static bool divide_by_alpha(uint32_t *pixels, size_t count)
{
    bool colored = false;
    for (size_t i = 0; i < count; i++) {
        uint32_t alpha = pixels[i] >> 24, plain = alpha << 24;
        for (int shift = 0; shift < 24 && alpha; shift += 8) {
            uint32_t value = (pixels[i] >> shift & 0xFF) * 255 / alpha;
            plain |= SDL_min(value, 255u) << shift;
            colored |= alpha > 64 && value < 200;
        }
        pixels[i] = plain;
    }
    return colored;
}

static void paint(const struct kept *kept, cairo_surface_t *surface)
{
    PangoRectangle logical;
    pango_layout_get_pixel_extents(kept->layout, NULL, &logical);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_translate(cairo, -kept->ink.x - logical.x, -kept->ink.y - logical.y);
    pango_cairo_show_layout(cairo, kept->layout);
    cairo_destroy(cairo);
    cairo_surface_flush(surface);
}

/* One that there is no memory for stays undrawn. */
static void make_texture(struct text *text, struct kept *kept)
{
    int width = kept->ink.w, height = kept->ink.h;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS) {
        paint(kept, surface);
        int stride = cairo_image_surface_get_stride(surface);
        unsigned char *pixels = cairo_image_surface_get_data(surface);
        kept->colored = divide_by_alpha((uint32_t *)pixels, (size_t)stride / 4 * (size_t)height);
        kept->texture = SDL_CreateTexture(text->renderer, SDL_PIXELFORMAT_ARGB8888,
                                          SDL_TEXTUREACCESS_STATIC, width, height);
        if (kept->texture) {
            SDL_UpdateTexture(kept->texture, NULL, pixels, stride);
            SDL_SetTextureBlendMode(kept->texture, SDL_BLENDMODE_BLEND);
            g_object_unref(kept->layout);
            kept->layout = NULL;
        }
    }
    cairo_surface_destroy(surface);
}

void text_draw_block(struct text *text, const struct text_block *block, int x, int y,
                     uint32_t color)
{
    struct kept *kept = keep(text, block);
    if (!kept->texture)
        make_texture(text, kept);
    if (!kept->texture)
        return;
    if (!kept->colored)
        SDL_SetTextureColorMod(kept->texture, color >> 16 & 0xFF, color >> 8 & 0xFF, color & 0xFF);
    SDL_Rect to = {x + kept->ink.x, y + kept->ink.y, kept->ink.w, kept->ink.h};
    SDL_RenderCopy(text->renderer, kept->texture, NULL, &to);
    dirty_tiles_add(text->dirty, to);
}

int text_width(struct text *text, enum text_size size, const char *string)
{
    return keep(text, &(struct text_block){.size = size, .string = string})->extent.x;
}

void text_draw(struct text *text, enum text_size size, int x, int y, uint32_t color,
               const char *string)
{
    text_draw_block(text, &(struct text_block){.size = size, .string = string}, x, y, color);
}

SDL_Point text_block_size(struct text *text, const struct text_block *block)
{
    return keep(text, block)->extent;
}
