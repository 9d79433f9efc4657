/* As AVX-512 with VNNI, with an instruction for products of two bfloats: vdpbf16ps. Where it runs
 * at half the rate of a multiply-add (Intel's, which have AMX for this) it gains only bytes. */
#include "zmm.h"

#include "../tiles.h"
#include "../winograd_tiles.h"
#include "x86.h"

void kernels_fill_avx512bf16(struct kernels *kernels)
{
    kernels->conv[FORMAT_BFLOAT] = conv_bfloat;
    kernels->winograd[FORMAT_BFLOAT] = winograd_bfloat;
    kernels->first = kernels->tiled = FORMAT_BFLOAT;
    kernels->tiled_outputs = WINOGRAD_OUTPUTS_MAX;
    kernels->fastest[0] = FORMAT_BYTE;
    kernels->fastest[1] = FORMAT_BFLOAT;
    kernels->fastest[2] = FORMAT_FLOAT;
}
