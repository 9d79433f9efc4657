#include "media.h"
#include "runner.h"
#include "video/video.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATTERN "-f lavfi -i testsrc2=s=160x120:r=25:d=2 "
#define SOUND "-f lavfi -i sine=r=48000:d=2 "

/* Pictures in planes, as mien annotate passes them on. */
static int make_frame(struct mien_frame *frame, const struct mien_reader *reader,
                      struct mien_error *error)
{
    const struct mien_video_info *info = mien_reader_info(reader);
    int result = mien_picture_alloc(&frame->color, MIEN_YUV420, info->width, info->height, error);
    return result ? result
                  : mien_picture_alloc(&frame->gray, MIEN_GRAY8, info->width, info->height, error);
}

static int output = -1;

/* Opens the file, as callers do; finish() closes it. */
static int start(struct mien_writer **writer, const char *path, struct mien_reader *reader,
                 const struct mien_writer_options *options, struct mien_error *error)
{
    output = strcmp(path, "-") ? open(path, O_RDWR | O_CREAT | O_TRUNC, 0644) : dup(STDOUT_FILENO);
    int result = mien_writer_open(writer, path, output, reader, options, error);
    if (result) {
        close(output);
        remove(path);
    }
    return result;
}

static int finish(struct mien_writer **writer, struct mien_error *error)
{
    int result = mien_writer_finish(writer, error);
    close(output);
    return result;
}

/* Reads a video and writes it again; kills the process after `kill_after` frames if that is > 0. */
static int copy_video(const char *from, const char *to, const struct mien_writer_options *options,
                      int kill_after, struct mien_error *error)
{
    struct mien_reader *reader = NULL;
    struct mien_writer *writer = NULL;
    struct mien_frame frame = {0};
    int result = mien_reader_open(&reader, from, error);
    if (result == 0)
        result = make_frame(&frame, reader, error);
    if (result == 0)
        result = start(&writer, to, reader, options, error);
    while (result == 0 && (result = mien_reader_next_into(reader, &frame, error)) > 0) {
        result = mien_writer_add(writer, &frame, error);
        if (frame.number + 1 == (uint64_t)kill_after)
            raise(SIGKILL);
    }
    int finished = writer ? finish(&writer, result < 0 ? NULL : error) : 0;
    mien_reader_close(&reader);
    mien_picture_free(&frame.color);
    mien_picture_free(&frame.gray);
    return result < 0 ? result : finished;
}

static void check_copy(const char *from, const char *to)
{
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(copy_video(from, to, NULL, 0, &error), 0);
    CU_ASSERT_STRING_EQUAL(error.text, "");
}

/* Asks ffprobe for one line. FFmpeg 7 ends it with a comma for a part that it was not asked for. */
static void probe(struct run *run, const char *what, const char *path)
{
    media_shell(run, "ffprobe -v error %s -of csv=p=0 %s", what, path);
    CU_ASSERT_EQUAL(run->code, 0);
    size_t end = strcspn(run->out, "\n");
    while (end > 0 && run->out[end - 1] == ',')
        end--;
    run->out[end] = '\0';
}

static void check_same(const char *what, const char *one, const char *other)
{
    static struct run a, b;
    probe(&a, what, one);
    probe(&b, what, other);
    CU_ASSERT_STRING_EQUAL(a.out, b.out);
    CU_ASSERT(strlen(a.out) > 0);
}

static void check_same_bytes(const char *stream, const char *one, const char *other)
{
    static struct run a, b;
    media_shell(&a, "ffmpeg -nostdin -v error -i %s -map 0:%s -c copy -f md5 -", one, stream);
    media_shell(&b, "ffmpeg -nostdin -v error -i %s -map 0:%s -c copy -f md5 -", other, stream);
    CU_ASSERT_EQUAL(a.code, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(a.out, "MD5="));
    CU_ASSERT_STRING_EQUAL(a.out, b.out);
}

/* Counted from the first picture: FFmpeg 7 moves all of a file when its sound begins before 0. */
static void list_chapters(struct run *run, const char *path)
{
    media_shell(run,
                "ffprobe -v error -select_streams v -show_entries stream=start_time:"
                "chapter=start_time,end_time:chapter_tags=title -of csv %s | awk -F, '"
                "/^stream/ { first = $2 } "
                "/^chapter/ { printf \"%%.3f %%.3f %%s\\n\", $2 - first, $3 - first, $4 }'",
                path);
    CU_ASSERT_EQUAL(run->code, 0);
}

/* A camera's pictures come at odd times and, at worst, of odd size. */
static void writes_pictures_without_a_source(void)
{
    static const double times[] = {0, 0.04, 0.1, 0.5};
    struct mien_writer_options options = {.crf = -1, .width = 161, .height = 120, .fps = 25};
    struct mien_writer *writer = NULL;
    struct mien_frame frame = {0};
    struct mien_error error = {""};
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&frame.color, MIEN_BGRX32, 161, 120, NULL), 0);
    memset(frame.color.data, 100, (size_t)frame.color.stride * 120);
    CU_ASSERT_EQUAL_FATAL(start(&writer, "camera.mp4", NULL, &options, &error), 0);
    for (int i = 0; i < 4; i++) {
        frame.time = times[i];
        CU_ASSERT_EQUAL(mien_writer_add(writer, &frame, &error), 0);
    }
    CU_ASSERT_EQUAL(finish(&writer, &error), 0);
    CU_ASSERT_STRING_EQUAL(error.text, "");
    mien_picture_free(&frame.color);
    struct mien_reader *reader = NULL;
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&reader, "camera.mp4", &error), 0);
    for (int i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL_FATAL(mien_reader_next(reader, &frame, &error), 1);
        CU_ASSERT_DOUBLE_EQUAL(frame.time, times[i], 0.001);
        CU_ASSERT_EQUAL(frame.color.width, 162);
        CU_ASSERT(abs(frame.color.data[0] - 100) < 6);
    }
    CU_ASSERT_EQUAL(mien_reader_next(reader, &frame, &error), 0);
    mien_reader_close(&reader);
}

static void copies_the_sound_untouched(void)
{
    if (!media_make(PATTERN SOUND "-c:v libx264 -c:a aac sound.mp4"))
        return;
    check_copy("sound.mp4", "sound-out.mp4");
    check_copy("sound.mp4", "sound-out.mkv");
    check_same_bytes("a", "sound.mp4", "sound-out.mp4");
    check_same_bytes("a", "sound.mp4", "sound-out.mkv");
    CU_ASSERT(access("sound-out.mp4.part", F_OK) < 0);
}

#define TIMES "-select_streams v -show_entries frame=pts_time"
#define DURATION "-select_streams v -show_entries stream=duration"
#define COUNT "-select_streams v -count_packets -show_entries stream=nb_read_packets"

static void keeps_times(void)
{
    if (!media_make(PATTERN SOUND "-bf 3 -c:v libx264 -c:a aac times.mp4") ||
        !media_make(PATTERN "-vf \"select='not(mod(n\\,3))+eq(n\\,7)'\" -fps_mode vfr -c:v libx264 "
                            "times-vfr.mp4"))
        return;
    check_copy("times.mp4", "times-out.mp4");
    check_same(DURATION, "times.mp4", "times-out.mp4");
    if (!media_make("-i times.mp4 -c copy -an -bsf:v "
                    "\"setts=pts=PTS:duration=if(eq(N\\,49)\\,192\\,DURATION)\" short.mp4"))
        return;
    check_copy("short.mp4", "short-out.mp4");
    check_same(DURATION, "short.mp4", "short-out.mp4");
    check_same(COUNT, "times.mp4", "times-out.mp4");
    static struct run a, b;
    media_shell(&a, "ffprobe -v error " TIMES " -of json times-vfr.mp4 | grep pts_time");
    check_copy("times-vfr.mp4", "vfr-out.mp4");
    media_shell(&b, "ffprobe -v error " TIMES " -of json vfr-out.mp4 | grep pts_time");
    CU_ASSERT(strlen(a.out) > 100);
    CU_ASSERT_STRING_EQUAL(a.out, b.out);
    media_shell(&a, "ffprobe -v error " TIMES " -of json times.mp4 | grep pts_time");
    media_shell(&b, "ffprobe -v error " TIMES " -of json times-out.mp4 | grep pts_time");
    CU_ASSERT_STRING_EQUAL(a.out, b.out);
}

static void copies_all_that_matroska_holds(void)
{
    static struct run source, copy;
    const char srt[] = "1\n00:00:00,200 --> 00:00:01,000\nHello\n";
    const char chapters[] = ";FFMETADATA1\ntitle=Two tones\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\n"
                            "END=900\ntitle=One\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=900\nEND=2000\n"
                            "title=Two\n";
    media_write("words.srt", srt, sizeof srt - 1);
    media_write("chapters.txt", chapters, sizeof chapters - 1);
    if (!media_make(PATTERN SOUND "-f lavfi -i sine=f=999:d=2 -i words.srt -i chapters.txt "
                                  "-map 0 -map 1 -map 2 -map 3 -map_metadata 4 -c:v libx264 "
                                  "-c:a:0 aac -c:a:1 ac3 -metadata:s:a:1 language=deu all.mkv"))
        return;
    check_copy("all.mkv", "all-out.mkv");
    check_same_bytes("a:0", "all.mkv", "all-out.mkv");
    check_same_bytes("a:1", "all.mkv", "all-out.mkv");
    check_same_bytes("s:0", "all.mkv", "all-out.mkv");
    list_chapters(&source, "all.mkv");
    list_chapters(&copy, "all-out.mkv");
    CU_ASSERT_PTR_NOT_NULL(strstr(source.out, " Two\n"));
    CU_ASSERT_STRING_EQUAL(source.out, copy.out);
    check_same("-select_streams a:1 -show_entries stream_tags=language", "all.mkv", "all-out.mkv");
    check_same("-show_entries format_tags=title", "all.mkv", "all-out.mkv");
    check_copy("all.mkv", "all-out.mp4");
    check_same("-show_entries chapter=start_time:chapter_tags=title", "all.mkv", "all-out.mp4");
    check_same_bytes("a:1", "all.mkv", "all-out.mp4");
}

static int64_t count_losses(const char *from, const char *to)
{
    struct mien_reader *reader = NULL;
    struct mien_writer *writer = NULL;
    struct mien_frame frame;
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&reader, from, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(start(&writer, to, reader, NULL, NULL), 0);
    while (mien_reader_next(reader, &frame, NULL) > 0)
        CU_ASSERT_EQUAL(mien_writer_add(writer, &frame, NULL), 0);
    int64_t losses = mien_writer_losses(writer);
    CU_ASSERT_EQUAL(finish(&writer, NULL), 0);
    mien_reader_close(&reader);
    return losses;
}

/* As many packets as an hour of sound has, at a sample each. */
static void holds_what_comes_before_the_first_picture(void)
{
    if (!media_make("-f lavfi -i aevalsrc=0:s=8000:d=17.5,asetnsamples=1 -itsoffset 18 "
                    "-f lavfi -i color=s=64x48:r=25:d=0.2 -c:a pcm_s16le -c:v mjpeg early.mkv"))
        return;
    CU_ASSERT_EQUAL(count_losses("early.mkv", "early-out.mkv"), 0);
    check_same_bytes("a", "early.mkv", "early-out.mkv");
}

static void counts_streams_that_do_not_fit(void)
{
    media_write("fit.txt", "a file\n", 7);
    if (media_make(PATTERN
                   "-c:v libx264 -attach fit.txt -metadata:s:t mimetype=text/plain fit.mkv"))
        CU_ASSERT_EQUAL(count_losses("fit.mkv", "fit.mp4"), 1);
}

/* FFmpeg sees no ends in a fragmented MP4, only packets without words where they end. */
static void check_words(const char *path, bool in_fragments)
{
    static struct run run, other;
    media_shell(&run, "ffmpeg -nostdin -v error -i %s -f srt - | sed '%s'", path,
                in_fragments ? "s/ -->.*//" : "");
    media_shell(&other, "sed '%s' words.srt", in_fragments ? "s/ -->.*//" : "");
    CU_ASSERT_STRING_EQUAL(run.out, other.out);
    if (!in_fragments)
        return;
    media_shell(&run,
                "ffprobe -v error -select_streams s -show_entries packet=pts_time,size "
                "-of csv=p=0 %s",
                path);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "\n0.900000,2\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "\n1.800000,2\n"));
}

/* One slanted; the looks of ASS are a loss. */
static void keeps_the_words_of_subtitles(void)
{
    static const struct {
        const char *kind, *from, *to, *becomes;
        int losses;
    } ways[] = {
        {"subrip", "words.mkv", "words-out.mp4", "mov_text", 0},
        {"webvtt", "words.mkv", "words-out.mp4", "mov_text", 0},
        {"ass", "words.mkv", "words-out.mp4", "mov_text", 1},
        {"mov_text", "words.mp4", "words-out.mkv", "subrip", 0},
        {"subrip", "words.mkv", "words-out.webm", "webvtt", 0},
        {"ass", "words.mkv", "words-out.mkv", "ass", 0},
    };
    static struct run run;
    const char srt[] = "1\n00:00:00,200 --> 00:00:00,900\nHello <i>you</i>\n\n"
                       "2\n00:00:01,100 --> 00:00:01,800\nBoth & all\n\n";
    media_write("words.srt", srt, sizeof srt - 1);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char line[300];
        snprintf(line, sizeof line,
                 PATTERN "-i words.srt -c:v libx264 -c:s %s -metadata:s:s language=deu %s",
                 ways[i].kind, ways[i].from);
        if (!media_make(line))
            return;
        CU_ASSERT_EQUAL(count_losses(ways[i].from, ways[i].to), ways[i].losses);
        probe(&run, "-select_streams s -show_entries stream=codec_name:stream_tags=language",
              ways[i].to);
        snprintf(line, sizeof line, "%s,deu", ways[i].becomes);
        CU_ASSERT_STRING_EQUAL(run.out, line);
        check_words(ways[i].to, !strcmp(ways[i].becomes, "mov_text"));
    }
}

/* ---- pixels ---- */

static double mean_difference(const char *one, const char *other, int width, int height)
{
    struct mien_reader *readers[2] = {NULL, NULL};
    struct mien_frame frames[2];
    double sum = 0;
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&readers[0], one, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&readers[1], other, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_reader_next(readers[0], &frames[0], NULL), 1);
    CU_ASSERT_EQUAL_FATAL(mien_reader_next(readers[1], &frames[1], NULL), 1);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width * 4; x++)
            if (x % 4 != 3)
                sum += abs(frames[0].color.data[y * frames[0].color.stride + x] -
                           frames[1].color.data[y * frames[1].color.stride + x]);
    mien_reader_close(&readers[0]);
    mien_reader_close(&readers[1]);
    return sum / (width * height * 3);
}

static void keeps_colours_range_and_space(void)
{
    const char *const ranges[] = {
        "-vf scale=out_range=pc -color_range pc", "-vf scale=out_range=tv -color_range tv",
        "-vf scale=out_color_matrix=bt709 -colorspace bt709 -color_range tv",
        "-vf scale=out_range=tv"};
    const char *const outs[] = {"range-out.mp4", "range-out.mkv"};
    for (int i = 0; i < 8; i++) {
        char arguments[300];
        snprintf(arguments, sizeof arguments,
                 "-f lavfi -i smptebars=s=320x240:r=25:d=0.4 %s -pix_fmt yuv420p -c:v libx264 "
                 "-qp 0 range.mkv", /* MP4 has no place for all of it */
                 ranges[i / 2]);
        if (!media_make(arguments))
            return;
        check_copy("range.mkv", outs[i % 2]);
        check_same("-select_streams v -show_entries stream=color_range,color_space", "range.mkv",
                   outs[i % 2]);
        CU_ASSERT(mean_difference("range.mkv", outs[i % 2], 320, 240) < 4);
    }
}

/* With a codec that loses nothing, every value of the video comes out again; also of one that is
 * turned, which ffmpeg turns too. */
static void changes_no_pixel(void)
{
    static const struct mien_writer_options lossless = {.codec = "ffv1", .crf = -1};
    static struct run a, b;
    const char *const names[] = {"exact.mp4", "exact-full.mp4", "exact-turned.mp4"};
    if (!media_make(PATTERN "-frames:v 9 -pix_fmt yuv420p -c:v libx264 exact.mp4") ||
        !media_make(PATTERN "-frames:v 9 -vf scale=out_range=pc -color_range pc -pix_fmt yuv420p "
                            "-c:v libx264 exact-full.mp4") ||
        !media_make(MEDIA_TURN("exact.mp4", 270, "exact-turned.mp4")))
        return;
    for (int i = 0; i < 3; i++) {
        struct mien_error error = {""};
        CU_ASSERT_EQUAL(copy_video(names[i], "exact.mkv", &lossless, 0, &error), 0);
        CU_ASSERT_STRING_EQUAL(error.text, "");
        media_shell(&a, "ffmpeg -nostdin -v error -i %s -f md5 -", names[i]);
        media_shell(&b, "ffmpeg -nostdin -v error -i exact.mkv -f md5 -");
        CU_ASSERT_PTR_NOT_NULL(strstr(a.out, "MD5="));
        CU_ASSERT_STRING_EQUAL(a.out, b.out);
    }
}

/* Ten bits, other planes, planes beside each other, and red, green and blue. */
static void takes_all_kinds_of_pixels(void)
{
    static const char *const kinds[] = {"yuv420p10le", "yuv444p", "yuv422p",
                                        "nv12",        "gbrp",    "gray"};
    static struct run run;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char arguments[300];
        snprintf(arguments, sizeof arguments,
                 "-f lavfi -i smptebars=s=320x240:r=25:d=0.2 -pix_fmt %s -c:v %s kind.mkv",
                 kinds[i], !strcmp(kinds[i], "nv12") ? "rawvideo" : "ffv1");
        if (!media_make(arguments))
            return;
        check_copy("kind.mkv", "kind-out.mp4");
        probe(&run, "-select_streams v -show_entries stream=pix_fmt", "kind-out.mp4");
        CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "420p")); /* yuvj420p is its full-range twin */
        CU_ASSERT(mean_difference("kind.mkv", "kind-out.mp4", 320, 240) < 5);
    }
}

static void makes_odd_sizes_even(void)
{
    static struct run run;
    if (!media_make("-f lavfi -i testsrc=s=161x121:r=25:d=0.4 -vf gblur=5 -c:v ffv1 odd.mkv"))
        return;
    check_copy("odd.mkv", "odd-out.mp4");
    probe(&run, "-select_streams v -show_entries stream=width,height,pix_fmt", "odd-out.mp4");
    CU_ASSERT_STRING_EQUAL(run.out, "162,122,yuv420p");
    CU_ASSERT(mean_difference("odd.mkv", "odd-out.mp4", 161, 121) < 8);
}

static void turns_pictures_for_good(void)
{
    static struct run run;
    if (!media_make(PATTERN "-c:v libx264 straight.mp4") ||
        !media_make(MEDIA_TURN("straight.mp4", 90, "rotated.mp4")))
        return;
    check_copy("rotated.mp4", "rotated-out.mp4");
    probe(&run, "-select_streams v -show_entries stream=width,height", "rotated-out.mp4");
    CU_ASSERT_STRING_EQUAL(run.out, "120,160");
    media_shell(&run, "ffprobe -v error -show_streams rotated-out.mp4 | grep -i rotation");
    CU_ASSERT_EQUAL(run.code, 1);
    CU_ASSERT(mean_difference("rotated.mp4", "rotated-out.mp4", 120, 160) < 8);
}

static void writes_other_codecs(void)
{
    static struct run run;
    const struct mien_writer_options vp9 = {.codec = "libvpx-vp9", .crf = 40};
    struct mien_error error = {""};
    if (!media_make(PATTERN "-c:v libx264 plain.mp4"))
        return;
    int result = copy_video("plain.mp4", "vp9.mkv", &vp9, 0, &error);
    if (result < 0 && strstr(error.text, "no video encoder"))
        return skip_test("this FFmpeg has no VP9 encoder");
    CU_ASSERT_EQUAL(result, 0);
    check_copy("plain.mp4", "vp9.webm");
    probe(&run, "-show_entries stream=codec_name", "vp9.webm");
    CU_ASSERT_STRING_EQUAL(run.out, "vp9");
    check_same(COUNT, "plain.mp4", "vp9.mkv");
}

static void ask(struct run *run, const char *what, const char *path)
{
    media_shell(run, "ffprobe -v error %s -of default=nk=1:nw=1 %s", what, path);
}

/* Codec, pictures and sound of a copy of an ordinary film. */
static void check_container(const char *to, const char *options_codec, const char *codec,
                            int sounds, int losses)
{
    static struct run run;
    const struct mien_writer_options options = {.codec = options_codec, .crf = -1};
    struct mien_error error = {""};
    char line[100];
    CU_ASSERT_EQUAL(copy_video("ordinary.mp4", to, &options, 0, &error), 0);
    CU_ASSERT_STRING_EQUAL(error.text, "");
    snprintf(line, sizeof line, "%s\n50\n", codec);
    ask(&run, "-select_streams v -count_frames -show_entries stream=codec_name,nb_read_frames", to);
    CU_ASSERT_EQUAL(strncmp(run.out, line, strlen(line)), 0);
    ask(&run, "-select_streams a -show_entries stream=codec_name", to);
    CU_ASSERT_EQUAL(strncmp(run.out, "aac\n", 4) == 0, sounds);
    CU_ASSERT_EQUAL(count_losses("ordinary.mp4", to), losses);
}

/* Containers of which FFmpeg cannot tell what they hold. */
static void writes_containers_of_broadcast_and_disc(void)
{
    static struct run run;
    if (!media_make(PATTERN SOUND "-c:v libx264 -c:a aac ordinary.mp4") ||
        !media_make(PATTERN SOUND "-c:v libx264 -c:a ac3 ac3.mkv"))
        return;
    check_container("broadcast.ts", NULL, "h264", 1, 0);
    check_container("broadcast.m2ts", "libx264", "h264", 1, 0);
    check_container("disc.mpg", NULL, "mpeg1video", 0, 0);
    check_container("disc.vob", NULL, "mpeg2video", 0, 0);
    check_container("disc.m2v", NULL, "mpeg2video", 0, 1);
    check_container("studio.mxf", NULL, "mpeg2video", 0, 0);
    check_container("free.ogv", NULL, "theora", 0, 0);
    CU_ASSERT_EQUAL(count_losses("ac3.mkv", "ac3.vob"), 0);
    check_same_bytes("a", "ac3.mkv", "ac3.vob");
    CU_ASSERT(mean_difference("ordinary.mp4", "disc.mpg", 160, 120) < 8);
    media_shell(&run, "ffprobe -v error -select_streams v -show_entries frame=pts_time "
                      "-of csv=p=0 disc.vob | awk 'NF { if (t && ($1 - t < .039 || "
                      "$1 - t > .041)) print; t = $1 }'");
    CU_ASSERT_STRING_EQUAL(run.out, "");
}

/* MPEG-1 knows some rates only: those a little slower take the nearest. */
static void fits_the_rate_to_the_codec(void)
{
    struct mien_error error = {""};
    if (!media_make("-f lavfi -i testsrc2=s=160x120:r=20:d=1 -c:v libx264 slow.mp4") ||
        !media_make("-f lavfi -i testsrc2=s=160x120:r=29.8:d=1 -c:v libx264 phone.mp4"))
        return;
    CU_ASSERT_EQUAL(copy_video("slow.mp4", "slow.mpg", NULL, 0, &error), -EINVAL);
    CU_ASSERT_STRING_EQUAL(error.text,
                           "slow.mpg: mpeg1video does not know the rate of 20 pictures a second");
    CU_ASSERT_EQUAL(copy_video("phone.mp4", "phone.mpg", NULL, 0, &error), 0);
    check_same(COUNT, "phone.mp4", "phone.mpg");
}

/* The encoder wants the whole range of values, whatever the source has. */
static void writes_motion_jpeg(void)
{
    const struct mien_writer_options jpeg = {.codec = "mjpeg", .crf = -1};
    struct mien_error error = {""};
    if (!media_make("-f lavfi -i smptebars=s=320x240:r=25:d=0.4 "
                    "-vf scale=out_color_matrix=bt709 -colorspace bt709 -color_range tv "
                    "-pix_fmt yuv420p -c:v libx264 bars.mp4"))
        return;
    CU_ASSERT_EQUAL(copy_video("bars.mp4", "bars.mkv", &jpeg, 0, &error), 0);
    CU_ASSERT_EQUAL(copy_video("bars.mp4", "bars.mjpeg", NULL, 0, &error), 0);
    CU_ASSERT_STRING_EQUAL(error.text, "");
    check_same(COUNT, "bars.mp4", "bars.mkv");
    check_same(COUNT, "bars.mp4", "bars.mjpeg");
    CU_ASSERT(mean_difference("bars.mp4", "bars.mkv", 320, 240) < 4);
    CU_ASSERT(mean_difference("bars.mp4", "bars.mjpeg", 320, 240) < 4);
}

static void writes_standard_output(void)
{
    static struct run run;
    if (!media_make(PATTERN SOUND "-c:v libx264 -c:a aac piped.mp4"))
        return;
    int saved = dup(STDOUT_FILENO), file = open("piped.bin", O_WRONLY | O_CREAT, 0600);
    fflush(stdout);
    dup2(file, STDOUT_FILENO);
    check_copy("piped.mp4", "-");
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(file);
    probe(&run, "-show_entries format=format_name", "piped.bin");
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "matroska"));
    check_same_bytes("a", "piped.mp4", "piped.bin");
}

/* ---- what can go wrong ---- */

static void leaves_a_playable_file_when_killed(void)
{
    const char *const names[] = {"killed.mp4", "killed.mkv"};
    if (!media_make("-f lavfi -i testsrc2=s=160x120:r=25:d=8 -f lavfi -i sine=d=8 -c:v libx264 "
                    "-c:a aac long.mp4"))
        return;
    for (int i = 0; i < 2; i++) {
        static struct run run;
        int status;
        pid_t child = fork();
        if (child == 0)
            _exit(copy_video("long.mp4", names[i], NULL, 190, NULL) ? 1 : 0);
        waitpid(child, &status, 0);
        CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        media_shell(&run,
                    "ffmpeg -nostdin -v error -i %s -f null - && ffprobe -v error " COUNT
                    " -of csv=p=0 %s",
                    names[i], names[i]);
        CU_ASSERT_EQUAL(run.code, 0);
        CU_ASSERT(atoi(run.out) >= 100);
    }
}

static void says_when_the_disk_is_full(void)
{
    if (!media_make("-f lavfi -i mandelbrot=s=320x240:r=25 -t 6 -c:v libx264 big.mp4"))
        return;
    int ends[2], status;
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct mien_error error = {""};
        const struct rlimit limit = {100000, 100000};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        int result = copy_video("big.mp4", "full.mp4", NULL, 0, &error);
        if (write(ends[1], error.text, strlen(error.text)) < 0)
            _exit(99);
        _exit(-result);
    }
    close(ends[1]);
    char text[600] = "";
    waitpid(child, &status, 0);
    CU_ASSERT(read(ends[0], text, sizeof text - 1) > 0);
    close(ends[0]);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == EFBIG);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "full.mp4: File too large"));
    static struct run run;
    media_shell(&run, "ffprobe -v error " COUNT " -of csv=p=0 full.mp4");
    CU_ASSERT(atoi(run.out) >= 10);
}

static void check_refused(const char *to, const struct mien_writer_options *options, int code,
                          const char *words)
{
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(copy_video("refused.mp4", to, options, 0, &error), code);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, words));
}

static void refuses_what_cannot_be_written(void)
{
    const struct mien_writer_options no_codec = {.codec = "libnone", .crf = -1},
                                     no_preset = {.preset = "sluggish", .crf = -1},
                                     no_crf = {.codec = "ffv1", .crf = 20};
    if (!media_make(PATTERN "-c:v libx264 refused.mp4"))
        return;
    check_refused("out.docx", NULL, -EINVAL, ".mkv");
    check_refused("out", NULL, -EINVAL, ".mp4");
    check_refused("out.mp4", &no_codec, -EINVAL, "libnone");
    check_refused("out.mp4", &no_preset, -EINVAL, "sluggish");
    check_refused("out.mkv", &no_crf, -EINVAL, "crf");
    check_refused("out.vc1", NULL, -EINVAL, "out.vc1: this FFmpeg has no encoder for vc1");
}

int main(void)
{
    const struct test tests[] = {
        {"writes pictures without a source", writes_pictures_without_a_source},
        {"copies the sound untouched", copies_the_sound_untouched},
        {"keeps times", keeps_times},
        {"copies all that matroska holds", copies_all_that_matroska_holds},
        {"holds what comes before the first picture", holds_what_comes_before_the_first_picture},
        {"counts streams that do not fit", counts_streams_that_do_not_fit},
        {"keeps the words of subtitles", keeps_the_words_of_subtitles},
        {"keeps colours, range and space", keeps_colours_range_and_space},
        {"changes no pixel", changes_no_pixel},
        {"takes all kinds of pixels", takes_all_kinds_of_pixels},
        {"makes odd sizes even", makes_odd_sizes_even},
        {"turns pictures for good", turns_pictures_for_good},
        {"writes other codecs", writes_other_codecs},
        {"writes containers of broadcast and disc", writes_containers_of_broadcast_and_disc},
        {"fits the rate to the codec", fits_the_rate_to_the_codec},
        {"writes motion jpeg", writes_motion_jpeg},
        {"writes standard output", writes_standard_output},
        {"leaves a playable file when killed", leaves_a_playable_file_when_killed},
        {"says when the disk is full", says_when_the_disk_is_full},
        {"refuses what cannot be written", refuses_what_cannot_be_written},
        {NULL, NULL},
    };
    media_enter_folder();
    return run_tests("writer", tests);
}
