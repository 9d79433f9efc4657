#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20 };

static size_t alignment_of(size_t size)
{
    return size < HUGE_PAGE ? ALIGNMENT : HUGE_PAGE;
}

static size_t whole(size_t size)
{
    return (size / alignment_of(size) + 1) * alignment_of(size);
}

void *allocate_aligned(size_t size)
{
    void *memory = aligned_alloc(alignment_of(size), whole(size));
    if (memory && alignment_of(size) == HUGE_PAGE)
        madvise(memory, whole(size), MADV_HUGEPAGE); /* a wish: without it all works the same */
    return memory;
}

void *allocate_zeros(size_t size)
{
    void *memory = allocate_aligned(size);
    return memory ? memset(memory, 0, whole(size)) : NULL;
}
