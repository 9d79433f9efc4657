/* The levels of x86, each a file compiled with its own flags. */
#ifndef CORE_X86_H
#define CORE_X86_H

#include "../kernels.h"

void kernels_fill_sse41(struct kernels *kernels);      /* CPUs since 2008 */
void kernels_fill_avx2(struct kernels *kernels);       /* with FMA and F16C */
void kernels_fill_avxvnni(struct kernels *kernels);    /* AVX-VNNI: Alder Lake, Zen 5 */
void kernels_fill_avx512(struct kernels *kernels);     /* F, BW, DQ, VL: Skylake-X */
void kernels_fill_avx512vnni(struct kernels *kernels); /* Cascade Lake, Ice Lake */
void kernels_fill_avx512bf16(struct kernels *kernels); /* Zen 4, Cooper Lake */
void kernels_fill_amx(struct kernels *kernels);        /* BF16 and INT8: Sapphire Rapids */

/* The same with tiles in plain memory, for tests on CPUs with AVX-512 and bfloats. */
void kernels_fill_amx_emulated(struct kernels *kernels);

#endif
