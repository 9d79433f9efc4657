/* What becomes of all that is not the video: sound, further streams, times that jump, names. */
#include "command/program.h"
#include "media.h"
#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct run run;

#define FILM "-f lavfi -i testsrc2=s=64x48:r=25:d=2 "
#define TONE "-f lavfi -i sine=r=48000:d=2 "

static bool says(const char *words)
{
    return strstr(run.err, words) != NULL;
}

/* Without words but warnings; the code is as expected. */
static void annotate(const char *arguments, int code)
{
    media_shell(&run, "mien annotate -q -y %s", arguments);
    if (run.code != code)
        tell(run.err);
    CU_ASSERT_EQUAL(run.code, code);
}

static void probe(const char *what, const char *path)
{
    media_shell(&run, "ffprobe -v error %s -of csv=p=0 %s", what, path);
    CU_ASSERT_EQUAL(run.code, 0);
}

/* ---- sound ---- */

static void copies_transport_streams_into_mp4(void)
{
    static struct run other;
    if (!media_make(FILM TONE "-c:v libx264 -c:a aac sound.ts") ||
        !media_make("-i sound.ts -c copy -f hls -hls_time 1 sound.m3u8"))
        return;
    media_shell(&other, "ffmpeg -nostdin -v error -i sound.ts -vn -c copy -bsf:a aac_adtstoasc -f "
                        "data - | md5sum");
    const char *const ins[] = {"sound.ts", "sound.m3u8"};
    const char *const outs[] = {"sound.mp4", "sound.mov", "sound.mkv", "sound.flv"};
    for (int i = 0; i < 8; i++) {
        char line[100];
        snprintf(line, sizeof line, "%s -o %s", ins[i / 4], outs[i % 4]);
        annotate(line, 0);
        media_shell(&run, "ffmpeg -nostdin -v error -i %s -vn -c copy -f data - | md5sum",
                    outs[i % 4]);
        CU_ASSERT_STRING_EQUAL(run.out, other.out);
    }
}

/* The tone is there, at its place and as long as it was. */
static void check_tone(const char *path)
{
    media_shell(&run,
                "ffmpeg -nostdin -v error -i %s -af aresample=8000:async=1:first_pts=0 -ac 1 -f "
                "s16le - | od -An -v -td2 -w2 | awk '{ if ($1 * $1 > 1000) { n++; last = NR } } "
                "END { print (n > 10000), (last > 15500 && last < 16800) }'",
                path);
    CU_ASSERT_STRING_EQUAL(run.out, "1 1\n");
}

static void encodes_sound_that_does_not_fit(void)
{
    static const struct {
        const char *codec, *out, *becomes;
    } ways[] = {
        {"pcm_u8", "fit.mp4", "aac"},   {"pcm_s16le", "fit.webm", "opus"},
        {"libopus", "fit.mov", "aac"},  {"aac", "fit.webm", "opus"},
        {"libopus", "fit.mp4", "opus"}, {"aac", "fit.mpg", "mp2"},
        {"pcm_s24le", "fit.ogv", NULL}, {"libvorbis", "fit.avi", NULL},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char line[200];
        snprintf(line, sizeof line, FILM TONE "-c:v libx264 -c:a %s fit-in.mkv", ways[i].codec);
        if (!media_make(line))
            continue;
        media_shell(&run, "mien annotate -y fit-in.mkv -o %s", ways[i].out);
        CU_ASSERT_EQUAL(run.code, 0);
        if (ways[i].becomes && strcmp(ways[i].becomes, ways[i].codec + 3))
            CU_ASSERT(says("becomes") && says(ways[i].becomes));
        check_tone(ways[i].out);
        probe("-select_streams a -show_entries stream=codec_name", ways[i].out);
        if (ways[i].becomes)
            CU_ASSERT_EQUAL(strncmp(run.out, ways[i].becomes, strlen(ways[i].becomes)), 0);
    }
}

/* Half a second of the sound is missing: what comes after stays at its time. */
static void fills_gaps_of_encoded_sound(void)
{
    if (!media_make(FILM TONE "-c:v libx264 -c:a pcm_s16le gap-all.mkv") ||
        !media_make(
            "-i gap-all.mkv -c copy -bsf:a \"noise=drop=between(pts\\,500\\,1000)\" gap.mkv"))
        return;
    annotate("gap.mkv -o gap.mp4", 0);
    check_tone("gap.mp4");
    media_shell(&run, "ffmpeg -nostdin -v error -ss 0.6 -t 0.3 -i gap.mp4 -vn -ac 1 -f s16le - | "
                      "od -An -v -td2 -w2 | awk '$1 * $1 > 10000 { n++ } END { print n + 0 }'");
    CU_ASSERT(atoi(run.out) < 100);
}

/* ---- streams that are not shown ---- */

static void keeps_or_names_every_stream(void)
{
    if (!media_make(FILM "-f lavfi -i testsrc=s=32x32:d=2 -i other.png -map 0 -map 1 -map 2 "
                         "-c:v libx264 -c:v:2 png -disposition:v:2 attached_pic many.mp4"))
        return;
    annotate("many.mp4 -o many.mkv", 0);
    probe("-show_entries stream=codec_name,width:stream_disposition=attached_pic", "many.mkv");
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "h264,64,0\nh264,32,0\npng,"));
    static struct run other;
    media_shell(&run, "ffmpeg -nostdin -v error -i many.mp4 -map 0:1 -c copy -bsf:v "
                      "h264_mp4toannexb -f h264 - | md5sum");
    media_shell(&other, "ffmpeg -nostdin -v error -i many.mkv -map 0:1 -c copy -bsf:v "
                        "h264_mp4toannexb -f h264 - | md5sum");
    CU_ASSERT_STRING_EQUAL(run.out, other.out);
    annotate("many.mp4 -o many.avi", 3);
    CU_ASSERT(says("stream 2 (png) does not fit into avi"));
}

static void keeps_the_timecode(void)
{
    static const char *const outs[] = {"code.mov", "code.mp4", "code.mkv", "code.mxf"};
    if (!media_make(FILM "-c:v libx264 -timecode 01:02:03:04 code-in.mov"))
        return;
    for (int i = 0; i < 4; i++) {
        char line[100];
        snprintf(line, sizeof line, "code-in.mov -o %s", outs[i]);
        annotate(line, 0);
        probe("-show_entries stream_tags=timecode:format_tags=timecode", outs[i]);
        CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "01:02:03:04"));
    }
    annotate("code-in.mov -o code.avi", 3);
    CU_ASSERT(says("does not fit into avi"));
}

/* A track of chapters is none of the lost streams. */
static void takes_chapters_for_no_loss(void)
{
    const char chapters[] = ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=700\ntitle=A\n";
    media_write("chapters.txt", chapters, sizeof chapters - 1);
    if (!media_make(FILM "-i chapters.txt -map 0 -map_metadata 1 -c:v libx264 chapters.mp4"))
        return;
    annotate("chapters.mp4 -o chapters.mkv", 0);
    probe("-show_entries chapter_tags=title", "chapters.mkv");
    CU_ASSERT_STRING_EQUAL(run.out, "A\n");
}

/* ---- times that jump ---- */

/* Reads times in order; says how many there are, how long they last, and how many are further apart
 * than pictures are. */
#define SPAN                                                                                       \
    "awk 'NR == 1 { first = $1 } NR > 1 && ($1 - last > 0.0415 || $1 <= last) { bad++ } "          \
    "{ last = $1 } END { printf \"%%d %%.2f %%d\\n\", NR, last - first, bad }'"

/* Pictures of the table and of the video: as many, all 40 ms apart. */
static void check_even_times(const char *name, int count)
{
    char expected[40];
    snprintf(expected, sizeof expected, "%d %.2f 0\n", count, (count - 1) * 0.04);
    media_shell(&run, "tail -n +2 %s.csv | cut -d, -f2 | " SPAN, name);
    CU_ASSERT_STRING_EQUAL(run.out, expected);
    media_shell(&run,
                "ffprobe -v error -select_streams v -show_entries packet=pts_time -of csv=p=0 "
                "%s.mkv | sort -n | " SPAN,
                name);
    CU_ASSERT_STRING_EQUAL(run.out, expected);
}

static void mends_joined_transport_streams(void)
{
    if (!media_make(FILM TONE "-c:v libx264 -bf 2 -c:a mp2 one.ts"))
        return;
    media_shell(&run, "cat one.ts one.ts one.ts >joined.ts");
    annotate("joined.ts -o joined.mkv --csv joined.csv --summary joined.json", 0);
    CU_ASSERT(says("its times jump 2 times"));
    check_even_times("joined", 150);
    media_shell(&run, "grep -c '\"time_jumps\":2,' joined.json");
    CU_ASSERT_STRING_EQUAL(run.out, "1\n");
    media_shell(&run,
                "ffprobe -v error -select_streams a -show_entries packet=pts_time -of csv=p=0 "
                "joined.mkv | awk 'NR > 1 && ($1 < last || $1 - last > 0.1) { bad++ } { last "
                "= $1 } END { print bad + 0, (last > 5.8 && last < 6.1) }'");
    CU_ASSERT_STRING_EQUAL(run.out, "0 1\n");
}

/* The clock of a transport stream has 33 bits: it wraps after 26.5 hours. */
static void mends_a_clock_that_wraps(void)
{
    if (!media_make(FILM TONE "-c:v libx264 -bf 0 -c:a mp2 -output_ts_offset 95441.5 wrap.ts"))
        return;
    annotate("wrap.ts -o wrap.mkv --csv wrap.csv", 0);
    check_even_times("wrap", 50);
}

/* Joined at different clocks, forward and back. */
static void mends_jumps_both_ways(void)
{
    if (!media_make(FILM "-c:v libx264 -bf 0 -output_ts_offset 5000 late.ts") ||
        !media_make(FILM "-c:v libx264 -bf 0 early.ts"))
        return;
    media_shell(&run, "cat early.ts late.ts early.ts >both.ts");
    annotate("both.ts -o both.mkv --csv both.csv", 0);
    CU_ASSERT(says("its times jump 2 times"));
    check_even_times("both", 150);
}

/* ---- pictures of other kinds ---- */

#define TAGS                                                                                       \
    "-select_streams v -show_entries stream=pix_fmt,color_range,color_space,color_transfer,"       \
    "color_primaries"

/* Light of 100 cd/m², which is less than half of white, is nearly as bright on an ordinary screen:
 * (100 / 203)^(1 / 2.4) = 0.745 of the signal. Of 1000, the brightest, it is white. */
static void maps_high_dynamic_range(void)
{
    static const struct {
        const char *transfer;
        int luma, least, most;
    } lights[] = {{"smpte2084", 509, 180, 192},
                  {"smpte2084", 723, 252, 255},
                  {"arib-std-b67", 940, 252, 255},
                  {"smpte2084", 64, 0, 1}};
    for (size_t i = 0; i < sizeof lights / sizeof *lights; i++) {
        char line[500];
        snprintf(line, sizeof line,
                 "-f lavfi -i color=gray:s=64x64:d=0.2 -vf "
                 "format=yuv420p10le,geq=lum=%d:cb=512:cr=512,setparams=color_trc=%s:"
                 "color_primaries=bt2020:colorspace=bt2020nc:range=tv -c:v libx265 -x265-params "
                 "log-level=0 light.mp4",
                 lights[i].luma, lights[i].transfer);
        if (!media_make(line))
            return;
        annotate("light.mp4 -o dark.mp4", 0);
        probe(TAGS, "dark.mp4");
        CU_ASSERT_STRING_EQUAL(run.out, "yuv420p,tv,bt709,bt709,bt709\n");
        media_shell(&run, "mien image -q -y light.mp4 -o light.png >/dev/null; ffmpeg -nostdin -v "
                          "error -i light.png -vf format=gray -f rawvideo - | od -An -tu1 -N1");
        int value = atoi(run.out);
        CU_ASSERT(value >= lights[i].least && value <= lights[i].most);
    }
}

/* H.264 knows fields and keeps them, VP9 does not. */
static void keeps_or_removes_fields(void)
{
    if (!media_make("-f lavfi -i testsrc2=s=320x240:r=50:d=0.4 -vf "
                    "tinterlace=interleave_top,fieldorder=tff -c:v libx264 -flags +ilme+ildct "
                    "fields.mp4"))
        return;
    annotate("fields.mp4 -o fields-out.mp4", 0);
    probe("-select_streams v -show_entries stream=field_order", "fields-out.mp4");
    CU_ASSERT_STRING_EQUAL(run.out, "tt\n");
    annotate("fields.mp4 -o fields-out.webm", 0);
    static struct run other;
    media_shell(&run,
                "ffmpeg -nostdin -v error -i fields-out.webm -vf setfield=prog,idet,metadata=mode="
                "print:file=- -f null - | grep -c 'multiple.current_frame=tff'");
    media_shell(&other,
                "ffmpeg -nostdin -v error -i fields.mp4 -vf setfield=prog,idet,metadata=mode="
                "print:file=- -f null - | grep -c 'multiple.current_frame=tff'");
    CU_ASSERT(atoi(other.out) >= 9);
    CU_ASSERT(atoi(run.out) <= 5);
}

static void tells_of_a_jpeg_cut_short(void)
{
    media_shell(&run, "head -c $(($(wc -c <portrait.jpg) * 7 / 10)) portrait.jpg >cut.jpg; mien "
                      "image cut.jpg portrait.jpg");
    CU_ASSERT_EQUAL(run.code, 3);
    CU_ASSERT(says("cut.jpg: it is damaged or cut short"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "portrait.jpg: face 1"));
    annotate("cut.jpg --csv cut.csv", 3);
    media_shell(&run, "{ cat portrait.jpg; echo more; } >more.jpg; mien image more.jpg");
    CU_ASSERT_EQUAL(run.code, 0);
}

/* ---- a part ---- */

static void annotates_a_part(void)
{
    if (!media_make(FILM TONE "-c:v libx264 -c:a pcm_u8 whole.mkv"))
        return;
    annotate("whole.mkv --from 0:00:00.8 --to 1.6 --every 5 --raw --derived --csv part.csv -o "
             "part.mp4",
             0);
    media_shell(&run, "tail -n +2 part.csv | cut -d, -f1,2 | tr '\\n' ' '; head -n 1 part.csv | "
                      "grep -c ',neutral,raw_angry,.*,raw_neutral,valence,arousal,disagreement'");
    CU_ASSERT_STRING_EQUAL(run.out, "20,0.8 25,1 30,1.2 35,1.4 1\n");
    media_shell(&run,
                "ffprobe -v error -select_streams v -show_entries packet=pts_time -of csv=p=0 "
                "part.mp4 | sort");
    CU_ASSERT_STRING_EQUAL(run.out, "0.000000\n0.200000\n0.400000\n0.600000\n");
    probe("-select_streams a -show_entries stream=codec_name,duration", "part.mp4");
    double seconds = strchr(run.out, ',') ? atof(strchr(run.out, ',') + 1) : 0;
    CU_ASSERT(seconds > 0.75 && seconds < 0.85);
    annotate("whole.mkv -o none.mp4 --audio none", 0);
    probe("-show_entries stream=codec_type", "none.mp4");
    CU_ASSERT_STRING_EQUAL(run.out, "video\n");
    annotate("whole.mkv -o copy.mp4 --audio copy", 3);
    CU_ASSERT(says("does not fit into mp4"));
    annotate("whole.mkv --csv late.csv --from 9", 2);
    CU_ASSERT(says("it ends at 2.0"));
}

/* ---- some of the faces ---- */

/* How many faces the frames have, but for the first ones, and the numbers of the faces. */
static void check_faces(const char *options, const char *counts, const char *numbers)
{
    char line[200];
    snprintf(line, sizeof line, "two.mkv %s --csv two.csv --summary two.json", options);
    annotate(line, 0);
    media_shell(&run,
                "tail -n +2 two.csv | awk -F, '$1 > 2 { n[$1] += $3 != \"\" } END { for (f in n) "
                "print n[f] }' | sort -u | tr '\\n' ' '");
    CU_ASSERT_STRING_EQUAL(run.out, counts);
    media_shell(&run, "tail -n +2 two.csv | cut -d, -f3 | grep . | sort -u | tr '\\n' ' '");
    CU_ASSERT_STRING_EQUAL(run.out, numbers);
    media_shell(&run, "grep -o '\"face\":[0-9]*' two.json | cut -d: -f2 | tr '\\n' ' '");
    CU_ASSERT_STRING_EQUAL(run.out, numbers);
}

/* One face for two seconds, a larger one beside it for the last half. */
static void chooses_faces(void)
{
    if (!media_make("-loop 1 -framerate 10 -t 2 -i portrait.jpg -loop 1 -framerate 10 -t 2 -i "
                    "portrait.jpg -filter_complex '[0]scale=-2:240,pad=1280:400[a];[1]scale=-2:300"
                    "[b];[a][b]overlay=x=700:enable=gt(t\\,1.45)' -c:v libx264 two.mkv"))
        return;
    check_faces("", "1 2 ", "1 2 ");
    check_faces("--faces largest", "1 ", "1 2 ");
    check_faces("--faces 2 --region 0,0,45%,100%", "1 ", "1 ");
    check_faces("--region 640,0,640,400", "0 1 ", "2 ");
    check_faces("--min-seconds 1", "1 ", "1 ");
    check_faces("--min-seconds 0.2", "1 2 ", "1 2 ");
    check_faces("--min-seconds 9", "0 ", "");
}

/* Clicks where the first face is shown, gives both faces one name, sorts the table by it, and
 * leaves what would be saved in the page. */
static const char hands[] =
    "<script>\nconst area = svg.getBoundingClientRect();\n"
    "svg.dispatchEvent(new MouseEvent('click', {clientX: area.left + area.width * .4, clientY: "
    "area.top + area.height * .4}));\n"
    "for (const input of document.querySelectorAll('.face input')) {\n"
    "  input.value = 'Anna <b>';\n  input.dispatchEvent(new Event('input'));\n}\n"
    "document.querySelector('#people th').click();\n"
    "document.body.append(cell('pre', 'SAV' + 'ED' + JSON.stringify(saved()) + "
    "'END'));\n</script>\n";

static void names_people_in_its_report(void)
{
    media_shell(&run, "test -f two.mkv && command -v chromium");
    if (run.code)
        return skip_test("chromium is not installed");
    annotate("two.mkv --report two.html", 0);
    media_write("hands.html", hands, sizeof hands - 1);
    media_shell(&run,
                "cat hands.html >>two.html; HOME=$PWD XDG_CONFIG_HOME=$PWD timeout 200 chromium "
                "--headless --no-sandbox --disable-gpu --user-data-dir=$PWD/profile "
                "--dump-dom file://$PWD/two.html >dom; grep -c 'id=.detail. style=.display: "
                "flex.*<img' dom; sed -n '/id=.people./,/<.table>/p' dom | grep -o "
                "'<td>Anna &lt;b&gt;</td><td>1, 2</td>'; sed -n 's/.*SAVED\\(.*\\)END.*/\\1/p' "
                "dom | sed 's/&lt;/</g; s/&gt;/>/g' >people.json; grep -c 'aria-sort=.asc' dom");
    CU_ASSERT_STRING_EQUAL(run.out, "1\n<td>Anna &lt;b&gt;</td><td>1, 2</td>\n1\n");
    annotate("two.mkv --people people.json --csv named.csv --srt named.srt --eaf named.eaf", 0);
    media_shell(
        &run, "sed 's/\\r//' named.csv | awk -F, '$3 != \"\" { print $NF }' | sort -u; grep "
              "-m1 -c 'Anna <b> (face 1): ' named.srt; grep -c 'TIER_ID=.Anna &lt;b&gt; (face 2)' "
              "named.eaf");
    CU_ASSERT_STRING_EQUAL(run.out, "Anna <b>\nperson\n1\n1\n");
    media_write("bad.json", "{\"format\": \"mien-people\"", 24);
    annotate("two.mkv --people bad.json --csv named.csv", 2);
    CU_ASSERT(says("bad.json: no names"));
}

/* The video's packets are those of the input; the marks lie beside them, as long as each frame. */
static void copies_the_video(void)
{
    static struct run other;
    if (!media_make("-loop 1 -framerate 10 -t 2 -i portrait.jpg -f lavfi -i sine=d=2 -vf "
                    "scale=-2:240 -c:v libx264 -pix_fmt yuv420p -c:a aac draw.mp4"))
        return;
    annotate("draw.mp4 --video copy -o copy.mkv", 0);
    for (int i = 0; i < 2; i++)
        media_shell(i ? &run : &other,
                    "ffmpeg -nostdin -v error -i %s -map 0:v -map 0:a -c copy -f "
                    "framecrc - | awk -F, '!/#/ { print $1, $5, $6 }' | sort | md5sum",
                    i ? "copy.mkv" : "draw.mp4");
    CU_ASSERT_STRING_EQUAL(run.out, other.out);
    probe("-select_streams s -show_entries stream=codec_name:packet=duration_time", "copy.mkv");
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "ass"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "0.100000"));
    media_shell(&run,
                "ffmpeg -nostdin -v error -i copy.mkv -map 0:s -f ass - | grep -c '^Dialogue: "
                "[01],.*\\\\pos('");
    CU_ASSERT(atoi(run.out) > 20);
    annotate("draw.mp4 --csv plain.csv", 0);
    annotate("draw.mp4 --hwaccel vdpau --csv gpu.csv", 0); /* without a screen there is none */
    CU_ASSERT(says("--hwaccel vdpau: ") && says("decoded on the CPU"));
    media_shell(&run, "cmp plain.csv gpu.csv");
    CU_ASSERT_EQUAL(run.code, 0);
    annotate("draw.mp4 --video copy -o copy.mp4", 1);
    CU_ASSERT(says("only Matroska"));
    annotate("draw.mp4 --video copy -o part.mkv --from 1", 1);
    CU_ASSERT(says("copied whole"));
    annotate("draw.mp4 --video copy -o blurred.mkv --blur", 1);
    annotate("draw.mp4 --no-video -o never.mkv --csv never.csv", 0);
    media_shell(&run, "test -e never.mkv");
    CU_ASSERT_EQUAL(run.code, 1);
}

/* A server that answers on 127.0.0.1 with the files of the folder; $port is where. */
#define SERVER                                                                                     \
    PROGRAM_WORDS                                                                                  \
    "python3 -u -m http.server --bind 127.0.0.1 0 >log 2>&1 & child=$!; until_ logs "              \
    "port; port=$(sed -n 's/.* port \\([0-9]*\\).*/\\1/p' log); "

/* Addresses are opened where the command line names them, and nowhere else. */
static void reads_addresses(void)
{
    if (!media_make(FILM "-c:v libx264 -g 25 -movflags +faststart net.mp4") ||
        !media_make("-i net.mp4 -c copy -f hls -hls_time 1 net.m3u8"))
        return;
    annotate("net.mp4 --csv net.csv", 0);
    media_shell(&run,
                SERVER "for f in net.mp4 net.m3u8; do mien annotate -q -y "
                       "http://me:secret@127.0.0.1:$port/$f --csv far.csv --summary far.json && "
                       "cmp net.csv far.csv; done; grep -c secret far.json; mien annotate -y "
                       "http://127.0.0.1:$port/absent.mp4 --csv far.csv");
    CU_ASSERT_EQUAL(run.code, 2);
    CU_ASSERT_STRING_EQUAL(run.out, "0\n");
    CU_ASSERT(says("absent.mp4") && says("404"));
    media_shell(&run,
                SERVER "printf '#EXTM3U\\n#EXTINF:1,\\nhttp://127.0.0.1:%%s/net0.ts\\n' $port "
                       ">trap.m3u8; : >log; mien annotate trap.m3u8 --csv trap.csv; grep -c GET "
                       "log");
    CU_ASSERT_STRING_EQUAL(run.out, "0\n");
}

static void takes_pictures_for_a_film(void)
{
    if (!media_make("-loop 1 -framerate 10 -t 1 -i portrait.jpg -vf scale=-2:240 -start_number 98 "
                    "shot%d.png"))
        return;
    media_shell(&run,
                "mkdir -p seq && mv shot*.png seq/ && mien annotate -q 'seq/shot%%d.png' --fps "
                "10 --csv seq.csv -o seq.mp4 && cut -d, -f1-3 seq.csv | sed -n '1,3p;11p'");
    CU_ASSERT_STRING_EQUAL(run.out, "source,frame,time\nshot98.png,0,0\nshot99.png,1,0.1\n"
                                    "shot107.png,9,0.9\n");
    probe("-count_packets -show_entries stream=avg_frame_rate,nb_read_packets", "seq.mp4");
    CU_ASSERT_STRING_EQUAL(run.out, "10/1,10\n");
    media_shell(&run, "rm seq/shot101.png; mien annotate 'seq/shot%%d.png' -y --csv seq.csv");
    CU_ASSERT(run.code == 2 && says("number 101 is missing"));
    media_shell(&run, "mien annotate -q -y seq --sequence --fps 10 --csv seq.csv && cut -d, -f1,3 "
                      "seq.csv | sed -n '2p;10p'");
    CU_ASSERT_STRING_EQUAL(run.out, "shot100.png,0\nshot99.png,0.8\n");
}

/* ---- names ---- */

static void writes_tables_in_utf8_whatever_the_name(void)
{
    media_shell(&run,
                "cp portrait.jpg \"$(printf 'caf\\351.jpg')\"; cp portrait.jpg ./=1+1.jpg; "
                "mien image -q --csv names.csv caf* =1+1.jpg >/dev/null; iconv -f utf-8 -t utf-8 "
                "names.csv | cut -d, -f1 | uniq");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_STRING_EQUAL(run.out, "source\ncaf\xef\xbf\xbd.jpg\n'=1+1.jpg\n");
}

static void check_plain(const char *text)
{
    for (const char *end = text; *end; end++)
        CU_ASSERT_FATAL(*end == '\n' || (*end & 0xff) >= 0x20);
    CU_ASSERT_PTR_NULL(strstr(text, "\xc2\x9b"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "a?[31mb"));
}

static void shows_no_control_bytes_of_a_name(void)
{
#define NAME "n=$(printf 'a\\033[31mb\\302\\233\\nc\\007.jpg'); "
    media_shell(&run, NAME "mien image \"$n\"");
    CU_ASSERT_EQUAL(run.code, 2);
    check_plain(run.err);
    media_shell(&run, NAME "cp portrait.jpg \"$n\"; mien image \"$n\"");
    CU_ASSERT_EQUAL(run.code, 0);
    check_plain(run.out);
    media_shell(&run, NAME "mien annotate \"$n\" nowhere.mp4 -y --csv names/");
    check_plain(run.err);
}

/* ---- what cannot be read ---- */

static void names_the_way_out(void)
{
    const char heic[40] = "\0\0\0\x18"
                          "ftypheic\0\0\0\0heicmif1";
    const char webp[40] = "RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\x02";
    media_write("phone.heic", heic, sizeof heic);
    media_write("dance.webp", webp, sizeof webp);
    media_shell(&run, "mien image phone.heic");
    CU_ASSERT(run.code == 2 && says("phone.heic: ") && says("heif-convert"));
    media_shell(&run, "mien image dance.webp");
    CU_ASSERT(run.code == 2 && says("dance.webp: ") && says("convert IN.webp OUT.gif"));
    if (!media_make("-f lavfi -i testsrc2=s=640x480:d=2 -c:v libx264 -qp 4 behind.mp4"))
        return;
    media_shell(&run, "cat behind.mp4 | mien annotate - --csv behind.csv");
    CU_ASSERT(run.code == 2 && says("+faststart"));
    media_shell(&run, "mien annotate - -q --csv behind.csv <behind.mp4");
    CU_ASSERT_EQUAL(run.code, 0);
}

int main(void)
{
    const struct test tests[] = {
        {"copies transport streams into MP4", copies_transport_streams_into_mp4},
        {"encodes sound that does not fit", encodes_sound_that_does_not_fit},
        {"fills gaps of encoded sound", fills_gaps_of_encoded_sound},
        {"keeps or names every stream", keeps_or_names_every_stream},
        {"keeps the timecode", keeps_the_timecode},
        {"takes chapters for no loss", takes_chapters_for_no_loss},
        {"mends joined transport streams", mends_joined_transport_streams},
        {"mends a clock that wraps", mends_a_clock_that_wraps},
        {"mends jumps both ways", mends_jumps_both_ways},
        {"maps high dynamic range", maps_high_dynamic_range},
        {"keeps or removes fields", keeps_or_removes_fields},
        {"tells of a JPEG cut short", tells_of_a_jpeg_cut_short},
        {"annotates a part", annotates_a_part},
        {"chooses faces", chooses_faces},
        {"names people in its report", names_people_in_its_report},
        {"copies the video", copies_the_video},
        {"reads addresses", reads_addresses},
        {"takes pictures for a film", takes_pictures_for_a_film},
        {"writes tables in UTF-8 whatever the name", writes_tables_in_utf8_whatever_the_name},
        {"shows no control bytes of a name", shows_no_control_bytes_of_a_name},
        {"names the way out", names_the_way_out},
        {NULL, NULL},
    };
    program_enter();
    return run_tests("streams", tests);
}
