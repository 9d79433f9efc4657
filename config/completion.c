/* Completions of the command line for bash, zsh and fish. */
#include <string.h>

#include "commands.h"
#include "generate.h"
#include "options.h"

/* Calls write(out, command, option, flag) for each option of a command that has a flag. */
static void each_option(FILE *out, enum mien_command command,
                        void (*write)(FILE *, enum mien_command, const struct option *,
                                      const char *flag))
{
    char flag[OPTION_NAME_MAX];
    for (size_t i = 0; i < option_count; i++)
        if (takes_option(command, &options[i]) && option_flag(&options[i], flag, sizeof flag))
            write(out, command, &options[i], flag);
}

static bool has_letter(enum mien_command command, const struct option *option)
{
    return option->letter && option->commands & 1u << command;
}

static bool is_file(const struct option *option)
{
    return option->argument &&
           (!strcmp(option->argument, "FILE") || !strcmp(option->argument, "DEVICE"));
}

static void write_choices(FILE *out, const struct option *option, const char *between)
{
    bool begun = false;
    for (int i = 0; option->choice && option->choice(i); i++) {
        if (!*option->choice(i))
            continue;
        fprintf(out, "%s%s", begun ? between : "", option->choice(i));
        begun = true;
    }
}

/* `text` without what the shell would take for its own. */
static void write_quoted(FILE *out, const char *text, const char *special)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\'", out);
        else if (strchr(special, *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void write_commands(FILE *out, const char *between)
{
    for (enum mien_command command = 0; command < MIEN_COMMANDS; command++)
        fprintf(out, "%s%s", command ? between : "", mien_command_name(command));
}

/* ---- bash ---- */

static void write_bash_flag(FILE *out, enum mien_command command, const struct option *option,
                            const char *flag)
{
    fprintf(out, option->type == OPTION_BOOL ? " --%s --no-%s" : " --%s", flag, flag);
    if (has_letter(command, option))
        fprintf(out, " -%c", option->letter);
}

static void write_bash_value(FILE *out, enum mien_command command, const struct option *option,
                             const char *flag)
{
    if (option->type == OPTION_BOOL)
        return;
    fprintf(out, "    '%s --%s'", mien_command_name(command), flag);
    if (has_letter(command, option))
        fprintf(out, " | '%s -%c'", mien_command_name(command), option->letter);
    fputs(") ", out);
    if (is_file(option))
        fputs("files=yes", out);
    fputs(" words='", out);
    write_choices(out, option, " ");
    fputs("' ;;\n", out);
}

void write_bash_completion(FILE *out)
{
    fputs("# bash completion of mien; made from the table of options\n"
          "_mien() {\n"
          "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
          "  local command=${COMP_WORDS[1]} words= files=\n"
          "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "    COMPREPLY=($(compgen -W '",
          out);
    write_commands(out, " ");
    fputs(" --help --version' -- \"$word\"))\n"
          "    return\n"
          "  fi\n"
          "  case \"$command $before\" in\n",
          out);
    for (enum mien_command command = 0; command < MIEN_COMMANDS; command++)
        each_option(out, command, write_bash_value);
    fputs("    *) case $command in\n", out);
    for (enum mien_command command = 0; command < MIEN_COMMANDS; command++) {
        fprintf(out, "      %s) %swords='--help --help-all", mien_command_name(command),
                command_texts[command].arguments ? "files=yes " : "");
        each_option(out, command, write_bash_flag);
        fputs("' ;;\n", out);
    }
    fputs("      esac ;;\n"
          "  esac\n"
          "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
          "  if [ \"$files\" ]; then\n"
          "    compopt -o filenames\n"
          "    COMPREPLY+=($(compgen -f -- \"$word\"))\n"
          "  fi\n"
          "}\n"
          "complete -F _mien mien\n",
          out);
}

/* ---- zsh ---- */

static void write_zsh_value(FILE *out, const struct option *option)
{
    if (option->type == OPTION_BOOL)
        return;
    fprintf(out, ":%s:", option->argument);
    if (option->choice) {
        fputc('(', out);
        write_choices(out, option, " ");
        fputc(')', out);
    } else if (is_file(option)) {
        fputs("_files", out);
    }
}

static void write_zsh_name(FILE *out, const char *dashes, const char *name,
                           const struct option *option)
{
    fprintf(out, "      '%s%s[", dashes, name);
    write_quoted(out, option->what, "[]:\\");
    fputc(']', out);
    write_zsh_value(out, option);
    fputs("' \\\n", out);
}

static void write_zsh_option(FILE *out, enum mien_command command, const struct option *option,
                             const char *flag)
{
    const char letter[] = {option->letter, '\0'};
    write_zsh_name(out, "--", flag, option);
    if (option->type == OPTION_BOOL)
        write_zsh_name(out, "--no-", flag, option);
    if (has_letter(command, option))
        write_zsh_name(out, "-", letter, option);
}

void write_zsh_completion(FILE *out)
{
    fputs("#compdef mien\n"
          "# made from the table of options\n"
          "local -a commands\n"
          "commands=(\n",
          out);
    for (enum mien_command command = 0; command < MIEN_COMMANDS; command++) {
        fprintf(out, "  '%s:", mien_command_name(command));
        write_quoted(out, mien_command_summary(command), ":\\");
        fputs("'\n", out);
    }
    fputs(")\n"
          "if (( CURRENT == 2 )); then\n"
          "  _describe command commands\n"
          "  return\n"
          "fi\n"
          "shift words\n"
          "(( CURRENT-- ))\n"
          "case $words[1] in\n",
          out);
    for (enum mien_command command = 0; command < MIEN_COMMANDS; command++) {
        fprintf(out, "  %s)\n    _arguments \\\n", mien_command_name(command));
        each_option(out, command, write_zsh_option);
        fputs("      '--help[explain the options]' '--help-all[explain every option]'", out);
        fputs(command_texts[command].arguments ? " '*:input:_files' ;;\n" : " ;;\n", out);
    }
    fputs("esac\n", out);
}

/* ---- fish ---- */

static void write_fish_name(FILE *out, enum mien_command command, const struct option *option,
                            const char *no, const char *flag)
{
    fprintf(out, "complete -c mien -n '__fish_seen_subcommand_from %s' -l %s%s",
            mien_command_name(command), no, flag);
    if (has_letter(command, option) && !*no)
        fprintf(out, " -s %c", option->letter);
    if (option->type != OPTION_BOOL)
        fputs(is_file(option) ? " -r -F" : " -x", out);
    if (option->choice) {
        fputs(" -a '", out);
        write_choices(out, option, " ");
        fputc('\'', out);
    }
    fputs(" -d '", out);
    write_quoted(out, option->what, "\\");
    fputs("'\n", out);
}

static void write_fish_option(FILE *out, enum mien_command command, const struct option *option,
                              const char *flag)
{
    write_fish_name(out, command, option, "", flag);
    if (option->type == OPTION_BOOL)
        write_fish_name(out, command, option, "no-", flag);
}

void write_fish_completion(FILE *out)
{
    fputs("# fish completion of mien; made from the table of options\n", out);
    for (enum mien_command command = 0; command < MIEN_COMMANDS; command++) {
        fprintf(out, "complete -c mien -f -n __fish_use_subcommand -a %s -d '",
                mien_command_name(command));
        write_quoted(out, mien_command_summary(command), "\\");
        fputs("'\n", out);
        if (command_texts[command].arguments)
            fprintf(out, "complete -c mien -n '__fish_seen_subcommand_from %s' -F\n",
                    mien_command_name(command));
        each_option(out, command, write_fish_option);
    }
}
