/* The command, run as people run it. */
#include "generated_model.h"
#include "media.h"
#include "runner.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct run run;

/* A network that knows nothing, but always the same. */
static void make_model(void)
{
    cJSON *layers = cJSON_Parse("[{\"op\":\"conv\",\"name\":\"c\",\"filters\":4,\"kernel\":3},"
                                "{\"op\":\"relu\"},{\"op\":\"global_average_pool\"},"
                                "{\"op\":\"dense\",\"name\":\"d\",\"units\":3},"
                                "{\"op\":\"softmax\"}]");
    cJSON *labels = cJSON_Parse("[\"angry\",\"happy\",\"neutral\"]");
    struct file_bytes file = generate_model(layers, labels, 48, 0);
    media_write("model.safetensors", file.data, file.size);
    free(file.data);
    cJSON_Delete(layers);
    cJSON_Delete(labels);
    setenv("MIEN_MODEL", "model.safetensors", 1);
}

/* A face for a second, none for half a second, with sound; and the model. */
static bool make_film(void)
{
    char arguments[1000];
    if (access("film.mp4", R_OK) == 0)
        return true;
    make_model();
    snprintf(arguments, sizeof arguments,
             "-loop 1 -framerate 10 -t 1 -i %s/tests/data/portrait-hopper-usn.jpg "
             "-f lavfi -i color=gray:s=320x240:r=10:d=0.5 -f lavfi -i sine=d=1.5 -filter_complex "
             "\"[0]scale=-2:240,pad=320:240:(ow-iw)/2:0,setsar=1,format=yuv420p[a];"
             "[1]format=yuv420p[b];[a][b]concat[v]\" "
             "-map \"[v]\" -map 2 -c:v libx264 -c:a aac film.mp4",
             getenv("TEST_SOURCE"));
    return media_make(arguments);
}

static void annotate(const char *arguments)
{
    media_shell(&run, "\"$MIEN\" annotate %s", arguments);
}

static bool says(const char *words)
{
    return strstr(run.err, words) != NULL;
}

/* ---- outputs ---- */

static int count_rows(const char *path)
{
    media_shell(&run, "cat %s | wc -l", path);
    return atoi(run.out);
}

static void annotates_a_film(void)
{
    static struct run other;
    if (!make_film())
        return;
    annotate("film.mp4 -o out.mp4 --jsonl out.jsonl --csv out.csv");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_STRING_EQUAL(run.out, "");
    CU_ASSERT(says("15 frames"));
    media_shell(&run, "ffmpeg -nostdin -v error -i film.mp4 -map 0:a -c copy -f md5 -");
    media_shell(&other, "ffmpeg -nostdin -v error -i out.mp4 -map 0:a -c copy -f md5 -");
    CU_ASSERT(strlen(run.out) > 30);
    CU_ASSERT_STRING_EQUAL(run.out, other.out);
    media_shell(&run, "ffprobe -v error -count_packets -select_streams v -show_entries "
                      "stream=nb_read_packets,codec_name,width,height -of csv=p=0 out.mp4");
    CU_ASSERT_STRING_EQUAL(run.out, "h264,320,240,15\n");
    CU_ASSERT(count_rows("out.jsonl") >= 7);
}

static void check_row(const cJSON *row, char *csv_row)
{
    const cJSON *box = cJSON_GetObjectItem(row, "box");
    const cJSON *emotions = cJSON_GetObjectItem(row, "emotions");
    const char *label = cJSON_GetStringValue(cJSON_GetObjectItem(row, "label"));
    double sum = 0, values[14];
    CU_ASSERT_FATAL(cJSON_GetArraySize(box) == 4 && cJSON_GetArraySize(emotions) == 3 && label);
    for (int i = 0; i < 3; i++)
        sum += cJSON_GetArrayItem(emotions, i)->valuedouble;
    CU_ASSERT_DOUBLE_EQUAL(sum, 1, 1e-3);
    CU_ASSERT_DOUBLE_EQUAL(cJSON_GetObjectItem(row, "confidence")->valuedouble,
                           cJSON_GetObjectItem(emotions, label)->valuedouble, 1e-9);
    CU_ASSERT_PTR_NOT_NULL(strstr(csv_row, label));
    int column = 0;
    for (char *cell = strsep(&csv_row, ","); cell && column < 14; cell = strsep(&csv_row, ","))
        values[column++] = atof(cell);
    CU_ASSERT_EQUAL_FATAL(column, 13);
    CU_ASSERT_EQUAL(values[0], cJSON_GetObjectItem(row, "frame")->valuedouble);
    CU_ASSERT_EQUAL(values[1], cJSON_GetObjectItem(row, "time")->valuedouble);
    CU_ASSERT_EQUAL(values[2], cJSON_GetObjectItem(row, "face")->valuedouble);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(values[3 + i], cJSON_GetArrayItem(box, i)->valuedouble);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(values[10 + i], cJSON_GetArrayItem(emotions, i)->valuedouble);
}

static void writes_rows_that_agree(void)
{
    char json[4096], csv[4096];
    int faces = 0, empty = 0;
    if (!make_film())
        return;
    annotate("film.mp4 --jsonl rows.jsonl --csv rows.csv --no-video");
    CU_ASSERT_EQUAL(run.code, 0);
    FILE *json_file = fopen("rows.jsonl", "r"), *csv_file = fopen("rows.csv", "r");
    CU_ASSERT_FATAL(json_file && csv_file);
    CU_ASSERT_PTR_NOT_NULL(fgets(csv, sizeof csv, csv_file));
    CU_ASSERT_STRING_EQUAL(csv, "frame,time,face,x,y,width,height,label,confidence,uncertain,"
                                "angry,happy,neutral\r\n");
    while (fgets(csv, sizeof csv, csv_file)) {
        if (strstr(csv, ",,")) {
            empty++;
            continue;
        }
        CU_ASSERT_PTR_NOT_NULL_FATAL(fgets(json, sizeof json, json_file));
        cJSON *row = cJSON_Parse(json);
        CU_ASSERT_PTR_NOT_NULL_FATAL(row);
        check_row(row, csv);
        cJSON_Delete(row);
        faces++;
    }
    CU_ASSERT_PTR_NULL(fgets(json, sizeof json, json_file));
    CU_ASSERT_EQUAL(faces + empty, 15);
    CU_ASSERT(faces >= 7 && empty >= 1);
    fclose(json_file);
    fclose(csv_file);
}

/* All data, on one core and on all, with and without a video, one and several at a time. */
static void gives_the_same_bytes_each_time(void)
{
    static const char *const ways[] = {"taskset -c 0", "nice", "nice", "nice"};
    static const char *const more[] = {"", "", "-o same-2.mkv", "--jobs 2"};
    if (!make_film())
        return;
    for (int i = 0; i < 4; i++) {
        media_shell(
            &run,
            "mkdir same-%d && %s \"$MIEN\" annotate film.mp4 --jsonl same-%d/film.jsonl "
            "--csv same-%d/film.csv --vtt same-%d/film.vtt --srt same-%d/film.srt "
            "--summary same-%d/film.json --plot same-%d/film.svg --report same-%d/film.html "
            "%s",
            i, ways[i], i, i, i, i, i, i, i, more[i]);
        CU_ASSERT_EQUAL(run.code, 0);
        media_shell(&run, "ls same-%d | wc -l; diff -r same-0 same-%d", i, i);
        CU_ASSERT_STRING_EQUAL(run.out, "7\n");
        CU_ASSERT_EQUAL(run.code, 0);
    }
}

/* ---- recordings of all kinds ---- */

/* The command finds the name of a file in $f. */
static void check_same_answer(const char *command, const char *from, const char *to)
{
    static struct run other;
    media_shell(&run, "f=%s; %s", from, command);
    media_shell(&other, "f=%s; %s", to, command);
    CU_ASSERT(strlen(run.out) > 0);
    CU_ASSERT_STRING_EQUAL(run.out, other.out);
}

/* Each as it might come from a phone, a camera, the web or an editor; what is not the video comes
 * out as it went in, and each frame at its time. */
static void takes_what_people_have(void)
{
    static const struct {
        const char *name, *recipe, *size;
        int others; /* streams */
    } kinds[] = {
        {"phone.mp4", MEDIA_TURN("film.mp4", 90, ""), "240,320", 1},
        {"ten-bit.mp4",
         "-i film.mp4 -pix_fmt yuv420p10le -c:v libx265 -x265-params log-level=0 "
         "-c:a copy",
         "320,240", 1},
        {"web.webm", "-i film.mp4 -c:v libvpx-vp9 -cpu-used 8 -c:a libvorbis", "320,240", 1},
        {"uneven.mkv",
         "-i film.mp4 -vf \"select='not(eq(mod(n\\,5)\\,2))'\" -fps_mode vfr "
         "-c:v libx264 -c:a copy",
         "320,240", 1},
        {"odd.mkv", "-i film.mp4 -vf format=yuv444p,crop=319:239 -c:v ffv1 -c:a copy", "320,240",
         1},
        {"two.mkv",
         "-i film.mp4 -f lavfi -i sine=f=999:d=1.5 -i words.srt -i chapters.txt -map 0 "
         "-map 1 -map 2 -map_metadata 3 -c:v copy -c:a:0 copy -c:a:1 ac3",
         "320,240", 3},
    };
    const char srt[] = "1\n00:00:00,200 --> 00:00:01,000\nHello\n";
    const char chapters[] = ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=700\n"
                            "title=One\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=700\nEND=1500\n"
                            "title=Two\n";
    media_write("words.srt", srt, sizeof srt - 1);
    media_write("chapters.txt", chapters, sizeof chapters - 1);
    if (!make_film())
        return;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char line[600];
        const char *name = kinds[i].name;
        snprintf(line, sizeof line, "%s %s", kinds[i].recipe, name);
        if (!media_make(line))
            return;
        snprintf(line, sizeof line, "%s -y -o kind.mkv --csv kind.csv", name);
        annotate(line);
        CU_ASSERT_EQUAL(run.code, 0);
        check_same_answer("ffprobe -v error -select_streams v -show_entries frame=pts_time -of "
                          "csv=p=0 $f | grep '^[0-9]' | awk -F, 'NR == 1 { first = $1 } { printf "
                          "\"%.2f \", $1 - first }'",
                          name, "kind.mkv");
        check_same_answer("ffprobe -v error -show_chapters -show_entries chapter=start_time:"
                          "chapter_tags=title -of csv $f; echo",
                          name, "kind.mkv");
        for (int k = 0; k < kinds[i].others; k++) {
            snprintf(line, sizeof line, "ffmpeg -nostdin -v error -i $f -map 0:%d -c copy -f md5 -",
                     k + 1);
            check_same_answer(line, name, "kind.mkv");
        }
        media_shell(&run,
                    "ffprobe -v error -select_streams v -show_entries stream=width,height -of "
                    "csv=p=0 kind.mkv");
        CU_ASSERT_EQUAL(strncmp(run.out, kinds[i].size, 7), 0);
    }
}

static void works_in_a_pipe(void)
{
    if (!make_film())
        return;
    media_shell(&run, "ffmpeg -nostdin -v error -i film.mp4 -c copy -f matroska - | "
                      "\"$MIEN\" annotate - -o - | ffprobe -v error -count_packets -show_entries "
                      "stream=codec_type,nb_read_packets -of csv=p=0 -");
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "video,15"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "audio,"));
    annotate("film.mp4 --jsonl -");
    CU_ASSERT_EQUAL(strncmp(run.out, "{\"version\":2,\"frame\":", 21), 0);
}

static double cpu_of(const char *part)
{
    const char *row = strstr(run.err, part);
    double wall, cpu = -1;
    if (!row || sscanf(row + strlen(part), "%lf %lf", &wall, &cpu) < 1)
        return -1;
    return cpu;
}

static void tells_where_the_time_went(void)
{
    if (!make_film())
        return;
    annotate("film.mp4 --quiet --timing --csv t.csv");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT(cpu_of("\ndecode") > 0);
    CU_ASSERT(cpu_of("\nclassify") > 0);
    CU_ASSERT_EQUAL(cpu_of("\nencode"), 0);
    CU_ASSERT(cpu_of("\ndetect") > 0 && cpu_of("\ndetect") <= cpu_of("\nall"));
}

static void draws_on_the_faces(void)
{
    if (!make_film())
        return;
    annotate("film.mp4 -o drawn.mp4 --crf 10");
    media_shell(&run, "ffmpeg -nostdin -v error -ss 0.5 -i film.mp4 -ss 0.5 -i drawn.mp4 -frames:v "
                      "1 -filter_complex psnr=stats_file=- -f null - | sed 's/.*psnr_y:\\([0-9]*\\)"
                      ".*/\\1/'");
    CU_ASSERT(atoi(run.out) > 5 && atoi(run.out) < 30);
}

/* ---- exports ---- */

static void writes_exports(void)
{
    if (!make_film())
        return;
    annotate("film.mp4 --vtt p.vtt --srt p.srt --summary p.json --plot p.svg --report p.html");
    CU_ASSERT_EQUAL(run.code, 0);
    media_shell(&run, "for f in p.vtt p.srt; do ffprobe -v error -show_entries "
                      "stream=codec_name -of csv=p=0 $f; done");
    CU_ASSERT_STRING_EQUAL(run.out, "webvtt\nsubrip\n");
    media_shell(&run, "head -c 4 p.svg; grep -c 'data:image/jpeg;base64,' p.html");
    CU_ASSERT_STRING_EQUAL(run.out, "<svg1\n");
    annotate("film.mp4 --report blurred.html --blur");
    media_shell(&run, "grep -c 'data:image/jpeg;base64,' blurred.html");
    CU_ASSERT_STRING_EQUAL(run.out, "0\n");
}

static void fits_its_schemas(void)
{
    if (!make_film())
        return;
    media_shell(&run, "python3 -c 'import jsonschema'");
    if (run.code)
        return skip_test("python3-jsonschema is not installed");
    annotate("film.mp4 --jsonl schema.jsonl --summary schema.json");
    CU_ASSERT_EQUAL(run.code, 0);
    const char check[] =
        "import json, os, sys\n"
        "from jsonschema import Draft7Validator\n"
        "docs = os.environ['TEST_SOURCE'] + '/docs/'\n"
        "schema = lambda n: Draft7Validator(json.load(open(docs + n)))\n"
        "rows, summary = schema('rows.schema.json'), schema('summary.schema.json')\n"
        "lines = [json.loads(line) for line in open('schema.jsonl')]\n"
        "for line in lines: rows.validate(line)\n"
        "summary.validate(json.load(open('schema.json')))\n"
        "for file in rows.schema, summary.schema:\n"
        "    assert file['$id'].endswith(':%d' % file['properties']['version']['const'])\n"
        "lines[1]['version'] += 1\n"
        "assert not rows.is_valid(lines[1])\n"
        "del lines[0]['face']\n"
        "assert not rows.is_valid(lines[0])\n"
        "print(len(lines))\n";
    media_write("check.py", check, sizeof check - 1);
    media_shell(&run, "python3 check.py");
    CU_ASSERT_STRING_EQUAL(run.err, "");
    CU_ASSERT(atoi(run.out) >= 7);
}

/* "face 1 at 0.57 s", then lines like " 40 %  happy", the greatest first, which are those of the
 * table's row for the frame shown then: one of ten a second. */
static void check_tip(const char *tip)
{
    static struct run row;
    double time = atof(tip + strlen("face 1 at ")), shares[3], shown;
    static const char *const labels[] = {"angry", "happy", "neutral"};
    media_shell(&row, "grep '^%d,' browse.csv | cut -d, -f 11-13 | tr , ' '", (int)(time * 10));
    CU_ASSERT_EQUAL_FATAL(sscanf(row.out, "%lf %lf %lf", &shares[0], &shares[1], &shares[2]), 3);
    double before = 100;
    for (const char *line = strchr(tip, '\n'); line && strchr(" 0123456789", line[1]) && line[1];
         line = strchr(line + 1, '\n')) {
        char label[20] = "";
        CU_ASSERT_EQUAL_FATAL(sscanf(line, " %lf %% %19[a-z]", &shown, label), 2);
        for (int i = 0; i < 3; i++)
            if (!strcmp(label, labels[i]))
                CU_ASSERT_DOUBLE_EQUAL(shown, shares[i] * 100, 0.6);
        CU_ASSERT(shown <= before);
        before = shown;
    }
    CU_ASSERT(before < 100);
}

/* A mouse over the middle of the first face's row has to bring the values of that moment. */
static void opens_its_report_in_a_browser(void)
{
    if (!make_film())
        return;
    media_shell(&run, "command -v chromium");
    if (run.code)
        return skip_test("chromium is not installed");
    annotate("film.mp4 --report browse.html --csv browse.csv");
    const char mouse[] = "<script>const box = svg.getBoundingClientRect();\n"
                         "svg.dispatchEvent(new MouseEvent('mousemove', {clientX: box.left + "
                         "box.width * .4, clientY: box.top + box.height * .6}));</script>\n";
    media_write("mouse.html", mouse, sizeof mouse - 1);
    media_shell(&run, "cat mouse.html >> browse.html; HOME=$PWD XDG_CONFIG_HOME=$PWD timeout 200 "
                      "chromium --headless "
                      "--no-sandbox --disable-gpu --user-data-dir=$PWD/profile --dump-dom "
                      "file://$PWD/browse.html | sed -n '/id=\"tip\"/,/<.div>/p'");
    const char *tip = strstr(run.out, "face 1 at 0.");
    CU_ASSERT_PTR_NOT_NULL_FATAL(tip);
    check_tip(tip);
}

/* ---- manners ---- */

static void overwrites_only_when_told(void)
{
    if (!make_film())
        return;
    media_write("there.jsonl", "mine\n", 5);
    annotate("film.mp4 --jsonl there.jsonl");
    CU_ASSERT_EQUAL(run.code, 1);
    CU_ASSERT(says("there.jsonl exists already") && says("-y"));
    CU_ASSERT_EQUAL(count_rows("there.jsonl"), 1);
    annotate("film.mp4 --jsonl there.jsonl -y");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT(count_rows("there.jsonl") > 1);
    annotate("film.mp4 -y -o film.mp4");
    CU_ASSERT_EQUAL(run.code, 1);
    CU_ASSERT(says("film.mp4 is an input"));
    media_shell(&run, "ln -s film.mp4 link.mp4");
    annotate("film.mp4 -y -o link.mp4");
    CU_ASSERT_EQUAL(run.code, 1);
}

static void check_exit(const char *arguments, int code, const char *words)
{
    annotate(arguments);
    CU_ASSERT_EQUAL(run.code, code);
    CU_ASSERT(says(words));
    CU_ASSERT_STRING_EQUAL(run.out, "");
}

static void explains_wrong_use(void)
{
    if (!make_film())
        return;
    check_exit("", 1, "no recording named");
    check_exit("film.mp4", 1, "nothing to write");
    check_exit("film.mp4 other.mp4 -o a.mp4", 1, "every output is a folder: 'a.mp4/'");
    check_exit("film.mp4 -o - --jsonl -", 1, "'-'");
    check_exit("film.mp4 -o a.mp4 --jsonl ./a.mp4", 1, "both go to");
    check_exit("film.mp4 -o a.mp4 --jsonl \"$PWD/a.mp4\" --jobs 1", 1, "both go to");
    media_shell(&run, "ln -sf . here");
    check_exit("film.mp4 --csv here/a.mp4 --jsonl a.mp4", 1, "both go to");
    check_exit("film.mp4 -o a.mp4 --crf good", 1, "good");
    check_exit("film.mp4 -o a.mp4 --codec nonesuch", 1, "nonesuch");
    check_exit("film.mp4 -o a.mp4 --precision fp64", 1, "'fp64' is wrong");
    check_exit("film.mp4 -o a.pdf", 1, "a.pdf");
    check_exit("film.mp4 -o a.mp4 --frobnicate", 1, "frobnicate");
    CU_ASSERT(access("a.mp4", F_OK) < 0);
}

static void leaves_nothing_where_it_does_not_begin(void)
{
    static const char *const wrong[] = {"-o g.xyz", "-o no/such/g.mkv", "--report no/such/g.html"};
    if (!make_film())
        return;
    media_write("g.plot.part", "mine\n", 5);
    for (int i = 0; i < 3; i++) {
        media_shell(&run,
                    "\"$MIEN\" annotate film.mp4 --jsonl g.jsonl --csv - --vtt g.vtt --summary "
                    "g.json %s",
                    wrong[i]);
        CU_ASSERT_EQUAL(run.code, i == 0 ? 1 : 3);
        CU_ASSERT_STRING_EQUAL(run.out, "");
        media_shell(&run, "ls g.*");
        CU_ASSERT_STRING_EQUAL(run.out, "g.plot.part\n");
    }
    check_exit("film.mp4 --jsonl g.jsonl --csv no/such.csv --plot g.plot", 3, "no/such.csv");
    media_shell(&run, "ls g.*");
    CU_ASSERT_STRING_EQUAL(run.out, "g.plot.part\n");
}

static void names_bad_inputs_and_outputs(void)
{
    const char words[] = "no film at all\n";
    media_write("words.mp4", words, sizeof words - 1);
    if (!make_film())
        return;
    check_exit("nowhere.mp4 -o b.mp4", 2, "nowhere.mp4: No such file");
    check_exit("words.mp4 -o b.mp4", 2, "words.mp4: ");
    check_exit("film.mp4 -o b.mp4 --model words.mp4", 2, "words.mp4");
    check_exit("film.mp4 -o nofolder/b.mp4", 3, "nofolder/b.mp4: No such file");
    check_exit("film.mp4 --csv nofolder/b.csv", 3, "nofolder/b.csv: No such file");
    check_exit("film.mp4 --csv /dev/full", 3, "/dev/full: No space left");
    CU_ASSERT(access("b.mp4", F_OK) < 0);
}

static void says_what_was_lost(void)
{
    if (!make_film())
        return;
    if (!media_make("-i film.mp4 -c copy -movflags +faststart early.mp4"))
        return;
    media_shell(&run, "head -c $(($(wc -c < early.mp4) * 7 / 10)) early.mp4 > cut.mp4");
    check_exit("cut.mp4 -o cut-out.mp4 --jsonl cut.jsonl", 3, "missing or damaged");
    media_shell(&run, "ffprobe -v error cut-out.mp4");
    CU_ASSERT_EQUAL(run.code, 0);
}

/* One output that fails leaves all those that were there before. */
static void keeps_the_old_when_the_new_fails(void)
{
    static const char *const ends[] = {"--csv /dev/full", "--jsonl - | head -n 1"};
    if (!make_film())
        return;
    for (int i = 0; i < 2; i++) {
        media_write("old.mp4", "precious\n", 9);
        media_shell(&run, "\"$MIEN\" annotate film.mp4 -y -q -o old.mp4 %s", ends[i]);
        CU_ASSERT(says("No space left") || says("Broken pipe"));
        media_shell(&run, "cat old.mp4; ffprobe -v error old.mp4.*.part && rm *.part");
        CU_ASSERT_EQUAL(run.code, 0);
        CU_ASSERT_STRING_EQUAL(run.out, "precious\n");
    }
}

static void keeps_what_fits_on_a_full_disk(void)
{
    if (!media_make("-f lavfi -i mandelbrot=s=320x240:r=25 -t 4 -c:v libx264 fractal.mp4") ||
        !make_film())
        return;
    media_shell(&run, "ulimit -f 200; \"$MIEN\" annotate fractal.mp4 -o full.mp4 --csv full.csv");
    CU_ASSERT_EQUAL(run.code, 3);
    CU_ASSERT(says("full.mp4: File too large") && says("kept in"));
    CU_ASSERT(count_rows("full.csv.*.part") > 1);
    media_shell(&run, "ffprobe -v error full.mp4.*.part");
    CU_ASSERT_EQUAL(run.code, 0);
}

/* A real one, where the system lets us have one of our own. */
static void keeps_what_fits_on_eight_megabytes(void)
{
    media_shell(&run, "unshare -m true || unshare -rm true");
    if (run.code)
        return skip_test("a file system of 8 MB needs root or user namespaces");
    if (!media_make(
            "-f lavfi -i testsrc2=s=640x480:r=10:d=6 -vf noise=alls=100:allf=t -c:v libx264 "
            "-preset ultrafast -qp 8 noise.mp4") ||
        !make_film())
        return;
    media_shell(
        &run,
        "rm -f full.*; u=-m; unshare -m true 2>/dev/null || u=-rm; mkdir tiny; unshare $u sh -c '"
        "mount -t tmpfs -o size=8m tmpfs tiny; \"$MIEN\" annotate noise.mp4 -o "
        "tiny/full.mp4 --crf 0 --csv tiny/full.csv; code=$?; cp tiny/* .; exit $code'");
    CU_ASSERT_EQUAL(run.code, 3);
    CU_ASSERT(says("tiny/full.mp4: No space left on device") &&
              says("tiny/full.mp4 is not complete; what was written is kept in"));
    CU_ASSERT(count_rows("full.csv.*.part") > 5);
    media_shell(&run, "ffprobe -v quiet -count_frames -select_streams v -show_entries "
                      "stream=nb_read_frames -of csv=p=0 full.mp4.*.part");
    CU_ASSERT(atoi(run.out) >= 5);
}

static void finishes_when_interrupted(void)
{
    const char *const signals[] = {"INT", "TERM"};
    if (!make_film() || !media_make("-stream_loop 9 -i film.mp4 -c copy film.mkv"))
        return;
    for (int i = 0; i < 2; i++) {
        media_shell(
            &run,
            "rm -f i.*; mkfifo i.pipe; { cat film.mkv; exec sleep 30; } > i.pipe & feed=$!; "
            "\"$MIEN\" annotate - -o i.mp4 --csv i.csv < i.pipe & mien=$!; "
            "while ! [ -e i.csv.*.part ] || [ $(cat i.csv.*.part | wc -l) -lt 20 ]; do sleep 0.05; "
            "done; "
            "kill -%s $mien; wait $mien; code=$?; kill $feed; exit $code",
            signals[i]);
        CU_ASSERT_EQUAL(run.code, i == 0 ? 130 : 143);
        CU_ASSERT(says("interrupted at"));
        CU_ASSERT(access("i.csv", F_OK) == 0);
        media_shell(&run, "ls i.mp4.* && ls i.csv.*");
        CU_ASSERT_STRING_EQUAL(run.out, "");
        media_shell(&run, "ffmpeg -nostdin -v error -i i.mp4 -f null -");
        CU_ASSERT_EQUAL(run.code, 0);
        CU_ASSERT_STRING_EQUAL(run.err, "");
    }
}

/* Half a recording does not replace a whole one. */
static void keeps_the_old_when_interrupted(void)
{
    if (!make_film() || !media_make("-stream_loop 9 -i film.mp4 -c copy film.mkv"))
        return;
    media_shell(&run,
                "echo old >o.mp4; echo old >o.csv; mkfifo o.pipe; "
                "{ cat film.mkv; exec sleep 30; } > o.pipe & feed=$!; "
                "\"$MIEN\" annotate - -y -q -o o.mp4 --csv o.csv < o.pipe & mien=$!; "
                "while ! [ -e o.csv.*.part ] || [ $(cat o.csv.*.part | wc -l) -lt 20 ]; do "
                "sleep 0.05; done; kill -INT $mien; wait $mien; code=$?; kill $feed; exit $code");
    CU_ASSERT_EQUAL(run.code, 130);
    CU_ASSERT(says("o.mp4 is as it was before; what was written is kept in"));
    CU_ASSERT(says("o.csv is as it was before; what was written is kept in"));
    media_shell(&run, "cat o.mp4 o.csv; ffmpeg -nostdin -v error -i o.mp4.*.part -f null -");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_STRING_EQUAL(run.out, "old\nold\n");
    CU_ASSERT_STRING_EQUAL(run.err, "");
}

/* Halfway, while its input still flows; then all that is there can be used. */
static void keeps_all_when_killed(void)
{
    if (!make_film())
        return;
    media_shell(&run,
                "mkfifo k.pipe; ffmpeg -nostdin -v quiet -re -stream_loop -1 -i film.mp4 -c copy "
                "-f matroska -y k.pipe & feed=$!; \"$MIEN\" annotate - -o k.mp4 --jsonl k.jsonl "
                "--csv k.csv --vtt k.vtt --srt k.srt --summary k.json --plot k.svg "
                "--report k.html < k.pipe & mien=$!; "
                "while [ -e /proc/$mien ] && ! [ -s k.html.*.part -a -s k.mp4.*.part ]; do sleep "
                "0.1; done; "
                "kill -KILL $mien; wait $mien; code=$?; kill $feed; exit $code");
    CU_ASSERT_EQUAL(run.code, 128 + 9);
    CU_ASSERT(count_rows("k.csv.*.part") > 10 && count_rows("k.jsonl.*.part") > 10);
    media_shell(&run, "ls k.*[a-z0-9] | grep -v part");
    CU_ASSERT_STRING_EQUAL(run.out, "k.pipe\n");
    media_shell(&run,
                "for f in vtt srt; do mv k.$f.*.part killed.$f; ffprobe -v error -count_packets "
                "-show_entries stream=nb_read_packets -of csv=p=0 killed.$f; done");
    CU_ASSERT(run.out[0] >= '1' && run.out[0] <= '9' && strlen(run.out) >= 4);
    media_shell(&run,
                "tail -n 1 k.svg.*.part; tail -n 1 k.html.*.part; grep -o '.interrupted.:true' "
                "k.json.*.part; ffmpeg -nostdin -v error -i k.mp4.*.part -f null -");
    CU_ASSERT_STRING_EQUAL(run.out, "</svg>\n</html>\n\"interrupted\":true\n");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_STRING_EQUAL(run.err, "");
}

int main(void)
{
    const struct test tests[] = {
        {"annotates a film", annotates_a_film},
        {"writes rows that agree", writes_rows_that_agree},
        {"gives the same bytes each time", gives_the_same_bytes_each_time},
        {"takes what people have", takes_what_people_have},
        {"works in a pipe", works_in_a_pipe},
        {"tells where the time went", tells_where_the_time_went},
        {"draws on the faces", draws_on_the_faces},
        {"writes exports", writes_exports},
        {"fits its schemas", fits_its_schemas},
        {"opens its report in a browser", opens_its_report_in_a_browser},
        {"overwrites only when told", overwrites_only_when_told},
        {"explains wrong use", explains_wrong_use},
        {"leaves nothing where it does not begin", leaves_nothing_where_it_does_not_begin},
        {"names bad inputs and outputs", names_bad_inputs_and_outputs},
        {"says what was lost", says_what_was_lost},
        {"keeps the old when the new fails", keeps_the_old_when_the_new_fails},
        {"keeps what fits on a full disk", keeps_what_fits_on_a_full_disk},
        {"keeps what fits on eight megabytes", keeps_what_fits_on_eight_megabytes},
        {"finishes when interrupted", finishes_when_interrupted},
        {"keeps the old when interrupted", keeps_the_old_when_interrupted},
        {"keeps all when killed", keeps_all_when_killed},
        {NULL, NULL},
    };
    media_enter_folder();
    return run_tests("annotate", tests);
}
