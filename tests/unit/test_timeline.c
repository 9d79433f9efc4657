/* From frames to spans, shares, curves; and what is written of them. */
#include "data/exports.h"
#include "data/timeline.h"
#include "files/atomic_file.h"
#include "runner.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const labels[] = {"happy", "sad", "<b>&\"--> x\""};
static const struct mien_model_info model = {.label_count = 3, .labels = labels};

static const struct mien_yuv yuv = {0.299, 0.114, 1};

static struct mien_face make_face(uint32_t id, int label)
{
    struct mien_face face = {.id = id, .box = {0, 0, 32, 32}, .label = label, .confidence = 0.8f};
    for (int i = 0; i < 3; i++)
        face.probabilities[i] = i == label ? 0.8f : 0.1f;
    return face;
}

/* One frame a tenth of a second; a digit is the label of face 1, a dot is no face. */
static void add_frames(struct timeline *timeline, const char *frames)
{
    for (int i = 0; frames[i]; i++) {
        struct mien_face list[3];
        struct mien_faces faces = {.list = list, .count = frames[i] != '.'};
        faces.list[0] = make_face(1, frames[i] - '0');
        CU_ASSERT_EQUAL(timeline_add(timeline, i / 10.0, &faces, NULL, NULL), 0);
    }
    CU_ASSERT_EQUAL(timeline_end(timeline, NULL), 0);
}

static void check_span(const struct timeline *timeline, size_t number, int label, double start,
                       double end)
{
    CU_ASSERT_FATAL(number < timeline->span_count);
    const struct timeline_span *span = &timeline->spans[number];
    CU_ASSERT_EQUAL(span->face, 1);
    CU_ASSERT_EQUAL(span->label, label);
    CU_ASSERT_DOUBLE_EQUAL(span->start, start, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(span->end, end, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(span->confidence, 0.8, 1e-6);
}

static void makes_spans(void)
{
    struct timeline timeline;
    timeline_init(&timeline, &model, &yuv);
    add_frames(&timeline, "000110..11");
    CU_ASSERT_EQUAL(timeline.span_count, 4);
    check_span(&timeline, 0, 0, 0, 0.3);
    check_span(&timeline, 1, 1, 0.3, 0.5);
    check_span(&timeline, 2, 0, 0.5, 0.6);
    check_span(&timeline, 3, 1, 0.8, 1.0);
    CU_ASSERT_EQUAL_FATAL(timeline.face_count, 1);
    const struct timeline_face *face = &timeline.faces[0];
    CU_ASSERT_DOUBLE_EQUAL(face->seconds, 0.8, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(face->label_seconds[0], 0.4, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(face->label_seconds[1], 0.4, 1e-9);
    CU_ASSERT_EQUAL(face->changes[0 * 3 + 1], 1);
    CU_ASSERT_EQUAL(face->changes[1 * 3 + 0], 1);
    CU_ASSERT_DOUBLE_EQUAL(timeline.end, 1.0, 1e-9);
    CU_ASSERT_EQUAL(timeline.frames, 10);
    CU_ASSERT_EQUAL(timeline.frames_with_faces, 8);
    timeline_finish(&timeline);
}

/* Whatever the length, the curve's total time and averages stay right. */
static void keeps_curves_small(void)
{
    struct timeline timeline;
    timeline_init(&timeline, &model, &yuv);
    for (int i = 0; i < 9000; i++) {
        struct mien_face list[3];
        struct mien_faces faces = {.list = list, .count = 1};
        faces.list[0] = make_face(7, i < 4500 ? 0 : 1);
        CU_ASSERT_EQUAL_FATAL(timeline_add(&timeline, 3 + i / 10.0, &faces, NULL, NULL), 0);
    }
    CU_ASSERT_EQUAL(timeline_end(&timeline, NULL), 0);
    const struct timeline_face *face = &timeline.faces[0];
    double seconds = 0, happy = 0;
    CU_ASSERT(face->step_first + face->step_count <= TIMELINE_STEPS_MAX);
    for (int i = 0; i < face->step_count; i++) {
        seconds += face->steps[i * 4];
        happy += face->steps[i * 4 + 1];
        CU_ASSERT(face->steps[i * 4] <= timeline.step + 1e-9);
    }
    CU_ASSERT_DOUBLE_EQUAL(seconds, 900, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(happy, 450 * 0.8 + 450 * 0.1, 1e-3);
    double early = face->steps[4 + 1] / face->steps[4];
    CU_ASSERT_DOUBLE_EQUAL(early, 0.8, 1e-6);
    timeline_finish(&timeline);
}

static void keeps_faces_by_id(void)
{
    struct timeline timeline;
    struct mien_face list[3];
    struct mien_faces faces = {.list = list, .count = 3};
    timeline_init(&timeline, &model, &yuv);
    faces.list[0] = make_face(5, 0);
    faces.list[1] = make_face(2, 1);
    faces.list[2] = make_face(9, 1);
    timeline_add(&timeline, 0, &faces, NULL, NULL);
    faces.count = 2;
    timeline_add(&timeline, 1, &faces, NULL, NULL);
    CU_ASSERT_EQUAL(timeline_end(&timeline, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(timeline.face_count, 3);
    CU_ASSERT(timeline.faces[0].id == 2 && timeline.faces[1].id == 5 && timeline.faces[2].id == 9);
    CU_ASSERT_EQUAL(timeline.spans[timeline.faces[1].span].face, 5);
    size_t main_faces[2];
    CU_ASSERT_EQUAL(timeline_main_faces(&timeline, main_faces, 2), 2);
    CU_ASSERT(main_faces[0] == 0 && main_faces[1] == 1);
    timeline_finish(&timeline);
}

static void keeps_small_pictures(void)
{
    struct timeline timeline;
    struct mien_picture color = {0};
    timeline_init(&timeline, &model, &yuv);
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&color, MIEN_YUV420, 40, 30, NULL), 0);
    memset(color.data, 128, (size_t)color.stride * 45);
    memset(color.data, 77, (size_t)color.stride * 30);
    for (int i = 0; i < 12; i++) {
        struct mien_face list[3];
        struct mien_faces faces = {.list = list, .count = 1};
        faces.list[0] = make_face(1, 0);
        faces.list[0].box = (struct mien_box){30, 20, 32, 32}; /* reaches over the edge */
        CU_ASSERT_EQUAL(timeline_add(&timeline, i / 10.0, &faces, &color, NULL), 0);
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(timeline.faces[0].thumb.data);
    CU_ASSERT_EQUAL(timeline.faces[0].thumb.data[0], 77);
    mien_picture_free(&color);
    timeline_finish(&timeline);
}

/* ---- exports ---- */

static const struct export_facts facts = {
    .source = "</script> & \"film\".mp4", .fps = 10, .losses = 3};

static char *read_file(const char *path)
{
    char *text = calloc(1, 30000);
    FILE *file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT(fread(text, 1, 29999, file) > 0);
    fclose(file);
    return text;
}

/* What `put` writes of "0011.2"; to be released by free. */
static char *write_export(enum export_kind kind)
{
    struct timeline timeline;
    char path[] = "/tmp/mien-paper-XXXXXX";
    close(mkstemp(path));
    struct exports exports = {0};
    exports.paths[kind] = path;
    timeline_init(&timeline, &model, &yuv);
    add_frames(&timeline, "0011.2");
    struct atomic_files files = {0};
    CU_ASSERT_EQUAL_FATAL(exports_open(&exports, &files, NULL), 0);
    CU_ASSERT_EQUAL(exports_close(&exports, &timeline, &facts, NULL), 0);
    CU_ASSERT_EQUAL(atomic_files_commit(&files, NULL), 0);
    timeline_finish(&timeline);
    char *text = read_file(path);
    unlink(path);
    return text;
}

static void writes_subtitles(void)
{
    char *text = write_export(EXPORT_VTT);
    CU_ASSERT_STRING_EQUAL(
        text,
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.200\nface 1: happy (80 %)\n\n"
        "00:00:00.200 --> 00:00:00.400\nface 1: sad (80 %)\n\n"
        "00:00:00.500 --> 00:00:00.600\nface 1: &lt;b&gt;&amp;&quot;--&gt; x&quot; (80 %)\n\n");
    free(text);
    text = write_export(EXPORT_SRT);
    CU_ASSERT_EQUAL(
        strncmp(text, "1\n00:00:00,000 --> 00:00:00,200\nface 1: happy (80 %)\n\n2\n", 56), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "face 1: <b>&\"--> x\" (80 %)"));
    free(text);
}

/* The face is there from 0 to 0.4 and from 0.5 to 0.6 s, and once with a label that XML escapes. */
static void writes_tiers(void)
{
    char *text = write_export(EXPORT_EAF);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "<TIME_SLOT TIME_SLOT_ID=\"ts1\" TIME_VALUE=\"0\"/>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "TIER_ID=\"face 1\">"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "TIME_SLOT_REF1=\"ts5\" TIME_SLOT_REF2=\"ts6\">"
                                        "<ANNOTATION_VALUE>&lt;b&gt;&amp;"));
    long before = -1;
    for (const char *at = text; (at = strstr(at, "TIME_VALUE=\"")); at++) {
        long value = atol(at + strlen("TIME_VALUE=\""));
        CU_ASSERT(value >= before);
        before = value;
    }
    CU_ASSERT_EQUAL(before, 600);
    free(text);
    text = write_export(EXPORT_TEXTGRID);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "intervals: size = 4\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text,
                                  "intervals [3]:\n            xmin = 0.4\n            xmax = "
                                  "0.5\n            text = \"\"\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "text = \"<b>&\"\"--> x\"\"\"\n"));
    free(text);
}

static void writes_spans_for_other_programs(void)
{
    char *text = write_export(EXPORT_BORIS);
    cJSON *project = cJSON_Parse(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(project);
    const cJSON *seen = cJSON_GetObjectItem(cJSON_GetObjectItem(project, "observations"), "mien");
    const cJSON *events = cJSON_GetObjectItem(seen, "events");
    CU_ASSERT_EQUAL(cJSON_GetArraySize(events), 6);
    const cJSON *third = cJSON_GetArrayItem(events, 2); /* happy has ended, sad begins */
    CU_ASSERT_DOUBLE_EQUAL(cJSON_GetArrayItem(third, 0)->valuedouble, 0.2, 1e-9);
    CU_ASSERT_STRING_EQUAL(cJSON_GetArrayItem(third, 1)->valuestring, "face 1");
    CU_ASSERT_STRING_EQUAL(cJSON_GetArrayItem(third, 2)->valuestring, "sad");
    cJSON_Delete(project);
    free(text);
    text = write_export(EXPORT_ANVIL);
    CU_ASSERT_PTR_NOT_NULL(strstr(text,
                                  "<track name=\"face 1\" type=\"primary\">\n<el index=\"0\" "
                                  "start=\"0\" end=\"0.2\"><attribute name=\"emotion\">happy"));
    free(text);
    text = write_export(EXPORT_EDL);
    CU_ASSERT_PTR_NOT_NULL(strstr(text,
                                  "002  001      V     C        01:00:00:02 01:00:00:03 "
                                  "01:00:00:02 01:00:00:03  \n |C:ResolveColorBlue |M:face 1: "
                                  "sad |D:2\n"));
    free(text);
}

static void leaves_short_faces_out(void)
{
    struct timeline timeline, kept;
    timeline_init(&timeline, &model, &yuv);
    timeline.min_seconds = 0.5;
    add_frames(&timeline, "0011.2");
    struct mien_face late = make_face(2, 0);
    const struct mien_faces faces = {.list = &late, .count = 1};
    timeline_add(&timeline, 0.7, &faces, NULL, NULL);
    timeline_add(&timeline, 0.8, &faces, NULL, NULL);
    CU_ASSERT_EQUAL(timeline_end(&timeline, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(timeline_keep(&timeline, &kept, NULL), 0);
    CU_ASSERT(timeline.face_count == 2 && kept.face_count == 1 && kept.faces[0].id == 1);
    CU_ASSERT_EQUAL(kept.span_count, timeline.span_count - 1);
    CU_ASSERT_FALSE(timeline_keeps(&timeline, timeline_face_of(&timeline, 2)));
    timeline_release(&kept);
    timeline_finish(&timeline);
}

static double number_at(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(object, name);
    return item ? item->valuedouble : NAN;
}

static void writes_a_summary(void)
{
    char *text = write_export(EXPORT_SUMMARY);
    cJSON *summary = cJSON_Parse(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(summary);
    CU_ASSERT_STRING_EQUAL(cJSON_GetObjectItem(summary, "source")->valuestring, facts.source);
    CU_ASSERT_DOUBLE_EQUAL(number_at(summary, "duration"), 0.6, 1e-9);
    CU_ASSERT_EQUAL(number_at(summary, "frames"), 6);
    CU_ASSERT_EQUAL(number_at(summary, "frames_lost"), 3);
    CU_ASSERT_DOUBLE_EQUAL(number_at(cJSON_GetObjectItem(summary, "share"), "sad"), 0.4, 1e-9);
    const cJSON *face = cJSON_GetArrayItem(cJSON_GetObjectItem(summary, "faces"), 0);
    CU_ASSERT_DOUBLE_EQUAL(number_at(face, "seconds"), 0.5, 1e-9);
    const cJSON *change = cJSON_GetArrayItem(cJSON_GetObjectItem(face, "transitions"), 0);
    CU_ASSERT_STRING_EQUAL(cJSON_GetObjectItem(change, "to")->valuestring, "sad");
    CU_ASSERT_EQUAL(number_at(change, "count"), 1);
    cJSON_Delete(summary);
    free(text);
}

/* Neither names of files nor labels may become markup. */
static void writes_pages_that_hold(void)
{
    char *text = write_export(EXPORT_REPORT);
    CU_ASSERT_PTR_NULL(strstr(text, "<b>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "<h1>&lt;/script&gt; &amp; &quot;film&quot;.mp4</h1>"));
    int scripts = 0;
    for (const char *place = text; (place = strstr(place, "</script>")); place++)
        scripts++;
    CU_ASSERT_EQUAL(scripts, 3);
    free(text);
    text = write_export(EXPORT_PLOT);
    CU_ASSERT_EQUAL(strncmp(text, "<svg ", 5), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "<title>sad (80 %), 0.20 to 0.40 s</title>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "</svg>\n"));
    CU_ASSERT_PTR_NULL(strstr(text, "nan"));
    free(text);
}

/* Frame by frame it comes to the same as at once, in the order of starts, and early. */
static void writes_cues_as_they_end(void)
{
    struct timeline timeline;
    struct cues cues = {0}, at_once = {0};
    char *slowly = NULL, *all = NULL;
    size_t size, early = 0;
    FILE *file = open_memstream(&slowly, &size);
    timeline_init(&timeline, &model, &yuv);
    for (int i = 0; i < 40; i++) {
        struct mien_face list[3];
        struct mien_faces faces = {.list = list, .count = 2};
        faces.list[0] = make_face(1, i < 20 ? 0 : 1);
        faces.list[1] = make_face(2, i / 4 % 2);
        CU_ASSERT_EQUAL(timeline_add(&timeline, i / 10.0, &faces, NULL, NULL), 0);
        write_cues(file, EXPORT_VTT, &timeline, &cues, false);
        fflush(file);
        early = i == 22 ? size : early;
    }
    CU_ASSERT_PTR_NOT_NULL(strstr(slowly, "00:00:01.600 --> 00:00:02.000\nface 2"));
    CU_ASSERT(early > 200);
    CU_ASSERT_EQUAL(timeline_end(&timeline, NULL), 0);
    write_cues(file, EXPORT_VTT, &timeline, &cues, true);
    fclose(file);
    file = open_memstream(&all, &size);
    write_cues(file, EXPORT_VTT, &timeline, &at_once, true);
    fclose(file);
    CU_ASSERT_STRING_EQUAL(slowly, all);
    free(slowly);
    free(all);
    timeline_finish(&timeline);
}

/* What is there while the work goes on is whole, and says that it is not the end. */
static void writes_anew_as_it_goes(void)
{
    static const char *const ends[EXPORT_KINDS] = {
        "(80 %)\n\n", "(80 %)\n\n", "]}\n",
        "</svg>\n",   "</html>\n",  "</ANNOTATION_DOCUMENT>\n",
        "\"\n",       "}}}\n",      "</annotation>\n",
        " |D:1\n\n"};
    for (int i = 0; i < EXPORT_KINDS; i++) {
        struct timeline timeline;
        char path[40], part[80];
        snprintf(path, sizeof path, "/tmp/mien-anew-%d-%d", (int)getpid(), i);
        struct atomic_files files = {0};
        struct exports exports = {0};
        exports.paths[i] = path;
        timeline_init(&timeline, &model, &yuv);
        add_frames(&timeline, "0011.2");
        CU_ASSERT_EQUAL_FATAL(exports_open(&exports, &files, NULL), 0);
        snprintf(part, sizeof part, "%s", atomic_file_part(exports.files[i]));
        exports_refresh(&exports, &timeline, &facts); /* not due yet */
        exports.due_ns = 0;
        exports_refresh(&exports, &timeline, &facts);
        char *text = read_file(part);
        size_t length = strlen(text), end = strlen(ends[i]);
        CU_ASSERT(length > end && !strcmp(text + length - end, ends[i]));
        CU_ASSERT(access(path, F_OK) < 0);
        free(text);
        atomic_files_discard(&files);
        CU_ASSERT(access(part, F_OK) < 0);
        timeline_finish(&timeline);
    }
}

static void tells_of_files_that_fail(void)
{
    struct mien_error error = {""};
    struct timeline timeline;
    timeline_init(&timeline, &model, &yuv);
    add_frames(&timeline, "01");
    struct exports exports = {.paths = {[EXPORT_PLOT] = "/no/such/plot.svg"}};
    struct atomic_files files = {0};
    CU_ASSERT_EQUAL(exports_open(&exports, &files, &error), -ENOENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/no/such/plot.svg"));
    exports = (struct exports){.paths = {[EXPORT_SUMMARY] = "/dev/full"}};
    CU_ASSERT_EQUAL(exports_open(&exports, &files, &error), 0);
    CU_ASSERT(exports_close(&exports, &timeline, &facts, &error) < 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/dev/full: No space left"));
    atomic_files_discard(&files);
    timeline_finish(&timeline);
}

int main(void)
{
    const struct test tests[] = {
        {"makes spans", makes_spans},
        {"keeps curves small", keeps_curves_small},
        {"keeps faces by id", keeps_faces_by_id},
        {"keeps small pictures", keeps_small_pictures},
        {"writes subtitles", writes_subtitles},
        {"writes tiers", writes_tiers},
        {"writes spans for other programs", writes_spans_for_other_programs},
        {"leaves short faces out", leaves_short_faces_out},
        {"writes a summary", writes_a_summary},
        {"writes pages that hold", writes_pages_that_hold},
        {"writes cues as they end", writes_cues_as_they_end},
        {"writes anew as it goes", writes_anew_as_it_goes},
        {"tells of files that fail", tells_of_files_that_fail},
        {NULL, NULL},
    };
    return run_tests("timeline", tests);
}
