/* Run by the build: `generate bash|zsh|fish`, or `generate manual PAGE`, which puts the options in
 * the place of the page's line `.\" OPTIONS`. */
#include "generate.h"

#include <string.h>

static int write_manual(const char *path)
{
    char line[1024];
    FILE *page = fopen(path, "r");
    if (!page) {
        perror(path);
        return 1;
    }
    while (fgets(line, sizeof line, page))
        if (!strcmp(line, ".\\\" OPTIONS\n"))
            write_manual_options(stdout);
        else
            fputs(line, stdout);
    fclose(page);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "manual") && argc == 3)
        return write_manual(argv[2]);
    if (!strcmp(what, "bash"))
        write_bash_completion(stdout);
    else if (!strcmp(what, "zsh"))
        write_zsh_completion(stdout);
    else if (!strcmp(what, "fish"))
        write_fish_completion(stdout);
    else
        return 1;
    return 0;
}
