/* What the overlay draws, looked at by pixel: on pictures in memory and in a window. */
#include "draw/overlay.h"
#include "draw/overlay_parts.h"
#include "draw/text.h"
#include "runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 640, HEIGHT = 480, GRAY = 0x808080 };

static const char *const labels[] = {"angry", "disgust",  "fear",   "happy",
                                     "sad",   "surprise", "neutral"};
static const struct mien_model_info model = {.labels = labels, .label_count = 7};
enum { ANGRY, DISGUST, FEAR, HAPPY, SAD };

static struct mien_picture gray_picture(void)
{
    struct mien_picture picture = {0};
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&picture, MIEN_BGRX32, WIDTH, HEIGHT, NULL), 0);
    memset(picture.data, 0x80, (size_t)picture.stride * HEIGHT);
    return picture;
}

static uint32_t pixel(const struct mien_picture *picture, int x, int y)
{
    const uint8_t *p = picture->data + y * picture->stride + 4 * x;
    return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static bool is_near(uint32_t a, uint32_t b, int tolerance)
{
    for (int shift = 0; shift < 24; shift += 8)
        if (abs((int)(a >> shift & 0xFF) - (int)(b >> shift & 0xFF)) > tolerance)
            return false;
    return true;
}

static int count_changed(const struct mien_picture *picture, SDL_Rect rect)
{
    int count = 0;
    for (int y = rect.y; y < rect.y + rect.h; y++)
        for (int x = rect.x; x < rect.x + rect.w; x++)
            count += pixel(picture, x, y) != GRAY;
    return count;
}

static int count_color(const struct mien_picture *picture, SDL_Rect rect, uint32_t color,
                       int tolerance)
{
    int count = 0;
    for (int y = rect.y; y < rect.y + rect.h; y++)
        for (int x = rect.x; x < rect.x + rect.w; x++)
            count += is_near(pixel(picture, x, y), color, tolerance);
    return count;
}

static struct mien_face make_face(int x, int y, int side, int label)
{
    struct mien_face made = {0}, *face = &made;
    face->id = 1;
    face->box = (struct mien_box){x, y, side, side};
    face->label = label;
    face->confidence = 0.93f;
    for (int i = 0; i < model.label_count; i++)
        face->probabilities[i] = i == label ? 0.93f : 0.07f / 6;
    return made;
}

/* Good until the next call. */
static struct mien_faces one_face(int x, int y, int side, int label)
{
    static struct mien_face face;
    face = make_face(x, y, side, label);
    return (struct mien_faces){.list = &face, .count = 1};
}

static struct mien_picture draw(const struct mien_faces *faces, const struct overlay_style *style)
{
    struct mien_picture picture = gray_picture();
    struct canvas *canvas = NULL;
    struct mien_error error = {""};
    CU_ASSERT_EQUAL_FATAL(canvas_create(&canvas, &model, NULL, &error), 0);
    CU_ASSERT_EQUAL(canvas_draw(canvas, &picture, faces, style, &error), 0);
    CU_ASSERT_STRING_EQUAL(error.text, "");
    canvas_destroy(&canvas);
    CU_ASSERT_PTR_NULL(canvas);
    return picture;
}

/* The middle of each side has the colour; the middle of the face is left alone. */
static void check_box(const struct mien_picture *picture, SDL_Rect box, uint32_t color)
{
    int x = box.x + box.w / 2, y = box.y + box.h / 2;
    CU_ASSERT_EQUAL(pixel(picture, x, box.y + 1), color);
    CU_ASSERT_EQUAL(pixel(picture, x, box.y + box.h - 1), color);
    CU_ASSERT_EQUAL(pixel(picture, box.x, y), color);
    CU_ASSERT_EQUAL(pixel(picture, box.x + box.w - 1, y), color);
    CU_ASSERT_EQUAL(pixel(picture, x, y), GRAY);
}

static void box_is_where_the_face_is(void)
{
    for (int label = 0; label < model.label_count; label++) {
        struct mien_faces faces = one_face(200, 150, 160, label);
        struct mien_picture picture = draw(&faces, &(struct overlay_style){0});
        check_box(&picture, (SDL_Rect){200, 150, 160, 160}, overlay_color(labels[label]));
        CU_ASSERT_EQUAL(count_changed(&picture, (SDL_Rect){380, 0, 260, HEIGHT}), 0);
        CU_ASSERT_EQUAL(count_changed(&picture, (SDL_Rect){0, 320, WIDTH, 160}), 0);
        mien_picture_free(&picture);
    }
}

static void label_plate_is_above_the_face(void)
{
    struct mien_faces faces = one_face(200, 150, 160, HAPPY);
    struct mien_picture picture = draw(&faces, &(struct overlay_style){0});
    SDL_Rect above = {200, 115, 160, 30};
    CU_ASSERT(count_color(&picture, above, overlay_color("happy"), 24) > 800);
    CU_ASSERT(count_color(&picture, above, 0x111418, 40) > 60); /* its letters */
    mien_picture_free(&picture);
}

static void label_plate_moves_into_the_picture(void)
{
    struct mien_faces faces = one_face(480, 0, 160, HAPPY);
    struct mien_picture picture = draw(&faces, &(struct overlay_style){0});
    SDL_Rect top = {480, 4, 160, 30};
    CU_ASSERT(count_color(&picture, top, overlay_color("happy"), 24) > 800);
    mien_picture_free(&picture);
}

static void uncertain_faces_have_open_frames(void)
{
    struct mien_faces faces = one_face(200, 150, 160, HAPPY);
    faces.list[0].uncertain = 1;
    struct mien_picture picture = draw(&faces, &(struct overlay_style){0});
    CU_ASSERT_EQUAL(pixel(&picture, 280, 151), GRAY);
    CU_ASSERT_EQUAL(pixel(&picture, 220, 151), overlay_color("happy"));
    SDL_Rect above = {200, 115, 160, 30}; /* a dark plate with light words */
    CU_ASSERT_EQUAL(count_color(&picture, above, overlay_color("happy"), 24), 0);
    CU_ASSERT(count_color(&picture, above, INK, 40) > 500);
    CU_ASSERT(count_color(&picture, above, PAPER, 40) > 30);
    mien_picture_free(&picture);
}

/* The panel's bar of the top label is long and in its colour; `beside` is where it must be. */
static void check_panel(int x, int y, SDL_Rect beside)
{
    struct mien_faces faces = one_face(x, y, 160, SAD);
    struct mien_picture picture = draw(&faces, &(struct overlay_style){.bars = true});
    CU_ASSERT(count_color(&picture, beside, overlay_color("sad"), 0) > 300);
    CU_ASSERT(count_color(&picture, beside, overlay_color("happy"), 0) < 20);
    mien_picture_free(&picture);
}

static void bars_are_inside_at_each_corner(void)
{
    check_panel(0, 0, (SDL_Rect){164, 0, 200, 160});
    check_panel(480, 0, (SDL_Rect){276, 0, 200, 160});
    check_panel(0, 320, (SDL_Rect){164, 320, 200, 160});
    check_panel(480, 320, (SDL_Rect){276, 320, 200, 160});
}

/* On the edge of a large face, but off its middle. */
static void bars_of_a_large_face_keep_to_its_edge(void)
{
    struct mien_faces faces = one_face(80, 60, 400, SAD);
    struct mien_picture picture = draw(&faces, &(struct overlay_style){.bars = true});
    CU_ASSERT(count_color(&picture, (SDL_Rect){440, 60, 200, 200}, overlay_color("sad"), 0) > 300);
    CU_ASSERT_EQUAL(count_changed(&picture, (SDL_Rect){90, 110, 320, 340}), 0);
    mien_picture_free(&picture);
}

/* Beside the first face there is another one: both have theirs under them. */
static void bars_never_leave_their_face(void)
{
    struct mien_face list[2];
    struct mien_faces faces = {.list = list, .count = 2};
    list[0] = make_face(20, 100, 100, SAD);
    list[1] = make_face(140, 100, 100, SAD);
    struct mien_picture picture = draw(&faces, &(struct overlay_style){.bars = true});
    CU_ASSERT(count_color(&picture, (SDL_Rect){20, 202, 100, 40}, overlay_color("sad"), 0) > 100);
    CU_ASSERT(count_color(&picture, (SDL_Rect){140, 202, 100, 40}, overlay_color("sad"), 0) > 100);
    CU_ASSERT_EQUAL(count_changed(&picture, (SDL_Rect){244, 0, 396, HEIGHT}), 0);
    mien_picture_free(&picture);
}

static void bars_become_compact_without_room(void)
{
    struct mien_faces faces = one_face(50, 0, 540, SAD);
    faces.list[0].box.height = HEIGHT;
    struct mien_picture picture = draw(&faces, &(struct overlay_style){.bars = true});
    CU_ASSERT_EQUAL(count_changed(&picture, (SDL_Rect){0, 0, 46, HEIGHT}), 0);
    CU_ASSERT_EQUAL(count_changed(&picture, (SDL_Rect){594, 0, 46, HEIGHT}), 0);
    CU_ASSERT_EQUAL(count_changed(&picture, (SDL_Rect){60, 60, 520, 340}), 0);
    CU_ASSERT(count_color(&picture, (SDL_Rect){60, 400, 520, 76}, overlay_color("sad"), 0) > 300);
    mien_picture_free(&picture);
}

static void many_faces_have_strips_under_their_boxes(void)
{
    struct mien_face list[5];
    struct mien_faces faces = {.list = list, .count = 5};
    for (int i = 0; i < 5; i++)
        faces.list[i] = make_face(20 + 120 * i, 150, 100, SAD);
    struct mien_picture picture = draw(&faces, &(struct overlay_style){.bars = true});
    for (int i = 0; i < 5; i++) {
        SDL_Rect inside = {30 + 120 * i, 160, 80, 80}, under = {20 + 120 * i, 252, 100, 40};
        CU_ASSERT_EQUAL(count_changed(&picture, inside), 0);
        CU_ASSERT(count_color(&picture, under, overlay_color("sad"), 0) > 100);
    }
    mien_picture_free(&picture);
}

/* At the picture's foot there is room above the label only. */
static void strips_move_above_the_label_at_the_foot(void)
{
    struct mien_face list[5];
    struct mien_faces faces = {.list = list, .count = 5};
    for (int i = 0; i < 5; i++)
        faces.list[i] = make_face(20 + 120 * i, HEIGHT - 101, 100, SAD);
    struct mien_picture picture = draw(&faces, &(struct overlay_style){.bars = true});
    for (int i = 0; i < 5; i++) {
        SDL_Rect inside = {30 + 120 * i, HEIGHT - 90, 80, 80};
        SDL_Rect above = {20 + 120 * i, HEIGHT - 170, 100, 50};
        CU_ASSERT_EQUAL(count_changed(&picture, inside), 0);
        CU_ASSERT(count_color(&picture, above, overlay_color("sad"), 0) > 100);
    }
    mien_picture_free(&picture);
}

static void draws_as_many_faces_as_there_can_be(void)
{
    static struct mien_face list[MIEN_TRACKS_MAX];
    struct mien_faces faces = {.list = list, .count = MIEN_TRACKS_MAX};
    for (int i = 0; i < MIEN_TRACKS_MAX; i++) {
        faces.list[i] = make_face(i % 8 * 80 + 8, i / 8 % 8 * 60 + 16, 40, HAPPY);
        faces.list[i].id = (uint32_t)i + 1;
    }
    struct mien_picture picture = draw(&faces, &(struct overlay_style){.bars = true});
    for (int i = 0; i < 64; i++)
        CU_ASSERT_EQUAL(pixel(&picture, i % 8 * 80 + 8, i / 8 * 60 + 36), overlay_color("happy"));
    mien_picture_free(&picture);
}

static void odd_faces_do_no_harm(void)
{
    static const struct mien_box boxes[] = {
        {-500, -500, 100, 100}, {WIDTH + 9, HEIGHT + 9, 50, 50},
        {0, 0, WIDTH, HEIGHT},  {-50, -50, 2000, 2000},
        {300, 200, 1, 1},       {300, 200, 0, 0},
    };
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        struct mien_faces faces = one_face(0, 0, 10, HAPPY);
        faces.list[0].box = boxes[i];
        faces.list[0].probabilities[FEAR] = SDL_sqrtf(-1);
        faces.list[0].confidence = 7e9f;
        faces.list[0].label = i & 1 ? -1 : 99;
        struct mien_picture picture =
            draw(&faces, &(struct overlay_style){.bars = true, .blur = true});
        mien_picture_free(&picture);
    }
}

static void odd_labels_do_no_harm(void)
{
    static char endless[5000];
    memset(endless, 'W', sizeof endless - 1);
    static const char *const odd[] = {"", "\xff\xfe\xc3", "glücklich 😀 счастье", endless};
    struct mien_model_info info = {.labels = odd, .label_count = 4};
    struct mien_picture picture = gray_picture();
    struct canvas *canvas = NULL;
    CU_ASSERT_EQUAL_FATAL(canvas_create(&canvas, &info, NULL, NULL), 0);
    for (int i = 0; i < 4; i++) {
        struct mien_faces faces = one_face(200, 150, 160, i);
        struct overlay_style style = {.bars = true};
        CU_ASSERT_EQUAL(canvas_draw(canvas, &picture, &faces, &style, NULL), 0);
    }
    canvas_destroy(&canvas);
    mien_picture_free(&picture);
}

static void check_covered(const struct mien_faces *faces)
{
    struct mien_picture picture = gray_picture();
    for (int y = 0; y < HEIGHT; y++) /* stripes one pixel wide: gone after covering */
        for (int x = 0; x < WIDTH; x++)
            memset(picture.data + y * picture.stride + 4 * x, x & 1 ? 255 : 0, 4);
    privacy_cover(&picture, faces);
    int plain = 0;
    for (int y = 140; y < 320; y++)
        for (int x = 190; x < 366; x++)
            plain += is_near(pixel(&picture, x, y), 0x7F7F7F, 12);
    CU_ASSERT_EQUAL(plain, 180 * 176);
    CU_ASSERT_EQUAL(pixel(&picture, 151, 150), 0xFFFFFF);
    CU_ASSERT_EQUAL(pixel(&picture, 400, 150), 0x000000);
    mien_picture_free(&picture);
}

static void privacy_hides_the_face(void)
{
    struct mien_faces faces = one_face(200, 150, 160, HAPPY);
    check_covered(&faces);
}

static void privacy_hides_faces_not_shown_yet(void)
{
    struct mien_box box = {200, 150, 160, 160};
    struct mien_faces faces = {.tentative = {.boxes = &box, .count = 1}};
    check_covered(&faces);
}

static void canvas_follows_its_picture(void)
{
    struct canvas *canvas = NULL;
    struct overlay_style style = {0};
    CU_ASSERT_EQUAL_FATAL(canvas_create(&canvas, &model, NULL, NULL), 0);
    for (int i = 0; i < 3; i++) {
        struct mien_picture picture = {0};
        CU_ASSERT_EQUAL_FATAL(
            mien_picture_alloc(&picture, MIEN_BGRX32, WIDTH + i / 2 * 77, HEIGHT, NULL), 0);
        memset(picture.data, 0x80, (size_t)picture.stride * HEIGHT);
        struct mien_faces faces = one_face(200, 150 + 10 * i, 160, HAPPY);
        CU_ASSERT_EQUAL(canvas_draw(canvas, &picture, &faces, &style, NULL), 0);
        check_box(&picture, (SDL_Rect){200, 150 + 10 * i, 160, 160}, overlay_color("happy"));
        mien_picture_free(&picture);
    }
    canvas_destroy(&canvas);
}

static void canvas_refuses_gray(void)
{
    struct mien_picture picture = {0};
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&picture, MIEN_GRAY8, 64, 64, NULL), 0);
    struct canvas *canvas = NULL;
    CU_ASSERT_EQUAL_FATAL(canvas_create(&canvas, &model, NULL, NULL), 0);
    struct overlay_style style = {0};
    struct mien_faces faces = {0};
    CU_ASSERT_EQUAL(canvas_draw(canvas, &picture, &faces, &style, NULL), -EINVAL);
    canvas_destroy(&canvas);
    mien_picture_free(&picture);
}

static void missing_font_is_named(void)
{
    struct mien_picture picture = gray_picture();
    struct canvas *canvas = NULL;
    struct mien_error error = {""};
    struct mien_faces faces = {0};
    struct overlay_style style = {0};
    CU_ASSERT_EQUAL_FATAL(canvas_create(&canvas, &model, NULL, NULL), 0);
    text_use_font("/nowhere/font.ttf");
    CU_ASSERT_EQUAL(canvas_draw(canvas, &picture, &faces, &style, &error), -ENOENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/nowhere/font.ttf"));
    text_use_font("/dev/null");
    CU_ASSERT_EQUAL(canvas_draw(canvas, &picture, &faces, &style, &error), -EINVAL);
    text_use_font(NULL);
    canvas_destroy(&canvas);
    mien_picture_free(&picture);
}

/* Colours of the emotions in use all differ; names of other data sets get the same ones. */
static void colors_tell_emotions_apart(void)
{
    for (int i = 0; i < model.label_count; i++)
        for (int k = 0; k < i; k++)
            CU_ASSERT_NOT_EQUAL(overlay_color(labels[i]), overlay_color(labels[k]));
    CU_ASSERT_EQUAL(overlay_color("Anger"), overlay_color("angry"));
    CU_ASSERT_EQUAL(overlay_color("happiness"), overlay_color("happy"));
    CU_ASSERT_EQUAL(overlay_color("boredom"), overlay_color("boredom"));
}

/* ---- the same in a window ---- */

static struct mien_picture draw_in_window(int width, int height, const struct mien_faces *faces,
                                          const struct overlay_view *view,
                                          const struct overlay_status *status,
                                          const struct overlay_style *style)
{
    struct mien_picture seen = {0};
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    CU_ASSERT_EQUAL_FATAL(SDL_Init(SDL_INIT_VIDEO), 0);
    SDL_Window *window = SDL_CreateWindow("test", 0, 0, width, height, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(window);
    SDL_Renderer *renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE);
    CU_ASSERT_PTR_NOT_NULL_FATAL(renderer);
    struct overlay *overlay = NULL;
    CU_ASSERT_EQUAL_FATAL(overlay_create(&overlay, renderer, &model, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&seen, MIEN_BGRX32, width, height, NULL), 0);
    SDL_SetRenderDrawColor(renderer, 0x80, 0x80, 0x80, 255);
    SDL_RenderClear(renderer);
    overlay_draw(overlay, faces, view, style, status);
    CU_ASSERT_EQUAL(
        SDL_RenderReadPixels(renderer, NULL, SDL_PIXELFORMAT_RGB888, seen.data, (int)seen.stride),
        0);
    overlay_destroy(&overlay);
    SDL_DestroyRenderer(renderer);
    SDL_DestroyWindow(window);
    SDL_Quit();
    return seen;
}

static void window_scales_and_mirrors(void)
{
    struct mien_faces faces = one_face(40, 60, 100, HAPPY);
    struct overlay_view view = {.scale = 2, .x = 0, .y = 20, .mirror = true, .picture_width = 320};
    struct mien_picture seen =
        draw_in_window(640, 520, &faces, &view, NULL, &(struct overlay_style){0});
    check_box(&seen, (SDL_Rect){360, 140, 200, 200}, overlay_color("happy"));
    CU_ASSERT_EQUAL(count_changed(&seen, (SDL_Rect){0, 0, 350, 520}), 0);
    mien_picture_free(&seen);
}

static void window_shows_status_and_help(void)
{
    static const struct overlay_key keys[] = {{"q", "quit"}, {"f", "full screen"}, {NULL, NULL}};
    struct overlay_status status = {.fps = 30, .latency_p50_ms = 41, .latency_p95_ms = 60};
    struct overlay_view view = {.scale = 1, .picture_width = 640};
    struct mien_picture seen =
        draw_in_window(640, 480, NULL, &view, &status, &(struct overlay_style){0});
    CU_ASSERT(count_color(&seen, (SDL_Rect){0, 440, 320, 40}, 0xF4F4F4, 60) > 100);
    CU_ASSERT_EQUAL(count_changed(&seen, (SDL_Rect){0, 0, 640, 440}), 0);
    mien_picture_free(&seen);
    status.about = "a camera";
    seen = draw_in_window(640, 480, NULL, &view, &status, &(struct overlay_style){.help = keys});
    CU_ASSERT(count_color(&seen, (SDL_Rect){200, 200, 240, 80}, 0xF4F4F4, 60) > 100);
    CU_ASSERT(count_color(&seen, (SDL_Rect){200, 200, 240, 120}, 0xB8BDC4, 20) > 10); /* about */
    CU_ASSERT_EQUAL(count_color(&seen, (SDL_Rect){0, 0, 640, 150}, GRAY, 20), 0);
    mien_picture_free(&seen);
    status.toast = "mirror off";
    seen = draw_in_window(640, 480, NULL, &view, &status, &(struct overlay_style){0});
    CU_ASSERT(count_color(&seen, (SDL_Rect){200, 20, 240, 60}, 0xF4F4F4, 60) > 100);
    mien_picture_free(&seen);
}

/* A warning is shown also when no pictures come. */
static void window_shows_a_note_without_pictures(void)
{
    struct overlay_status status = {.latency_p50_ms = -1, .note = "recording"};
    struct overlay_view view = {.scale = 1, .picture_width = 640};
    SDL_Rect foot = {0, 440, 320, 40};
    struct mien_picture seen =
        draw_in_window(640, 480, NULL, &view, &status, &(struct overlay_style){0});
    CU_ASSERT(count_color(&seen, foot, 0xE69F00, 40) > 30);
    mien_picture_free(&seen);
    status.note = NULL;
    seen = draw_in_window(640, 480, NULL, &view, &status, &(struct overlay_style){0});
    CU_ASSERT_EQUAL(count_changed(&seen, foot), 0);
    mien_picture_free(&seen);
}

/* ---- what a kiosk says ---- */

static struct mien_picture draw_screen(struct screen_texts texts)
{
    struct overlay_status status = {.latency_p50_ms = -1, .screen = texts};
    struct overlay_view view = {.scale = 1, .picture_width = 640};
    return draw_in_window(640, 480, NULL, &view, &status, &(struct overlay_style){0});
}

static const SDL_Rect whole = {0, 0, 640, 480}, top = {0, 0, 640, 120}, middle = {0, 120, 640, 240},
                      foot = {0, 360, 640, 120};

static void screen_title_is_large_in_the_middle(void)
{
    struct mien_picture title = draw_screen((struct screen_texts){.title = "Nobody"});
    struct mien_picture notice = draw_screen((struct screen_texts){.notice = "Nobody"});
    int large = count_color(&title, middle, PAPER, 40),
        small = count_color(&notice, foot, PAPER, 40);
    CU_ASSERT(small > 50);
    CU_ASSERT(large > 3 * small);
    CU_ASSERT_EQUAL(count_changed(&title, whole), count_changed(&title, middle));
    int left = count_changed(&title, (SDL_Rect){0, 120, 320, 240});
    CU_ASSERT(abs(2 * left - count_changed(&title, middle)) < count_changed(&title, middle) / 3);
    mien_picture_free(&title);
    mien_picture_free(&notice);
}

static void screen_texts_have_places_of_their_own(void)
{
    struct mien_picture notice =
        draw_screen((struct screen_texts){.notice = "No picture is stored"});
    CU_ASSERT_EQUAL(count_changed(&notice, whole), count_changed(&notice, foot));
    CU_ASSERT(count_color(&notice, foot, INK, 40) > 1000); /* on a dark plate */
    CU_ASSERT_EQUAL(count_color(&notice, whole, ALERT, 20), 0);
    mien_picture_free(&notice);
    struct mien_picture banner =
        draw_screen((struct screen_texts){.banner = "shop.json:5:9: wrong"});
    CU_ASSERT_EQUAL(count_changed(&banner, whole), count_changed(&banner, top));
    CU_ASSERT(count_color(&banner, top, ALERT, 30) > 10000); /* as wide as the screen */
    CU_ASSERT(count_color(&banner, top, INK, 40) > 100);
    mien_picture_free(&banner);
}

/* All at once; and empty texts are none. */
static void screen_texts_stand_together(void)
{
    struct mien_picture all = draw_screen((struct screen_texts){
        .title = "The camera is away", .notice = "Notice", .banner = "Wrong"});
    CU_ASSERT(count_color(&all, top, ALERT, 30) > 10000);
    CU_ASSERT(count_color(&all, middle, PAPER, 40) > 500);
    CU_ASSERT(count_color(&all, foot, PAPER, 40) > 50);
    mien_picture_free(&all);
    struct mien_picture none =
        draw_screen((struct screen_texts){.title = "", .notice = "", .banner = ""});
    CU_ASSERT_EQUAL(count_changed(&none, whole), 0);
    mien_picture_free(&none);
}

static int last_changed_row(const struct mien_picture *picture)
{
    int y = HEIGHT - 1;
    while (y > 0 && !count_changed(picture, (SDL_Rect){0, y, WIDTH, 1}))
        y--;
    return y;
}

/* A long banner gets more lines, of which none leaves the screen, also without spaces. */
static void long_texts_are_broken_into_lines(void)
{
    static char endless[501];
    for (size_t i = 0; i + 1 < sizeof endless; i++)
        endless[i] = "\xC3\x84"[i % 2]; /* letters of two bytes */
    static const char *const banners[] = {
        "short",
        "/etc/xdg/mien/config.json:12:9: kiosk.idle_texd: unknown key; the nearest known one "
        "is idle_text; the settings stay as they were, and so on",
        endless};
    int height[3];
    for (int i = 0; i < 3; i++) {
        struct mien_picture banner = draw_screen((struct screen_texts){.banner = banners[i]});
        height[i] = last_changed_row(&banner);
        CU_ASSERT_EQUAL(count_changed(&banner, (SDL_Rect){0, 0, 2, HEIGHT}), 0);
        CU_ASSERT_EQUAL(count_changed(&banner, (SDL_Rect){638, 0, 2, HEIGHT}), 0);
        mien_picture_free(&banner);
    }
    CU_ASSERT(height[0] > 20);
    CU_ASSERT(height[1] > height[0] + 10);
    CU_ASSERT(height[2] < HEIGHT - 1);
}

/* Twice the window: twice the text, as on a HiDPI screen. */
static void text_grows_with_the_window(void)
{
    int height[2];
    for (int i = 0; i < 2; i++) {
        int k = i + 1;
        struct mien_faces faces = one_face(200, 150, 160, HAPPY);
        struct overlay_view view = {.scale = k, .picture_width = 640};
        struct mien_picture seen =
            draw_in_window(640 * k, 480 * k, &faces, &view, NULL, &(struct overlay_style){0});
        height[i] = 0;
        for (int y = 90 * k; y < 148 * k; y++)
            height[i] += is_near(pixel(&seen, 206 * k, y), overlay_color("happy"), 24);
        mien_picture_free(&seen);
    }
    CU_ASSERT(height[0] >= 15);
    CU_ASSERT(abs(height[1] - 2 * height[0]) <= 4);
}

int main(void)
{
    const struct test tests[] = {
        {"box is where the face is", box_is_where_the_face_is},
        {"label plate is above the face", label_plate_is_above_the_face},
        {"label plate moves into the picture", label_plate_moves_into_the_picture},
        {"uncertain faces have open frames", uncertain_faces_have_open_frames},
        {"bars are inside at each corner", bars_are_inside_at_each_corner},
        {"bars of a large face keep to its edge", bars_of_a_large_face_keep_to_its_edge},
        {"bars never leave their face", bars_never_leave_their_face},
        {"bars become compact without room", bars_become_compact_without_room},
        {"many faces have strips under their boxes", many_faces_have_strips_under_their_boxes},
        {"strips move above the label at the foot", strips_move_above_the_label_at_the_foot},
        {"draws as many faces as there can be", draws_as_many_faces_as_there_can_be},
        {"odd faces do no harm", odd_faces_do_no_harm},
        {"odd labels do no harm", odd_labels_do_no_harm},
        {"privacy hides the face", privacy_hides_the_face},
        {"privacy hides faces not shown yet", privacy_hides_faces_not_shown_yet},
        {"canvas follows its picture", canvas_follows_its_picture},
        {"canvas refuses gray", canvas_refuses_gray},
        {"missing font is named", missing_font_is_named},
        {"colors tell emotions apart", colors_tell_emotions_apart},
        {"window scales and mirrors", window_scales_and_mirrors},
        {"window shows status and help", window_shows_status_and_help},
        {"window shows a note without pictures", window_shows_a_note_without_pictures},
        {"screen title is large in the middle", screen_title_is_large_in_the_middle},
        {"screen texts have places of their own", screen_texts_have_places_of_their_own},
        {"screen texts stand together", screen_texts_stand_together},
        {"long texts are broken into lines", long_texts_are_broken_into_lines},
        {"text grows with the window", text_grows_with_the_window},
        {NULL, NULL},
    };
    return run_tests("overlay", tests);
}
