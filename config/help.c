/* --help, from the table of options. */
#include <string.h>

#include "base/utf8.h"
#include "commands.h"
#include "options.h"

enum { WIDTH = 79, INDENT = 30 };

static size_t columns_of(const char *text, size_t bytes)
{
    size_t columns = 0;
    for (size_t i = 0; i < bytes; i++)
        columns += (text[i] & 0xc0) != 0x80;
    return columns;
}

/* Words of `text` from column `at` on; further lines begin at `indent`. Ends the line. */
static void wrap(FILE *out, const char *text, size_t at, size_t indent)
{
    bool first = true;
    while (*text) {
        size_t bytes = strcspn(text, " "), columns = columns_of(text, bytes);
        if (!first && at + 1 + columns > WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            fputc(' ', out);
            at++;
        }
        fwrite(text, 1, bytes, out);
        at += columns;
        text += bytes;
        text += strspn(text, " ");
        first = false;
    }
    fputc('\n', out);
}

/* Paragraphs; lines that begin with a space stay as they are. */
static void print_paragraphs(FILE *out, const char *text)
{
    char paragraph[1024];
    while (*text) {
        size_t length = strcspn(text, "\n");
        snprintf(paragraph, sizeof paragraph, "%.*s", (int)length, text);
        if (*paragraph == ' ')
            fprintf(out, "%s\n", paragraph);
        else
            wrap(out, paragraph, 0, 0);
        text += length + (text[length] == '\n');
    }
}

/* " (0 to 1; 0.1 unless given)" */
void option_hint(const struct option *option, char *text, size_t size)
{
    char range[OPTION_ALLOWED_MAX] = "", initial[OPTION_ALLOWED_MAX] = "";
    if (option->choice)
        option_allowed(option, range, sizeof range);
    else if (option->type == OPTION_INT || option->type == OPTION_NUMBER)
        snprintf(range, sizeof range, "%g to %.10g", option->low, option->high);
    if (option->initial && *option->initial && strcmp(option->initial, "false"))
        snprintf(initial, sizeof initial, "default: %s",
                 option->type == OPTION_BOOL ? "yes" : option->initial);
    *text = '\0';
    if (*range || *initial)
        snprintf(text, size, " (%s%s%s)", range, *range && *initial ? "; " : "", initial);
}

static void print_option(FILE *out, const struct option *option)
{
    char flag[OPTION_NAME_MAX], left[2 * OPTION_NAME_MAX + 16], letter[8] = "    ";
    char hint[2 * OPTION_ALLOWED_MAX + 32], right[1024];
    if (option->letter)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    option_flag(option, flag, sizeof flag);
    if (option->type == OPTION_BOOL)
        snprintf(left, sizeof left, "  %s--[no-]%s", letter, flag);
    else
        snprintf(left, sizeof left, "  %s--%s %s", letter, flag, option->argument);
    option_hint(option, hint, sizeof hint);
    snprintf(right, sizeof right, "%s%s", option->what, hint);
    if (strlen(left) + 2 > INDENT)
        fprintf(out, "%s\n%*s", left, INDENT, "");
    else
        fprintf(out, "%-*s", INDENT, left);
    wrap(out, right, INDENT, INDENT);
}

/* Returns how many options of the group were left out. */
static int print_group(FILE *out, const struct group *group, const struct mien_command_line *line)
{
    char flag[OPTION_NAME_MAX];
    int left_out = 0;
    bool begun = false;
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &options[i];
        if (group_of(option) != group || !takes_option(line->command, option) ||
            !option_flag(option, flag, sizeof flag))
            continue;
        bool common = option->flag && option->commands & 1u << line->command;
        if (!common && line->help != MIEN_HELP_ALL) {
            left_out++;
            continue;
        }
        if (!begun)
            fprintf(out, "\n%s\n", group->heading);
        begun = true;
        print_option(out, option);
    }
    return left_out;
}

void mien_command_line_help(const struct mien_command_line *line, FILE *out)
{
    const struct command_text *text = &command_texts[line->command];
    int left_out = 0;
    fprintf(out, "Usage: mien %s [OPTION…]%s%s\n", text->name, text->arguments ? " " : "",
            text->arguments ? text->arguments : "");
    print_paragraphs(out, text->what);
    for (size_t i = 0; i < group_count; i++)
        left_out += print_group(out, &groups[i], line);
    if (left_out)
        fprintf(out, "\n`mien %s --help-all` lists %d more, for every setting.\n", text->name,
                left_out);
    if (text->notes) {
        fputc('\n', out);
        print_paragraphs(out, text->notes);
    }
}
