/* A chain of oneDNN's primitives, each with what it reads and writes. What its steps use lives as
 * long as the program. */
#ifndef TESTS_BENCH_ONEDNN_CHAIN_H
#define TESTS_BENCH_ONEDNN_CHAIN_H

#include <oneapi/dnnl/dnnl.h>

#include "network/layers.h"

enum { ARGUMENTS_MAX = 6, STEPS_MAX = 2 * LAYERS_MAX + 2 };

struct step {
    dnnl_primitive_t what;
    dnnl_exec_arg_t arguments[ARGUMENTS_MAX];
    int count;
};

struct chain {
    dnnl_engine_t cpu;
    dnnl_stream_t queue;
    struct step steps[STEPS_MAX];
    int count;
};

/* Calls a function of the library; ends the program, with the function's name, where it fails. */
#define CALL(function, ...) chain_check(function(__VA_ARGS__), #function)
void chain_check(dnnl_status_t status, const char *function);

/* A zeroed chain. */
void chain_init(struct chain *chain);

/* ---- memory ---- */

dnnl_memory_desc_t chain_shape(int first, int channels, int side, dnnl_data_type_t type,
                               dnnl_format_tag_t tag);
dnnl_memory_t chain_memory(struct chain *chain, const dnnl_memory_desc_t *desc);
dnnl_memory_t chain_filled(struct chain *chain, const dnnl_memory_desc_t *desc, const float *from);
const dnnl_memory_desc_t *chain_desc(dnnl_memory_t memory);
float *chain_values(dnnl_memory_t memory);

/* ---- steps ---- */

/* Takes the description over. The step is yet to be passed its arguments, then to be added. */
struct step chain_step(dnnl_primitive_desc_t desc);
void chain_pass(struct step *step, int name, dnnl_memory_t memory);
void chain_add(struct chain *chain, const struct step *step);

/* A complete step. `attributes` may be NULL. */
struct step chain_reorder(struct chain *chain, dnnl_memory_t from, dnnl_memory_t to,
                          const_dnnl_primitive_attr_t attributes);

/* Does one step now, in the chain or not. */
void chain_once(struct chain *chain, const struct step *step);
void chain_run(struct chain *chain);

#endif
