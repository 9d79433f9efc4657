/* Outputs appear whole, together, and over nothing that was not meant. */
#include "files/atomic_file.h"
#include "media.h"
#include "runner.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct atomic_files files;
static struct mien_error error;

static struct atomic_file *begin(const char *path, const char *text)
{
    struct atomic_file *file = NULL;
    CU_ASSERT_EQUAL_FATAL(atomic_files_open(&files, &file, path, &error), 0);
    fputs(text, atomic_file_stream(file));
    return file;
}

/* What the shell says must be `expected`. */
static void check(const char *command, const char *expected)
{
    static struct run run;
    media_shell(&run, "%s", command);
    CU_ASSERT_STRING_EQUAL(run.out, expected);
}

static void a_name_stands_for_a_whole_file(void)
{
    begin("whole", "all\n");
    CU_ASSERT(access("whole", F_OK) < 0);
    CU_ASSERT_FALSE(atomic_files_replace_any(&files));
    CU_ASSERT_EQUAL(atomic_files_commit(&files, &error), 0);
    check("cat whole; ls whole*", "all\nwhole\n");
}

/* Somebody who knows the names we use has laid traps. */
static void nothing_that_is_there_is_written_to(void)
{
    check("mkdir traps; cd traps; echo precious >target; ln -s ../traps/target out.part; "
          "mkfifo pipe.part; echo mine >file.part",
          "");
    begin("traps/out", "new\n");
    begin("traps/pipe", "new\n");
    begin("traps/file", "new\n");
    CU_ASSERT_EQUAL(atomic_files_commit(&files, &error), 0);
    check("cd traps; cat target file.part; [ -p pipe.part ] && [ -f out ] && ! [ -L out ] && "
          "cat out pipe file",
          "precious\nmine\nnew\nnew\nnew\n");
}

static void two_runs_never_write_to_one_file(void)
{
    struct atomic_file *one = begin("same", "one\n"), *other = begin("same", "other\n");
    CU_ASSERT_STRING_NOT_EQUAL(atomic_file_part(one), atomic_file_part(other));
    CU_ASSERT_EQUAL(atomic_files_commit(&files, &error), -EEXIST);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "same: another program"));
    atomic_files_discard(&files);
    check("ls same* 2>/dev/null", "");
}

static void the_mode_is_that_of_the_old_file(void)
{
    check("echo old >secret; chmod 600 secret; echo old >shared; chmod 666 shared; umask 022", "");
    struct stat about;
    struct atomic_file *file = begin("secret", "new\n");
    CU_ASSERT(!stat(atomic_file_part(file), &about) && (about.st_mode & 0777) == 0600);
    begin("shared", "new\n");
    CU_ASSERT(atomic_files_replace_any(&files));
    CU_ASSERT_EQUAL(atomic_files_commit(&files, &error), 0);
    check("stat -c '%a %n' secret shared; cat secret shared; ls secret* shared*",
          "600 secret\n666 shared\nnew\nnew\nsecret\nshared\n");
}

static void links_and_devices_stay(void)
{
    check("mkdir -p links; echo old >links/target; ln -s target links/link; "
          "ln -s nothing links/dangling; ln -s /dev/null links/device",
          "");
    begin("links/link", "new\n");
    begin("links/dangling", "new\n");
    CU_ASSERT_PTR_NULL(atomic_file_part(begin("links/device", "new\n")));
    CU_ASSERT_EQUAL(atomic_files_commit(&files, &error), 0);
    check("cd links; readlink link; cat link dangling; readlink dangling device; ls",
          "target\nnew\nnew\n/dev/null\ndangling\ndevice\nlink\ntarget\n");
}

/* The second name is taken while we write: the first, though it could be given, is not. */
static void all_get_their_names_or_none(void)
{
    check("echo old >first", "");
    begin("first", "new\n");
    begin("second", "new\n");
    check("echo theirs >second", "");
    CU_ASSERT_EQUAL(atomic_files_commit(&files, &error), -EEXIST);
    check("cat first second", "old\ntheirs\n");
    atomic_files_keep(&files);
    check("cat first second first.*.part second.*.part; rm *.part", "old\ntheirs\nnew\nnew\n");
}

static void what_cannot_be_written_is_told(void)
{
    struct atomic_file *file = NULL;
    CU_ASSERT_EQUAL(atomic_files_open(&files, &file, "no/such/file", &error), -ENOENT);
    CU_ASSERT_STRING_EQUAL(error.text, "no/such/file: No such file or directory");
    CU_ASSERT_EQUAL(files.count, 0);
    check("echo old >before", "");
    begin("before", "new\n");
    begin("/dev/full", "new\n");
    CU_ASSERT_EQUAL(atomic_files_commit(&files, &error), -ENOSPC);
    CU_ASSERT_STRING_EQUAL(error.text, "/dev/full: No space left on device");
    atomic_files_discard(&files);
    check("cat before; ls before*", "old\nbefore\n");
}

static void a_new_version_is_whole_at_any_moment(void)
{
    struct atomic_file *file = begin("versions", "");
    for (int i = 0; i < 3; i++) {
        FILE *stream = atomic_file_rewrite(file);
        CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
        fprintf(stream, "version %d\n", i);
        fflush(stream);
        check("cat versions.*.part | wc -l", i ? "2\n" : "1\n");
        CU_ASSERT_EQUAL(atomic_file_replace(file, stream, &error), 0);
        check("ls versions.*.part | wc -l", "1\n");
    }
    CU_ASSERT_EQUAL(atomic_files_commit(&files, &error), 0);
    check("cat versions", "version 2\n");
}

/* The ending must fit into what a file system takes, and leave whole characters. */
static void long_names_fit(void)
{
    char name[256] = "";
    for (int i = 0; i < 127; i++)
        strcat(name, "é");
    begin(name, "long\n");
    CU_ASSERT_EQUAL(atomic_files_commit(&files, &error), 0);
    CU_ASSERT(access(name, F_OK) == 0);
    begin(name, "longer\n");
    atomic_files_keep(&files);
    check("ls *.part | iconv -f utf-8 -t utf-8 | wc -l; rm *.part", "1\n");
}

/* An empty file helps nobody. */
static void keeps_only_what_was_written(void)
{
    begin("empty", "");
    begin("some", "thing\n");
    atomic_files_keep(&files);
    check("ls empty* 2>/dev/null; cat some.*.part; rm *.part", "thing\n");
}

int main(void)
{
    const struct test tests[] = {
        {"a name stands for a whole file", a_name_stands_for_a_whole_file},
        {"nothing that is there is written to", nothing_that_is_there_is_written_to},
        {"two runs never write to one file", two_runs_never_write_to_one_file},
        {"the mode is that of the old file", the_mode_is_that_of_the_old_file},
        {"links and devices stay", links_and_devices_stay},
        {"all get their names or none", all_get_their_names_or_none},
        {"what cannot be written is told", what_cannot_be_written_is_told},
        {"a new version is whole at any moment", a_new_version_is_whole_at_any_moment},
        {"long names fit", long_names_fit},
        {"keeps only what was written", keeps_only_what_was_written},
        {NULL, NULL},
    };
    media_enter_folder();
    return run_tests("atomic_file", tests);
}
