/* Where the files that came with mien lie. They are looked for from the program's own place, so an
 * installation can be moved, and the build folder is laid out as one. */
#ifndef APP_PLACE_H
#define APP_PLACE_H

#include <stdbool.h>
#include <stddef.h>

/* The path of `file` in a folder under the prefix, such as "share/mien/models". Returns whether it
 * can be read; `path` is where it should be, else. */
bool place_find(char *path, size_t size, const char *folder, const char *file);

#endif
