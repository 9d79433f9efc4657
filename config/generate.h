/* What is made from the table when mien is built; private to config/. */
#ifndef CONFIG_GENERATE_H
#define CONFIG_GENERATE_H

#include <stdio.h>

void write_bash_completion(FILE *out);
void write_zsh_completion(FILE *out);
void write_fish_completion(FILE *out);

/* The options by group, as a section of an mdoc(7) page. */
void write_manual_options(FILE *out);

#endif
