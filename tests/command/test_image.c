/* mien image, run as a user runs it. */
#include "draw/overlay.h"
#include "media.h"
#include "program.h"
#include "runner.h"
#include "video/video.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct run run;

static void refuses(const char *arguments, int code, const char *words)
{
    media_shell(&run, "mien image %s", arguments);
    CU_ASSERT_EQUAL(run.code, code);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, words));
    CU_ASSERT_STRING_EQUAL(run.out, "");
}

static void says_where_the_face_is(void)
{
    struct seen_face face = program_face();
    int x = face.x + face.width / 2, y = face.y + face.height / 2;
    CU_ASSERT(abs(x - 265) < 20); /* her nose */
    CU_ASSERT(abs(y - 220) < 25);
    CU_ASSERT(face.width > 150 && face.width < 300);
}

/* Looks near the corner, which open frames have too. */
static void check_box(const char *path, int tolerance)
{
    struct seen_face face = program_face();
    uint32_t color = overlay_color(face.label);
    struct mien_reader *reader = NULL;
    struct mien_frame frame;
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&reader, path, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_reader_next(reader, &frame, NULL), 1);
    const uint8_t *p = frame.color.data + (face.y + 1) * frame.color.stride +
                       4 * (face.x + face.width - face.width / 8);
    for (int i = 0; i < 3; i++)
        CU_ASSERT(abs(p[i] - (int)(color >> 8 * i & 0xFF)) <= tolerance);
    mien_reader_close(&reader);
}

static void marks_the_face(void)
{
    media_shell(&run, "mien image portrait.jpg -o out.png");
    CU_ASSERT_EQUAL(run.code, 0);
    check_box("out.png", 2);
    media_shell(&run, "mien image portrait.jpg -o out.jpg");
    CU_ASSERT_EQUAL(run.code, 0);
    check_box("out.jpg", 40);
    media_shell(&run, "mien image - -o - <portrait.jpg >piped.png");
    CU_ASSERT_EQUAL(run.code, 0);
    check_box("piped.png", 2);
}

static void keeps_files_that_exist(void)
{
    media_write("kept.png", "precious", 8);
    refuses("portrait.jpg -o kept.png", 1, "kept.png exists already; -y overwrites it");
    refuses("portrait.jpg --jsonl kept.png", 1, "kept.png exists already");
    media_shell(&run, "mien image portrait.jpg -y -o kept.png");
    CU_ASSERT_EQUAL(run.code, 0);
    check_box("kept.png", 2);
}

static void does_the_good_files_among_bad_ones(void)
{
    media_write("garbage.jpg", "\xff\xd8\xff\xe0garbage", 11);
    media_write("empty.png", "", 0);
    media_shell(&run, "mien image garbage.jpg portrait.jpg missing.png empty.png other.png "
                      "-o folder/ --jsonl rows.jsonl");
    CU_ASSERT_EQUAL(run.code, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "garbage.jpg"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "missing.png"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "empty.png"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "portrait.jpg: face 1"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "other.png: face 1"));
    check_box("folder/portrait.jpg", 40);
    CU_ASSERT_EQUAL(access("folder/other.png", R_OK), 0);
    CU_ASSERT_EQUAL(access("folder/garbage.jpg", F_OK), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "5 pictures: 2 done, 3 failed, in "));
    media_shell(&run, "cat rows.jsonl");
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "portrait.jpg"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "\"emotions\""));
}

/* ---- folders and patterns ---- */

static void make_album(void)
{
    media_shell(&run, "mkdir -p album/below empty && cp portrait.jpg album/b.JPG && cp other.png "
                      "album/a.png && cp other.png album/below/c.png && cp other.png album/.d.png "
                      "&& echo words >album/notes.txt && cp portrait.jpg 'album/e[1].jpeg'");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void takes_a_folder(void)
{
    make_album();
    media_shell(&run, "mien image album -o marked/ --csv marked.csv");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "album: 3 pictures; 1 other file left out"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "3 pictures: 3 done, in "));
    media_shell(&run, "ls marked; tail -n +2 marked.csv | cut -d, -f1 | uniq");
    CU_ASSERT_STRING_EQUAL(run.out, "a.png\nb.JPG\ne[1].jpeg\n"
                                    "album/a.png\nalbum/b.JPG\nalbum/e[1].jpeg\n");
    check_box("marked/b.JPG", 40);
    media_shell(&run, "mien image album/ -q");
    CU_ASSERT_STRING_EQUAL(run.err, "");
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "album/a.png: face 1"));
}

/* What is written, told and returned is the same for any number of jobs, among bad pictures too. */
static void keeps_the_order_of_several_jobs(void)
{
    make_album();
    media_write("album/c.jpg", "\xff\xd8\xff\xe0garbage", 11);
    media_shell(&run, "for n in 1 3 9; do mien image album album/a.png -q --jobs $n --csv $n.csv "
                      "--jsonl $n.jsonl >$n.out 2>$n.err; echo $? >$n.code; done; "
                      "for n in 3 9; do for what in csv jsonl out err code; do "
                      "cmp 1.$what $n.$what; done; done; cat 1.code; rm album/c.jpg");
    CU_ASSERT_STRING_EQUAL(run.out, "2\n");
    CU_ASSERT_STRING_EQUAL(run.err, "");
    media_shell(&run, "mien image album --jobs 3 -o jobs/ -q >told; ls jobs");
    CU_ASSERT_STRING_EQUAL(run.out, "a.png\nb.JPG\ne[1].jpeg\n");
}

/* Those that no shell has followed; a file's own name is no pattern. */
static void follows_patterns(void)
{
    make_album();
    media_shell(&run, "mien image 'album/[ab].*' 'album/e[1].jpeg' --csv - | tail -n +2 | "
                      "cut -d, -f1 | uniq");
    CU_ASSERT_STRING_EQUAL(run.out, "album/a.png\nalbum/b.JPG\nalbum/e[1].jpeg\n");
    media_shell(&run, "mien image 'albu?' -q | cut -d: -f1 | uniq");
    CU_ASSERT_STRING_EQUAL(run.out, "album/a.png\nalbum/b.JPG\nalbum/e[1].jpeg\n");
}

static void refuses_what_holds_no_picture(void)
{
    make_album();
    refuses("portrait.jpg empty", 2, "empty: no picture in this folder");
    refuses("'album/*.gif'", 2, "album/*.gif: no file fits this pattern");
    refuses("portrait.jpg 'nowhere/*'", 2, "nowhere/*: no file fits this pattern");
}

static void refuses_what_would_be_lost(void)
{
    make_album();
    media_shell(&run, "md5sum album/*.*");
    struct run before = run;
    refuses("album album/below/../a.png -o never/", 1,
            "album/a.png and album/below/../a.png would both become never/a.png");
    refuses("album -y -o album/", 1, "album/a.png is an input");
    refuses("album -y --jsonl album/b.JPG", 1, "album/b.JPG is an input");
    refuses("portrait.jpg --csv never --jsonl ./never", 1, " would both become ");
    refuses("portrait.jpg -o never.png --csv ./never.png", 1, "would both become ");
    refuses("album -o never.png", 1, "-o names a folder: 'never.png/'");
    media_shell(&run, "md5sum album/*.*");
    CU_ASSERT_STRING_EQUAL(run.out, before.out);
    CU_ASSERT_EQUAL(access("never", F_OK), -1);
}

/* A bar on a terminal, nothing of it in a file. */
static void shows_how_far_it_is(void)
{
    if (!media_make("-i portrait.jpg -vf scale=128:-2 small.jpg"))
        return;
    media_shell(&run, "mkdir many; for i in $(seq 80); do cp small.jpg many/$i.jpg; done; "
                      "script -qec 'mien image many --csv many.csv --blur' /dev/null");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "░ "));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, " of 80 pictures, "));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, " left\r"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "80 pictures: 80 done, in "));
    media_shell(&run, "mien image many -o marked-many/");
    CU_ASSERT_PTR_NULL(strstr(run.err, "░"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "80 pictures: 80 done, in "));
}

static void ends_when_told(void)
{
    static const char *const signals[] = {"INT", "TERM"};
    if (!media_make("-i portrait.jpg -vf scale=128:-2 small.jpg"))
        return;
    media_shell(&run, "mkdir -p endless; for i in $(seq 1000); do ln -sf ../small.jpg "
                      "endless/$i.jpg; done");
    for (int i = 0; i < 2; i++) {
        media_shell(&run,
                    "rm -rf told*; mien image endless -o told/ --jsonl told.jsonl --jobs 4 >words "
                    "& mien=$!; "
                    "while ! [ -s told.jsonl.*.part ]; do sleep 0.05; done; "
                    "kill -%s $mien; wait $mien",
                    signals[i]);
        CU_ASSERT_EQUAL(run.code, i == 0 ? 130 : 143);
        CU_ASSERT_PTR_NOT_NULL(strstr(run.err, " not started, in "));
        CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "interrupted; "));
        media_shell(&run, "ls told | sort >pictures; sed 's,.*\"endless/\\([^\"]*\\)\".*}$,\\1,' "
                          "told.jsonl >rows; [ -s rows ] && sort rows | cmp - pictures");
        CU_ASSERT_EQUAL(run.code, 0);
    }
    media_shell(&run, "mien image endless | head -n 1");
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "standard output: Broken pipe"));
}

static void pipes_data_alone(void)
{
    media_shell(&run, "mien image portrait.jpg --jsonl -");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_EQUAL(run.out[0], '{');
    CU_ASSERT_PTR_NULL(strstr(run.out, ": face 1 at"));
}

static void finds_nobody_in_a_plain_picture(void)
{
    if (!media_make("-f lavfi -i color=gray:s=320x240 -frames:v 1 plain.png"))
        return;
    media_shell(&run, "mien image plain.png");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_STRING_EQUAL(run.out, "plain.png: no face found\n");
}

static void wrong_arguments_are_told(void)
{
    static const char *const lines[] = {"mien image",
                                        "mien image portrait.jpg other.png -o one.png",
                                        "mien image portrait.jpg -o out.gif",
                                        "mien image portrait.jpg --no-such-option",
                                        "mien image portrait.jpg -o - --jsonl -",
                                        "mien image portrait.jpg --precision fp64"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        media_shell(&run, "%s", lines[i]);
        CU_ASSERT_EQUAL(run.code, 1);
        CU_ASSERT_STRING_NOT_EQUAL(run.err, "");
    }
}

static void heads_a_table_without_rows_as_any_other(void)
{
    struct run full;
    media_shell(&full, "mien image portrait.jpg --csv - | head -n 1");
    CU_ASSERT_EQUAL(strncmp(full.out, "source,frame,", 13), 0);
    media_shell(&run, "mien image missing.png --csv -");
    CU_ASSERT_EQUAL(run.code, 2);
    CU_ASSERT_STRING_EQUAL(run.out, full.out);
}

static void bad_models_and_outputs_are_told(void)
{
    refuses("portrait.jpg --jsonl left.jsonl --csv no/such.csv", 3, "no/such.csv");
    media_shell(&run, "ls left.jsonl*");
    CU_ASSERT_STRING_EQUAL(run.out, "");
    refuses("portrait.jpg --model missing.safetensors", 2, "missing.safetensors");
    refuses("portrait.jpg --model portrait.jpg", 2, "portrait.jpg");
    media_shell(&run, "mien image portrait.jpg -o no/such/folder.png");
    CU_ASSERT_EQUAL(run.code, 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "no/such/folder.png"));
    media_shell(&run, "cp portrait.jpg old.png; "
                      "(ulimit -f 1; exec mien image portrait.jpg -y -o old.png); "
                      "code=$?; cmp old.png portrait.jpg && exit $code");
    CU_ASSERT_EQUAL(run.code, 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "old.png: File too large"));
    media_shell(&run, "mien image portrait.jpg >/dev/full");
    CU_ASSERT_EQUAL(run.code, 3);
}

/* Forty-nine numbers a face, and a tint over it. */
static void explains_faces(void)
{
    refuses("portrait.jpg --explain", 1, "--explain needs -o");
    media_shell(&run,
                "mien image -y portrait.jpg -o plain.png && mien image portrait.jpg --explain "
                "-o tinted.png --jsonl why.jsonl");
    CU_ASSERT_EQUAL(run.code, 0);
    media_shell(&run, "grep -o '\"occlusion\":.*' why.jsonl | grep -oE '[-0-9.]+' | wc -l");
    CU_ASSERT_STRING_EQUAL(run.out, "49\n");
    media_shell(&run, "cmp -s plain.png tinted.png");
    CU_ASSERT_EQUAL(run.code, 1);
}

int main(void)
{
    const struct test tests[] = {
        {"says where the face is", says_where_the_face_is},
        {"marks the face", marks_the_face},
        {"keeps files that exist", keeps_files_that_exist},
        {"does the good files among bad ones", does_the_good_files_among_bad_ones},
        {"takes a folder", takes_a_folder},
        {"keeps the order of several jobs", keeps_the_order_of_several_jobs},
        {"follows patterns", follows_patterns},
        {"refuses what holds no picture", refuses_what_holds_no_picture},
        {"refuses what would be lost", refuses_what_would_be_lost},
        {"shows how far it is", shows_how_far_it_is},
        {"ends when told", ends_when_told},
        {"pipes data alone", pipes_data_alone},
        {"finds nobody in a plain picture", finds_nobody_in_a_plain_picture},
        {"wrong arguments are told", wrong_arguments_are_told},
        {"heads a table without rows as any other", heads_a_table_without_rows_as_any_other},
        {"bad models and outputs are told", bad_models_and_outputs_are_told},
        {"explains faces", explains_faces},
        {NULL, NULL},
    };
    program_enter();
    return run_tests("image", tests);
}
