/* Where labels and bars stand, at the sizes of common screens and with few and many faces: nothing
 * is on anything else, and nobody's eyes are hidden. */
#include "draw/overlay_parts.h"
#include "runner.h"

#include <math.h>

static const char *const labels[] = {"angry", "disgust",  "fear",   "happy",
                                     "sad",   "surprise", "neutral"};
static const struct mien_model_info model = {.labels = labels, .label_count = 7};

static const SDL_Point screens[] = {
    {854, 480}, {1280, 720}, {1920, 1080}, {3840, 2160}, {1080, 1920}};
static const int crowds[] = {1, 2, 6, 30};

enum { SCREENS = sizeof screens / sizeof *screens, CROWDS = sizeof crowds / sizeof *crowds };
enum { FACES_MAX = 30 };

static struct mien_face list[FACES_MAX];

/* In rows that fill the screen, each a third of its cell away from the next; as all emotions, sure
 * and not. */
static struct mien_faces crowd_of(int count, SDL_Point screen)
{
    int columns = (int)ceil(sqrt((double)count * screen.x / screen.y));
    int rows = (count + columns - 1) / columns;
    int side = SDL_min(screen.x / columns, screen.y / rows) * 2 / 3;
    for (int i = 0; i < count; i++) {
        int x = (2 * (i % columns) + 1) * screen.x / columns / 2 - side / 2;
        int y = (2 * (i / columns) + 1) * screen.y / rows / 2 - side / 2;
        list[i] = (struct mien_face){.id = (uint32_t)i + 1,
                                     .box = {x, y, side, side},
                                     .label = i % 7,
                                     .confidence = 0.3f + 0.1f * (float)(i % 7),
                                     .uncertain = i % 3 == 1};
        for (int k = 0; k < 7; k++)
            list[i].probabilities[k] = k == i % 7 ? 0.64f : 0.06f;
    }
    return (struct mien_faces){.list = list, .count = count};
}

static SDL_Surface *surface;
static SDL_Renderer *renderer;

static struct overlay *open_overlay(SDL_Point screen)
{
    struct overlay *overlay = NULL;
    surface = SDL_CreateRGBSurfaceWithFormat(0, screen.x, screen.y, 32, SDL_PIXELFORMAT_RGB888);
    CU_ASSERT_PTR_NOT_NULL_FATAL(surface);
    renderer = SDL_CreateSoftwareRenderer(surface);
    CU_ASSERT_EQUAL_FATAL(overlay_create(&overlay, renderer, &model, NULL), 0);
    return overlay;
}

static void close_overlay(struct overlay **overlay)
{
    overlay_destroy(overlay);
    SDL_DestroyRenderer(renderer);
    SDL_FreeSurface(surface);
}

static const struct overlay_key keys[] = {{"f", "full screen"},
                                          {"m", "mirror the picture"},
                                          {"b", "bars of all emotions"},
                                          {"n", "numbers"},
                                          {"p", "cover the faces"},
                                          {"s", "save a screenshot"},
                                          {"space", "freeze"},
                                          {"r", "record, stop recording"},
                                          {"h, ?", "this help"},
                                          {"q, Esc", "quit"},
                                          {NULL, NULL}};

static void draw_crowd(struct overlay *overlay, SDL_Point screen, int count)
{
    struct mien_faces faces = crowd_of(count, screen);
    struct overlay_view view = {.scale = 1, .picture_width = screen.x, .picture_height = screen.y};
    struct overlay_status status = {.fps = 30,
                                    .analysed = 30,
                                    .latency_p50_ms = 20,
                                    .latency_p95_ms = 30,
                                    .toast = "saved mien-20261128-201500.png",
                                    .screen = {.notice = "No picture is stored."}};
    struct overlay_style style = {.bars = true, .numbers = true};
    overlay_draw(overlay, &faces, &view, &style, &status);
}

/* ---- what must hold ---- */

static void check_apart(const struct overlay *overlay)
{
    for (int i = 0; i < overlay->taken_count; i++)
        for (int k = 0; k < i; k++)
            CU_ASSERT_FALSE(SDL_HasIntersection(&overlay->taken[i], &overlay->taken[k]));
}

static void check_face(const struct overlay *overlay, int count, int i)
{
    SDL_Rect label = overlay->labels[i].plate, bars = overlay->bars[i];
    CU_ASSERT(label.w <= overlay->boxes[i].w);
    if (label.w) {
        CU_ASSERT(overlay_contains(overlay->target, label));
        CU_ASSERT(overlay_spares_eyes(overlay, count, label));
    }
    if (bars.w) {
        CU_ASSERT(overlay_contains(overlay->target, bars));
        CU_ASSERT(overlay_spares_eyes(overlay, count, bars));
        CU_ASSERT_FALSE(SDL_HasIntersection(&label, &bars));
    }
    if (count <= 6)
        CU_ASSERT(label.w > 0 && *overlay->labels[i].string);
}

static void nothing_is_on_anything_else(void)
{
    for (int s = 0; s < SCREENS; s++)
        for (int c = 0; c < CROWDS; c++) {
            struct overlay *overlay = open_overlay(screens[s]);
            draw_crowd(overlay, screens[s], crowds[c]);
            check_apart(overlay);
            for (int i = 0; i < crowds[c]; i++)
                check_face(overlay, crowds[c], i);
            close_overlay(&overlay);
        }
}

/* Faces shoulder to shoulder, closer than their labels are wide. */
static void labels_keep_to_their_faces_in_a_row(void)
{
    SDL_Point screen = {640, 480};
    struct overlay *overlay = open_overlay(screen);
    struct mien_faces faces = {.list = list, .count = 12};
    struct overlay_view view = {.scale = 1, .picture_width = 640, .picture_height = 480};
    for (int i = 0; i < 12; i++)
        list[i] = (struct mien_face){.id = 100, .box = {i * 53, 200, 52, 52}, .label = i % 7};
    overlay_draw(overlay, &faces, &view, &(struct overlay_style){.bars = true}, NULL);
    check_apart(overlay);
    for (int i = 0; i < 12; i++) {
        check_face(overlay, 12, i);
        CU_ASSERT(overlay->labels[i].plate.w > 0);
    }
    close_overlay(&overlay);
}

/* ---- contrast (WCAG 2: relative luminance) ---- */

static double light(uint32_t color)
{
    double sum = 0;
    static const double weights[] = {0.0722, 0.7152, 0.2126};
    for (int i = 0; i < 3; i++) {
        double value = (color >> 8 * i & 0xFF) / 255.0;
        sum += weights[i] * (value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(uint32_t a, uint32_t b)
{
    double one = light(a) + 0.05, other = light(b) + 0.05;
    return one > other ? one / other : other / one;
}

static uint32_t plate_over(uint32_t picture)
{
    uint32_t mixed = 0;
    for (int shift = 0; shift < 24; shift += 8)
        mixed |= ((INK >> shift & 0xFF) * PLATE + (picture >> shift & 0xFF) * (255 - PLATE)) / 255
                 << shift;
    return mixed;
}

static void text_can_be_read_on_any_picture(void)
{
    static const uint32_t pictures[] = {0xFFFFFF, 0x000000}, inks[] = {PAPER, FAINT, ALERT};
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 3; k++)
            CU_ASSERT(contrast(inks[k], plate_over(pictures[i])) >= 4.5);
    CU_ASSERT(contrast(INK, ALERT) >= 4.5); /* of the banner */
    for (int i = 0; i < 7; i++) {
        uint32_t color = overlay_color(labels[i]);
        CU_ASSERT(contrast(overlay_ink_on(color), color) >= 4.5);
    }
}

/* ---- the list of keys ---- */

static int count_color(SDL_Rect rect, uint32_t color)
{
    int count = 0;
    for (int y = rect.y; y < rect.y + rect.h; y++)
        for (int x = rect.x; x < rect.x + rect.w; x++) {
            const uint8_t *row = (const uint8_t *)surface->pixels + y * surface->pitch;
            count += (((const uint32_t *)row)[x] & 0xFFFFFF) == color;
        }
    return count;
}

/* On white, the margin around the list is only dimmed. */
static void the_list_of_keys_fits_each_window(void)
{
    static const SDL_Point windows[] = {{320, 240}, {640, 480}, {1280, 800}, {480, 1000}};
    for (int i = 0; i < 4; i++) {
        struct overlay *overlay = open_overlay(windows[i]);
        struct overlay_view view = {.scale = 1, .picture_width = windows[i].x};
        struct overlay_status status = {.about = "a camera, 640×480 YUYV at 30 fps"};
        SDL_FillRect(surface, NULL, 0xFFFFFF);
        overlay_draw(overlay, NULL, &view, &(struct overlay_style){.help = keys}, &status);
        SDL_RenderFlush(renderer);
        uint32_t margin = *(const uint32_t *)surface->pixels & 0xFFFFFF;
        int wide = windows[i].x, high = windows[i].y;
        CU_ASSERT_EQUAL(count_color((SDL_Rect){0, 0, wide, 1}, margin), wide);
        CU_ASSERT_EQUAL(count_color((SDL_Rect){0, high - 1, wide, 1}, margin), wide);
        CU_ASSERT_EQUAL(count_color((SDL_Rect){0, 0, 1, high}, margin), high);
        CU_ASSERT_EQUAL(count_color((SDL_Rect){wide - 1, 0, 1, high}, margin), high);
        close_overlay(&overlay);
    }
}

int main(void)
{
    const struct test tests[] = {
        {"nothing is on anything else", nothing_is_on_anything_else},
        {"labels keep to their faces in a row", labels_keep_to_their_faces_in_a_row},
        {"text can be read on any picture", text_can_be_read_on_any_picture},
        {"the list of keys fits each window", the_list_of_keys_fits_each_window},
        {NULL, NULL},
    };
    return run_tests("layout", tests);
}
