/* The levels of 64-bit ARM. */
#ifndef CORE_ARM_H
#define CORE_ARM_H

#include "../kernels.h"

void kernels_fill_neon(struct kernels *kernels);

#endif
