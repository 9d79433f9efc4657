/* Arrays that grow. Private to vision/recogniser. */
#ifndef VISION_GROW_H
#define VISION_GROW_H

#include <stddef.h>

#include "mien/error.h"

/* Makes *memory, with room for *room elements of `size` bytes, have room for at least `needed`.
 * Returns 0 or -ENOMEM, with both as they were. */
int grow(void **memory, int *room, int needed, size_t size, struct mien_error *error);

#endif
