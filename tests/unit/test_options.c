/* Every option of every command, by the table of them. */
#include "options.h"
#include "runner.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "camera/convert.h"
#include "generate.h"
#include "mien/network.h"

static struct mien_command_line line;
static struct mien_error error;

/* Reads "--flag" or "--flag=value". */
static int read_flag(enum mien_command command, const char *prefix, const char *flag,
                     const char *value)
{
    static char word[256]; /* the line's values lie in it */
    char *argv[] = {"mien", word, NULL};
    snprintf(word, sizeof word, "--%s%s%s%s", prefix, flag, value ? "=" : "", value ? value : "");
    error.text[0] = '\0';
    return mien_command_line_read(&line, command, 2, argv, &error);
}

/* A value that the option may have and does not have by itself. */
static const char *good_value(const struct option *option)
{
    static char text[40];
    if (option->choice)
        return option->choice(1) ? option->choice(1) : option->choice(0);
    if (option->type == OPTION_WORD && option->pattern) /* a region, a number of faces, or a time */
        return !strcmp(option->name, "region")  ? "0,0,50%,99.5"
               : !strcmp(option->name, "faces") ? "largest"
                                                : "1:30.5";
    if (option->pattern)
        return strcmp(option->name, "exit_keys") ? "a.b" : "F3";
    if (option->type == OPTION_SIZE)
        return "320x240";
    if (option->type == OPTION_TEXT || option->type == OPTION_WORD)
        return "something";
    snprintf(text, sizeof text, "%.10g",
             option->initial && atof(option->initial) == option->low ? option->high : option->low);
    return option->type == OPTION_BOOL ? strcmp(option->initial, "true") ? "true" : "false" : text;
}

/* Values that it may not have; NULL: it takes everything. */
static const char *const *bad_values(const struct option *option)
{
    static const char *const numbers[] = {"",    "x",    "2x",   " 2",  "+2",    "0x10", "nan",
                                          "inf", "-9e9", "1e99", "010", "1.5.1", NULL};
    static const char *const wholes[] = {"", "17.5", "2x", "1e99", "-1", "020", NULL};
    static const char *const words[] = {"", NULL}, *const choices[] = {"zzz", NULL};
    static const char *const sizes[] = {"",          "640", "640x",        "x480",
                                        "640x480x1", "8x8", "9999999x480", NULL};
    static const char *const times[] = {"", "x", "-1", "1:2:3:4", "1;30", "1:", NULL};
    static const char *const patterns[] = {"a+#", "\xff", NULL}, *const texts[] = {"\xff", NULL};
    switch (option->type) {
    case OPTION_NUMBER:
        return numbers;
    case OPTION_INT:
        return wholes;
    case OPTION_SIZE:
        return sizes;
    case OPTION_WORD:
        return option->choice ? choices : option->pattern ? times : words;
    case OPTION_TEXT:
        return option->choice                     ? choices
               : option->pattern                  ? patterns
               : strcmp(option->argument, "FILE") ? texts
                                                  : NULL;
    default:
        return NULL;
    }
}

/* Calls `check` for each option that a command takes. */
static void walk(void (*check)(enum mien_command, const struct option *, const char *flag))
{
    char flag[OPTION_NAME_MAX];
    for (enum mien_command command = 0; command < MIEN_COMMANDS; command++)
        for (size_t i = 0; i < option_count; i++)
            if (takes_option(command, &options[i]) && option_flag(&options[i], flag, sizeof flag))
                check(command, &options[i], flag);
}

static void same_field(const struct option *option, const struct mien_config *a,
                       const struct mien_config *b, bool same)
{
    const char *left = (const char *)a + option->offset, *right = (const char *)b + option->offset;
    size_t size = option->size ? option->size : 2 * sizeof(int);
    CU_ASSERT_EQUAL(option->type == OPTION_TEXT ? !strcmp(left, right) : !memcmp(left, right, size),
                    same);
}

static void is_accepted(enum mien_command command, const struct option *option, const char *flag)
{
    struct mien_config config, defaults;
    const char *value = good_value(option);
    mien_config_defaults(&defaults);
    config = defaults;
    if (option->type == OPTION_BOOL)
        CU_ASSERT_EQUAL(read_flag(command, strcmp(value, "true") ? "no-" : "", flag, NULL), 0)
    else
        CU_ASSERT_EQUAL(read_flag(command, "", flag, value), 0)
    CU_ASSERT(mien_command_line_has(&line, flag));
    mien_command_line_apply(&line, &config);
    same_field(option, &config, &defaults, false);
}

static void every_option_is_accepted(void)
{
    walk(is_accepted);
}

static void refuses_bad_values_of(enum mien_command command, const struct option *option,
                                  const char *flag)
{
    const char *const *values = bad_values(option);
    for (int i = 0; values && values[i]; i++) {
        CU_ASSERT_EQUAL(read_flag(command, "", flag, values[i]), -EINVAL);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, flag));
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "allowed is "));
    }
    if (option->type == OPTION_BOOL)
        CU_ASSERT_EQUAL(read_flag(command, "", flag, "true"), -EINVAL)
    else
        CU_ASSERT_EQUAL(read_flag(command, "", flag, NULL), -EINVAL) /* the value is missing */
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, flag));
}

static void every_bad_value_is_refused(void)
{
    walk(refuses_bad_values_of);
}

static void has_its_opposite(enum mien_command command, const struct option *option,
                             const char *flag)
{
    bool has_none = false;
    for (int i = 0; option->choice && option->choice(i); i++)
        has_none |= !strcmp(option->choice(i), "none");
    CU_ASSERT_EQUAL(read_flag(command, "no-", flag, NULL),
                    option->type == OPTION_BOOL || has_none ? 0 : -EINVAL);
    if (option->type != OPTION_BOOL)
        return;
    struct mien_config config;
    memset(&config, 1, sizeof config);
    mien_command_line_apply(&line, &config);
    CU_ASSERT_FALSE(*(bool *)((char *)&config + option->offset));
}

static void every_truth_has_a_no(void)
{
    walk(has_its_opposite);
}

/* A file, then the environment, then the command line say something else; the last one wins. */
static void command_line_wins(enum mien_command command, const struct option *option,
                              const char *flag)
{
    struct mien_config config, defaults;
    char variable[OPTION_NAME_MAX];
    const char *value = good_value(option), *initial = option->initial;
    if (!is_setting(option))
        return;
    mien_config_defaults(&defaults);
    option_variable(option, variable, sizeof variable);
    setenv(variable, value, 1);
    CU_ASSERT_EQUAL_FATAL(mien_config_load(&config, NULL, NULL), 0);
    same_field(option, &config, &defaults, false);
    if (option->filled) {
        initial = "";
    } else if (option->type == OPTION_BOOL) {
        CU_ASSERT_EQUAL(read_flag(command, strcmp(initial, "true") ? "no-" : "", flag, NULL), 0);
    } else {
        CU_ASSERT_EQUAL(read_flag(command, "", flag, initial), 0);
    }
    if (!option->filled) {
        CU_ASSERT_EQUAL(mien_config_load(&config, &line, NULL), 0);
        same_field(option, &config, &defaults, true);
    }
    unsetenv(variable);
}

static void the_command_line_wins(void)
{
    walk(command_line_wins);
}

/* Nothing is named twice where both could be meant, and what has to be said is said. */
static void is_unique(enum mien_command command, const struct option *option, const char *flag)
{
    char other[OPTION_NAME_MAX];
    for (const struct option *o = option + 1; o < options + option_count; o++) {
        if (!takes_option(command, o))
            continue;
        option_flag(o, other, sizeof other);
        CU_ASSERT_STRING_NOT_EQUAL(other, flag);
        CU_ASSERT(!option->letter || o->letter != option->letter ||
                  !(option->commands & o->commands));
    }
    CU_ASSERT(strncmp(flag, "no-", 3) != 0);
    CU_ASSERT_PTR_NOT_NULL(option->what);
    CU_ASSERT(option->type == OPTION_BOOL || option->argument);
}

static void names_are_unique(void)
{
    walk(is_unique);
    for (size_t i = 0; i < option_count; i++) {
        struct mien_config config;
        CU_ASSERT(!options[i].initial || !option_set(&options[i], &config, options[i].initial));
    }
}

static void reads_words_in_any_order(void)
{
    char *argv[] = {"annotate", "a.mp4", "-yqoout.mp4", "b.mp4", "--crf",
                    "18",       "--",    "-c.mp4",      "-"};
    struct mien_config config;
    mien_config_defaults(&config);
    CU_ASSERT_EQUAL_FATAL(mien_command_line_read(&line, MIEN_ANNOTATE, 9, argv, &error), 0);
    CU_ASSERT_EQUAL_FATAL(line.input_count, 4);
    CU_ASSERT_STRING_EQUAL(line.inputs[0], "a.mp4");
    CU_ASSERT_STRING_EQUAL(line.inputs[1], "b.mp4");
    CU_ASSERT_STRING_EQUAL(line.inputs[2], "-c.mp4");
    CU_ASSERT_STRING_EQUAL(line.inputs[3], "-");
    mien_command_line_apply(&line, &config);
    CU_ASSERT(config.output.overwrite && config.run.quiet);
    CU_ASSERT_STRING_EQUAL(config.output.file, "out.mp4");
    CU_ASSERT_EQUAL(config.encoding.crf, 18);
}

static void the_last_word_counts(void)
{
    char *argv[] = {"live", "--blur", "--fps=10", "--no-blur", "--fps=20"};
    struct mien_config config;
    mien_config_defaults(&config);
    CU_ASSERT_EQUAL_FATAL(mien_command_line_read(&line, MIEN_LIVE, 5, argv, &error), 0);
    mien_command_line_apply(&line, &config);
    CU_ASSERT_FALSE(config.window.blur);
    CU_ASSERT_EQUAL(config.camera.fps, 20);
}

static void names_what_was_meant(void)
{
    CU_ASSERT_EQUAL(read_flag(MIEN_KIOSK, "", "device", ""), -EINVAL);
    CU_ASSERT_STRING_EQUAL(error.text, "--device: '' is wrong; allowed is a DEVICE");
    CU_ASSERT_EQUAL(read_flag(MIEN_LIVE, "", "headles", NULL), -EINVAL);
    CU_ASSERT_STRING_EQUAL(error.text, "there is no option '--headles'; the nearest is --headless");
    char *argv[] = {"live", "a.mp4"};
    CU_ASSERT_EQUAL(mien_command_line_read(&line, MIEN_LIVE, 2, argv, &error), -EINVAL);
    CU_ASSERT_STRING_EQUAL(error.text, "'a.mp4' is not an option; `--video FILE` plays a file");
}

static bool allows(const char *flag, const char *word)
{
    return read_flag(MIEN_LIVE, "", flag, word) == 0;
}

/* The table's words are those of the parts that take them. */
static void words_are_those_of_the_parts(void)
{
    for (int i = 0; mien_network_level(i); i++)
        CU_ASSERT(allows("cpu", mien_network_level(i)));
    for (int i = 0; mien_precision(i); i++)
        CU_ASSERT(allows("precision", mien_precision(i)));
    for (size_t i = 0; i < option_count; i++)
        for (int w = 1; !strcmp(options[i].name, "format") && options[i].choice(w); w++) {
            const char *f = options[i].choice(w);
            CU_ASSERT(mien_convert_preference(v4l2_fourcc(f[0], f[1], f[2], f[3])) >= 0);
        }
}

static char *help_of(enum mien_command command, enum mien_help help)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    mien_command_line_help(&(struct mien_command_line){.command = command, .help = help}, out);
    fclose(out);
    return text;
}

static void is_explained(enum mien_command command, const struct option *option, const char *flag)
{
    char named[OPTION_NAME_MAX + 8];
    snprintf(named, sizeof named, option->type == OPTION_BOOL ? "--[no-]%s\n" : "--%s ", flag);
    char *text = help_of(command, MIEN_HELP_ALL);
    if (option->type == OPTION_BOOL)
        named[strlen(named) - 1] = '\0';
    CU_ASSERT_PTR_NOT_NULL(strstr(text, named));
    free(text);
}

/* ---- what the build makes of the table ---- */

static char *written(void (*write)(FILE *out))
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    write(out);
    fclose(out);
    return text;
}

static char *bash, *zsh, *fish, *manual;

static void is_in_all_of_them(enum mien_command command, const struct option *option,
                              const char *flag)
{
    char words[4][2 * OPTION_NAME_MAX];
    snprintf(words[0], sizeof words[0], "--%s", flag);
    snprintf(words[1], sizeof words[1], "'--%s[", flag);
    snprintf(words[2], sizeof words[2], "from %s' -l %s ", mien_command_name(command), flag);
    snprintf(words[3], sizeof words[3], "Fl -%s%s", flag,
             option->type == OPTION_BOOL ? " , Fl -no-" : " Ar ");
    CU_ASSERT_PTR_NOT_NULL(strstr(bash, words[0]));
    CU_ASSERT_PTR_NOT_NULL(strstr(zsh, words[1]));
    CU_ASSERT_PTR_NOT_NULL(strstr(fish, words[2]));
    CU_ASSERT_PTR_NOT_NULL(strstr(manual, words[3]));
}

static void completions_and_manual_tell_every_option(void)
{
    bash = written(write_bash_completion);
    zsh = written(write_zsh_completion);
    fish = written(write_fish_completion);
    manual = written(write_manual_options);
    walk(is_in_all_of_them);
    free(zsh);
    free(fish);
    free(manual);
}

/* What bash offers after a beginning. */
static void bash_offers(const char *words, const char *offered)
{
    char path[] = "/tmp/mien-test-options-XXXXXX", command[512], answer[4096] = "";
    int file = mkstemp(path);
    CU_ASSERT_EQUAL_FATAL(write(file, bash, strlen(bash)), (ssize_t)strlen(bash));
    close(file);
    snprintf(command, sizeof command,
             "bash -c 'source %s; COMP_WORDS=(mien %s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
             "_mien; echo \" ${COMPREPLY[*]} \"' 2>/dev/null",
             path, words);
    FILE *shell = popen(command, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(shell);
    CU_ASSERT_PTR_NOT_NULL(fgets(answer, sizeof answer, shell));
    CU_ASSERT_EQUAL(pclose(shell), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, offered));
    unlink(path);
}

static void bash_completes(void)
{
    bash_offers("li", " live ");
    bash_offers("live --precision \"\"", " auto fp32 bf16 int8 ");
    bash_offers("kiosk --no-bl", " --no-blur ");
    bash_offers("annotate --ex", " ");
    free(bash);
}

static void help_tells_every_option(void)
{
    walk(is_explained);
    for (enum mien_command command = 0; command < MIEN_COMMANDS; command++) {
        char *text = help_of(command, MIEN_HELP_ALL);
        for (char *l = strtok(text, "\n"); l; l = strtok(NULL, "\n")) {
            size_t columns = 0;
            for (const char *c = l; *c; c++)
                columns += (*c & 0xc0) != 0x80;
            CU_ASSERT(columns <= 80);
        }
        free(text);
    }
}

int main(void)
{
    const struct test tests[] = {
        {"every option is accepted", every_option_is_accepted},
        {"every bad value is refused", every_bad_value_is_refused},
        {"every truth has a --no-", every_truth_has_a_no},
        {"the command line wins", the_command_line_wins},
        {"names are unique", names_are_unique},
        {"reads words in any order", reads_words_in_any_order},
        {"the last word counts", the_last_word_counts},
        {"names what was meant", names_what_was_meant},
        {"words are those of the parts", words_are_those_of_the_parts},
        {"help tells every option", help_tells_every_option},
        {"completions and manual tell every option", completions_and_manual_tell_every_option},
        {"bash completes", bash_completes},
        {NULL, NULL},
    };
    return run_tests("options", tests);
}
