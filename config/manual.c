/* The manual's section on options, in mdoc(7). */
#include <string.h>

#include "generate.h"
#include "options.h"

static void write_text(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    for (; *text; text++)
        if (!strncmp(text, "…", strlen("…"))) { /* troff wants ASCII */
            fputs("...", out);
            text += strlen("…") - 1;
        } else {
            fputs(*text == '\\' ? "\\e" : (const char[]){*text, '\0'}, out);
        }
}

static void write_commands(FILE *out, const struct option *option)
{
    const char *before = "Commands: ";
    for (enum mien_command command = 0; command < MIEN_COMMANDS; command++) {
        if (!(option->commands & 1u << command))
            continue;
        fprintf(out, "%s%s", before, mien_command_name(command));
        before = ", ";
    }
    fputs(".\n", out);
}

static void write_option(FILE *out, const struct option *option)
{
    char flag[OPTION_NAME_MAX], variable[OPTION_NAME_MAX], hint[2 * OPTION_ALLOWED_MAX + 32];
    bool has_flag = option_flag(option, flag, sizeof flag);
    if (option->letter)
        fprintf(out, ".It Fl %c , Fl -%s", option->letter, flag);
    else if (has_flag)
        fprintf(out, ".It Fl -%s", flag);
    else
        fprintf(out, ".It Sy %s.%s", option->group, option->name);
    if (option->type == OPTION_BOOL)
        fprintf(out, " , Fl -no-%s\n", flag);
    else
        fprintf(out, has_flag ? " Ar %s\n" : "\n", option->argument);
    option_hint(option, hint, sizeof hint);
    write_text(out, option->what);
    fprintf(out, "%s.\n", hint);
    option_variable(option, variable, sizeof variable);
    if (is_setting(option))
        fprintf(out, "Key\n.Sy %s.%s ,\nvariable\n.Ev %s%s%s .\n", option->group, option->name,
                variable, option->variable ? " or " : "", option->variable ? option->variable : "");
    else if (option->variable)
        fprintf(out, "Variable\n.Ev %s .\n", option->variable);
    write_commands(out, option);
}

void write_manual_options(FILE *out)
{
    fputs(".Sh OPTIONS\n"
          "An option that says yes or no has its opposite as\n"
          ".Fl -no- Ns Ar option .\n"
          "Every setting has an option, a key in configuration files and a variable in the\n"
          "environment.\n",
          out);
    for (size_t g = 0; g < group_count; g++) {
        fprintf(out, ".Ss %s\n.Bl -tag -width indent\n", groups[g].heading);
        for (size_t i = 0; i < option_count; i++)
            if (group_of(&options[i]) == &groups[g])
                write_option(out, &options[i]);
        fputs(".El\n", out);
    }
}
