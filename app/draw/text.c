#include "text.h"

#include <SDL_ttf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ATLAS_SIDE = 1024, /* pixels of the texture that holds the glyphs */
    GLYPHS = 1024,     /* places of the hash table, a power of two */
    GLYPHS_MAX = GLYPHS * 3 / 4,
};

struct glyph {
    uint32_t key; /* code point and size, plus 1; 0: an empty place */
    SDL_Rect in_atlas;
    int left, advance; /* pixels: from the pen to the bitmap, and to the next pen */
};

struct text {
    SDL_Renderer *renderer;
    struct dirty *dirty; /* or NULL */
    SDL_Texture *atlas;
    TTF_Font *fonts[TEXT_SIZES];
    int em;
    struct glyph glyphs[GLYPHS];
    int count;
    int shelf_x, shelf_y, shelf_height; /* where the next glyph goes in the atlas */
};

static const char *wished_font; /* NULL: none */

void text_use_font(const char *path)
{
    wished_font = path;
}

static const char *find_font(void)
{
    static const char *const places[] = {
        "/usr/share/fonts/opentype/inter/Inter-Medium.otf",
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",     /* Debian, Ubuntu */
        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",   /* Fedora */
        "/usr/share/fonts/dejavu/DejaVuSans.ttf",              /* Alpine, older Fedora */
        "/usr/share/fonts/TTF/DejaVuSans.ttf",                 /* Arch */
        "/usr/share/fonts/truetype/DejaVuSans.ttf",            /* openSUSE */
        "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf", /* the next best */
        "/usr/share/fonts/truetype/open-sans/OpenSans-Regular.ttf",
    };
    if (wished_font)
        return wished_font;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (!access(places[i], R_OK))
            return places[i];
    return NULL;
}

static int open_fonts(struct text *text, struct mien_error *error)
{
    const char *path = find_font();
    if (!path)
        return mien_error_set(error, ENOENT,
                              "no font found: install DejaVu Sans (Debian: fonts-dejavu-core) or "
                              "name a TrueType file with --font");
    if (access(path, R_OK))
        return mien_error_set(error, errno,
                              "font %s: %s; --font, $MIEN_FONT or window.font names it", path,
                              strerror(errno));
    for (int i = 0; i < TEXT_SIZES; i++) {
        text->fonts[i] = TTF_OpenFont(path, 16);
        if (!text->fonts[i])
            return mien_error_set(error, EINVAL, "font %s: %s", path, TTF_GetError());
        TTF_SetFontHinting(text->fonts[i], TTF_HINTING_LIGHT);
    }
    return 0;
}

static void forget_glyphs(struct text *text)
{
    memset(text->glyphs, 0, sizeof text->glyphs);
    text->count = text->shelf_x = text->shelf_y = text->shelf_height = 0;
}

int text_create(struct text **text, SDL_Renderer *renderer, struct mien_error *error)
{
    if (TTF_Init())
        return mien_error_set(error, ENOMEM, "fonts cannot be used: %s", TTF_GetError());
    int result;
    struct text *t = calloc(1, sizeof *t);
    if (!t) {
        result = mien_error_set(error, ENOMEM, "no memory for text");
        goto failed;
    }
    t->renderer = renderer;
    result = open_fonts(t, error);
    if (result)
        goto failed;
    t->atlas = SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STATIC,
                                 ATLAS_SIDE, ATLAS_SIDE);
    if (!t->atlas) {
        result = mien_error_set(error, ENOMEM, "no texture for text: %s", SDL_GetError());
        goto failed;
    }
    SDL_SetTextureBlendMode(t->atlas, SDL_BLENDMODE_BLEND);
    text_set_em(t, 16);
    *text = t;
    return 0;
failed:
    if (t)
        text_destroy(&t);
    else
        TTF_Quit();
    return result;
}

void text_destroy(struct text **text)
{
    struct text *t = *text;
    if (!t)
        return;
    for (int i = 0; i < TEXT_SIZES; i++)
        if (t->fonts[i])
            TTF_CloseFont(t->fonts[i]);
    if (t->atlas)
        SDL_DestroyTexture(t->atlas);
    TTF_Quit();
    free(t);
    *text = NULL;
}

void text_note(struct text *text, struct dirty *dirty)
{
    text->dirty = dirty;
}

void text_set_em(struct text *text, int pixels)
{
    if (text->em == pixels)
        return;
    text->em = pixels;
    TTF_SetFontSize(text->fonts[TEXT_NORMAL], pixels);
    TTF_SetFontSize(text->fonts[TEXT_SMALL], SDL_max(9, (pixels * 3 + 2) / 4));
    TTF_SetFontSize(text->fonts[TEXT_LARGE], pixels * 5 / 2);
    forget_glyphs(text);
}

int text_height(const struct text *text, enum text_size size)
{
    return TTF_FontHeight(text->fonts[size]);
}

/* Decodes one code point and steps over it; a broken byte is stepped over alone. */
static uint32_t next_point(const unsigned char **at)
{
    const unsigned char *s = *at;
    int more = s[0] < 0x80 ? 0 : s[0] >= 0xF0 ? 3 : s[0] >= 0xE0 ? 2 : s[0] >= 0xC0 ? 1 : -1;
    *at = s + 1;
    if (more < 0 || s[0] >= 0xF8)
        return 0xFFFD;
    uint32_t point = more ? s[0] & (0x3Fu >> more) : s[0];
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0xFFFD;
        point = point << 6 | (s[i] & 0x3Fu);
    }
    *at = s + 1 + more;
    return point;
}

/* Finds room in the atlas; a full atlas starts anew. */
static SDL_Rect place_glyph(struct text *text, int width, int height)
{
    if (text->shelf_x + width > ATLAS_SIDE) {
        text->shelf_x = 0;
        text->shelf_y += text->shelf_height;
        text->shelf_height = 0;
    }
    if (text->shelf_y + height > ATLAS_SIDE)
        forget_glyphs(text);
    SDL_Rect place = {text->shelf_x, text->shelf_y, width, height};
    text->shelf_x += width;
    text->shelf_height = SDL_max(text->shelf_height, height);
    return place;
}

static struct glyph *glyph_place(struct text *text, uint32_t key)
{
    uint32_t i = key * 2654435761u >> 22 & (GLYPHS - 1);
    while (text->glyphs[i].key && text->glyphs[i].key != key)
        i = (i + 1) & (GLYPHS - 1);
    return &text->glyphs[i];
}

/* Renders a glyph into the atlas; one that cannot be rendered is left empty. */
static struct glyph *add_glyph(struct text *text, enum text_size size, uint32_t point, uint32_t key)
{
    if (text->count >= GLYPHS_MAX)
        forget_glyphs(text);
    struct glyph made = {.key = key};
    int left = 0;
    TTF_GlyphMetrics32(text->fonts[size], point, &left, NULL, NULL, NULL, &made.advance);
    made.left = SDL_min(left, 0);
    SDL_Surface *image =
        TTF_RenderGlyph32_Blended(text->fonts[size], point, (SDL_Color){255, 255, 255, 255});
    if (image && image->w <= ATLAS_SIDE && image->h <= ATLAS_SIDE) {
        made.in_atlas = place_glyph(text, image->w, image->h);
        SDL_UpdateTexture(text->atlas, &made.in_atlas, image->pixels, image->pitch);
    }
    SDL_FreeSurface(image);
    struct glyph *glyph = glyph_place(text, key);
    *glyph = made;
    text->count++;
    return glyph;
}

static const struct glyph *get_glyph(struct text *text, enum text_size size, uint32_t point)
{
    if (!TTF_GlyphIsProvided32(text->fonts[size], point))
        point = TTF_GlyphIsProvided32(text->fonts[size], 0xFFFD) ? 0xFFFD : '?';
    uint32_t key = (point * TEXT_SIZES + size) + 1;
    struct glyph *glyph = glyph_place(text, key);
    return glyph->key ? glyph : add_glyph(text, size, point, key);
}

int text_width(struct text *text, enum text_size size, const char *string)
{
    int width = 0;
    for (const unsigned char *at = (const unsigned char *)string; *at;)
        width += get_glyph(text, size, next_point(&at))->advance;
    return width;
}

size_t text_fitting(struct text *text, enum text_size size, const char *string, size_t length,
                    int room)
{
    const unsigned char *at = (const unsigned char *)string, *next = at;
    const unsigned char *end = at + length;
    while (at < end) {
        room -= get_glyph(text, size, next_point(&next))->advance;
        if (room < 0 || next > end)
            break;
        at = next;
    }
    return (size_t)(at - (const unsigned char *)string);
}

void text_draw(struct text *text, enum text_size size, int x, int y, uint32_t color,
               const char *string)
{
    SDL_SetTextureColorMod(text->atlas, color >> 16 & 0xFF, color >> 8 & 0xFF, color & 0xFF);
    for (const unsigned char *at = (const unsigned char *)string; *at;) {
        const struct glyph *glyph = get_glyph(text, size, next_point(&at));
        SDL_Rect to = {x + glyph->left, y, glyph->in_atlas.w, glyph->in_atlas.h};
        if (to.w) {
            SDL_RenderCopy(text->renderer, text->atlas, &glyph->in_atlas, &to);
            dirty_tiles_add(text->dirty, to);
        }
        x += glyph->advance;
    }
}
