/* Where a member of a JSON object stands in its text: cJSON tells values, but not places. */
#ifndef CONFIG_LOCATE_H
#define CONFIG_LOCATE_H

#include <stddef.h>

/* `object` points at the opening brace of an object in text that a JSON parser has accepted.
 * Returns its `index`-th key (at the quote) and, in *value, where that key's value begins. */
const char *locate_member(const char *object, int index, const char **value);

/* The line and column (from 1, in bytes) of `place` in the text that begins at `text`. */
void locate_line(const char *text, const char *place, int *line, int *column);

#endif
