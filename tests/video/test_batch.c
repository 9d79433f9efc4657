/* Many recordings at once, as people annotate them. */
#include "command/program.h"
#include "media.h"
#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct run run;

/* Two recordings with a face and a broken one between them, in the folder in/. */
static bool make_films(void)
{
    if (access("in/c.mkv", R_OK) == 0)
        return true;
    media_shell(&run, "mkdir -p in; echo 'no film at all' > in/b.avi; echo notes > in/notes.txt");
    return media_make("-loop 1 -framerate 10 -t 1 -i portrait.jpg -vf scale=-2:240,format=yuv420p "
                      "-c:v libx264 in/a.mp4") &&
           media_make("-loop 1 -framerate 10 -t 2 -i other.png -vf scale=-2:240,format=yuv420p "
                      "-c:v libx264 in/c.mkv");
}

static bool says(const char *words)
{
    return strstr(run.err, words) != NULL;
}

static bool has_row(const char *word, const char *file)
{
    struct run found;
    media_shell(&found, "grep -E '^  %s +[0-9.]+ s  %s' said", word, file);
    return found.code == 0;
}

static void annotate(const char *arguments)
{
    media_shell(&run, "mien annotate %s 2>said; code=$?; cat said >&2; exit $code", arguments);
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static void goes_on_after_a_failure(void)
{
    if (!make_films())
        return;
    annotate("in/a.mp4 in/b.avi in/c.mkv --jobs 2 -o out/ --jsonl out/ --summary out/");
    CU_ASSERT_EQUAL(run.code, 2);
    CU_ASSERT(has_row("done", "in/a.mp4$"));
    CU_ASSERT(has_row("failed", "in/b.avi: .*[a-z]"));
    CU_ASSERT(has_row("done", "in/c.mkv$"));
    CU_ASSERT(says("3 recordings: 2 done, 1 failed,"));
    media_shell(&run, "ls out");
    CU_ASSERT_STRING_EQUAL(run.out, "a.json\na.jsonl\na.mp4\nc.json\nc.jsonl\nc.mkv\n");
    media_shell(&run, "cat out/*.jsonl | wc -l");
    CU_ASSERT(atoi(run.out) >= 15);
}

static void takes_a_folder(void)
{
    if (!make_films())
        return;
    annotate("in --csv folder/ -q");
    CU_ASSERT_EQUAL(run.code, 2);
    CU_ASSERT(has_row("failed", "in/b.avi: ") && !says("done") && !says("notes.txt"));
    media_shell(&run, "ls folder");
    CU_ASSERT_STRING_EQUAL(run.out, "a.csv\nc.csv\n");
    media_shell(&run, "mkdir -p empty");
    annotate("empty --csv folder2/");
    CU_ASSERT(run.code == 2 && says("empty: no recording in this folder"));
    annotate("'in/*.webm' --csv folder2/");
    CU_ASSERT(run.code == 2 && says("in/*.webm: no file fits this pattern"));
    CU_ASSERT(!exists("folder2"));
    annotate("'in/[ac].m*' --csv folder3/");
    CU_ASSERT(run.code == 0 && has_row("done", "in/a.mp4$") && has_row("done", "in/c.mkv$"));
}

static void gives_the_same_with_any_jobs(void)
{
    if (!make_films())
        return;
    annotate("in/a.mp4 in/c.mkv --jobs 1 --jsonl one/ --csv one/ --vtt one/ --report one/");
    CU_ASSERT_EQUAL(run.code, 0);
    annotate("in/a.mp4 in/c.mkv --jobs 3 --jsonl three/ --csv three/ --vtt three/ --report three/");
    CU_ASSERT_EQUAL(run.code, 0);
    media_shell(&run, "diff -r one three && ls one | wc -l");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_STRING_EQUAL(run.out, "8\n");
    annotate("in/c.mkv --jsonl single.jsonl");
    media_shell(&run, "cmp single.jsonl one/c.jsonl");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void resumes(void)
{
    static struct run before, after;
    const char *const arguments = "in/a.mp4 in/c.mkv --resume --jsonl again/ --csv again/";
    if (!make_films())
        return;
    annotate(arguments);
    CU_ASSERT_EQUAL(run.code, 0);
    media_shell(&before, "stat -c '%%n %%i %%y' again/a.* again/c.jsonl");
    media_shell(&run, "mv again/c.csv was.csv");
    annotate(arguments);
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT(has_row("skipped", "in/a.mp4") && has_row("done", "in/c.mkv"));
    media_shell(&after, "stat -c '%%n %%i %%y' again/a.* again/c.jsonl");
    CU_ASSERT_STRING_EQUAL(before.out, after.out);
    media_shell(&run, "cmp was.csv again/c.csv");
    CU_ASSERT_EQUAL(run.code, 0);
    annotate(arguments);
    CU_ASSERT(run.code == 0 && says("2 recordings: 2 skipped,"));
    media_shell(&run, "touch -d '1 hour ago' again/a.csv");
    annotate(arguments);
    CU_ASSERT(has_row("done", "in/a.mp4") && has_row("skipped", "in/c.mkv"));
    media_shell(&run, "[ again/a.csv -nt in/a.mp4 ]");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void refuse(const char *arguments, const char *words)
{
    annotate(arguments);
    CU_ASSERT_EQUAL(run.code, 1);
    CU_ASSERT(says(words));
    CU_ASSERT(!exists("never"));
}

static void refuses_what_would_be_lost(void)
{
    if (!make_films())
        return;
    media_shell(&run, "mkdir -p other kept; cp in/a.mp4 other/a.mp4; echo mine > kept/a.csv");
    refuse("in/a.mp4 other/a.mp4 --csv never/", "would both become never/a.csv");
    refuse("in/a.mp4 in/c.mkv --csv never.csv", "every output is a folder: 'never.csv/'");
    refuse("in/a.mp4 in/c.mkv --csv -", "standard output takes one recording");
    refuse("in/a.mp4 - --csv never/", "standard input");
    refuse("in/a.mp4 in/c.mkv -y -o in/", "is an input");
    refuse("in/a.mp4 in/c.mkv --csv kept/", "kept/a.csv exists already; -y");
    refuse("in/a.mp4 --csv never/ --jobs 0", "--jobs");
    refuse("in/a.mp4 --csv never/ --timing", "--timing takes one recording");
    media_shell(&run, "cat kept/a.csv; ls kept");
    CU_ASSERT_STRING_EQUAL(run.out, "mine\na.csv\n");
}

static void says_which_folder_cannot_be_made(void)
{
    if (!make_films())
        return;
    annotate("in/a.mp4 --csv no/such/");
    CU_ASSERT_EQUAL(run.code, 3);
    CU_ASSERT(says("no/such/ cannot be made"));
}

/* Only what is whole has its name: the rest plays under the name of a part, beside what was there
 * before. */
static void ends_when_told(void)
{
    const char *const signals[] = {"INT", "TERM"};
    if (!make_films() || !media_make("-stream_loop 9 -i in/c.mkv -c copy long.mkv"))
        return;
    for (int i = 0; i < 2; i++) {
        media_shell(&run,
                    "rm -rf told fifo.mkv; mkfifo fifo.mkv; "
                    "{ cat long.mkv; exec sleep 60; } > fifo.mkv & feed=$!; "
                    "mkdir told; echo mine > told/fifo.mkv; "
                    "mien annotate fifo.mkv in/c.mkv -y -o told/ --csv told/ 2>said & mien=$!; "
                    "while ! [ -e told/fifo.csv.*.part ] || [ $(cat told/fifo.csv.*.part | wc -l) "
                    "-lt 20 ]; "
                    "do sleep 0.05; done; "
                    "kill -%s $mien; wait $mien; code=$?; kill $feed; cat said >&2; exit $code",
                    signals[i]);
        CU_ASSERT_EQUAL(run.code, i == 0 ? 130 : 143);
        CU_ASSERT(has_row("interrupted", "fifo.mkv") && has_row("not started", "in/c.mkv"));
        media_shell(&run, "ls told | sed 's/[a-z2-7]*.part/part/'; cat told/fifo.mkv");
        CU_ASSERT_STRING_EQUAL(run.out, "fifo.csv.part\nfifo.mkv\nfifo.mkv.part\nmine\n");
        media_shell(&run, "ffmpeg -nostdin -v error -i told/fifo.mkv.*.part -f null -");
        CU_ASSERT_EQUAL(run.code, 0);
        CU_ASSERT_STRING_EQUAL(run.err, "");
    }
}

/* Every row of the tables of the single recordings, with two columns before it. */
static void puts_all_into_one_table(void)
{
    if (!make_films())
        return;
    media_shell(&run, "cp in/a.mp4 in/p7_smile.mp4");
    annotate("in/p7_smile.mp4 in/b.avi in/c.mkv --jobs 2 --table all.csv --table-summary each.csv "
             "--csv single/ --raw --derived");
    CU_ASSERT_EQUAL(run.code, 2);
    media_shell(&run, "{ printf 'recording,participant,'; head -n 1 single/c.csv; "
                      "tail -n +2 single/p7_smile.csv | sed 's/^/p7_smile,p7,/'; "
                      "tail -n +2 single/c.csv | sed 's/^/c,c,/'; } | cmp - all.csv");
    CU_ASSERT_EQUAL(run.code, 0);
    media_shell(&run, "cut -d, -f1-4,6,7 each.csv");
    CU_ASSERT_STRING_EQUAL(run.out, "recording,participant,seconds,frames,frames_lost,time_jumps\n"
                                    "p7_smile,p7,1,10,0,0\nc,c,2,20,0,0\n");
    media_shell(&run, "awk -F, 'NR > 1 { s = 0; for (i = 12; i < NF - 1; i++) s += $i; print NF, "
                      "(s > 0.99 && s < 1.01) }' each.csv | uniq");
    CU_ASSERT_STRING_EQUAL(run.out, "20 1\n");
    annotate("in/a.mp4 --table all.csv");
    CU_ASSERT(run.code == 1 && says("all.csv exists already"));
    annotate("in --table new.csv --resume");
    CU_ASSERT(run.code == 1 && says("leave --resume out"));
    media_shell(&run, "rm in/p7_smile.mp4");
}

int main(void)
{
    const struct test tests[] = {
        {"goes on after a failure", goes_on_after_a_failure},
        {"takes a folder", takes_a_folder},
        {"gives the same with any jobs", gives_the_same_with_any_jobs},
        {"puts all into one table", puts_all_into_one_table},
        {"resumes", resumes},
        {"refuses what would be lost", refuses_what_would_be_lost},
        {"says which folder cannot be made", says_which_folder_cannot_be_made},
        {"ends when told", ends_when_told},
        {NULL, NULL},
    };
    program_enter();
    return run_tests("batch", tests);
}
