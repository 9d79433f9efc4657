/* As AVX-512, with an instruction for products of four bytes: vpdpbusd. */
#include "zmm.h"

#include "../tiles.h"
#include "x86.h"

void kernels_fill_avx512vnni(struct kernels *kernels)
{
    kernels->conv[FORMAT_BYTE] = conv_byte;
    kernels->tiled = FORMAT_BYTE;
}
