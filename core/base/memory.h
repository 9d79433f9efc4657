/* Aligned memory, to be freed with free(). Megabytes are wished into huge pages: those that are
 * read for every picture miss fewer translations there, and those of a moment cost fewer page
 * faults. */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include <stddef.h>

void *allocate_aligned(size_t size); /* NULL without memory; 64 bytes at least */
void *allocate_zeros(size_t size);   /* the same, all zero */

#endif
