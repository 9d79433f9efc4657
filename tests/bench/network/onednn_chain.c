#include "onednn_chain.h"

#include <oneapi/dnnl/dnnl_debug.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void chain_check(dnnl_status_t status, const char *function)
{
    if (status == dnnl_success)
        return;
    fprintf(stderr, "%s: %s\n", function, dnnl_status2str(status));
    exit(1);
}

void chain_init(struct chain *chain)
{
    CALL(dnnl_engine_create, &chain->cpu, dnnl_cpu, 0);
    CALL(dnnl_stream_create, &chain->queue, chain->cpu, dnnl_stream_default_flags);
}

/* ---- memory ---- */

dnnl_memory_desc_t chain_shape(int first, int channels, int side, dnnl_data_type_t type,
                               dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t desc;
    CALL(dnnl_memory_desc_init_by_tag, &desc, 4, (dnnl_dims_t){first, channels, side, side}, type,
         tag);
    return desc;
}

dnnl_memory_t chain_memory(struct chain *chain, const dnnl_memory_desc_t *desc)
{
    dnnl_memory_t made;
    CALL(dnnl_memory_create, &made, desc, chain->cpu, DNNL_MEMORY_ALLOCATE);
    return made;
}

const dnnl_memory_desc_t *chain_desc(dnnl_memory_t memory)
{
    const dnnl_memory_desc_t *desc;
    CALL(dnnl_memory_get_memory_desc, memory, &desc);
    return desc;
}

float *chain_values(dnnl_memory_t memory)
{
    void *values;
    CALL(dnnl_memory_get_data_handle, memory, &values);
    return values;
}

dnnl_memory_t chain_filled(struct chain *chain, const dnnl_memory_desc_t *desc, const float *from)
{
    dnnl_memory_t made = chain_memory(chain, desc);
    memcpy(chain_values(made), from, dnnl_memory_desc_get_size(desc));
    return made;
}

/* ---- steps ---- */

void chain_pass(struct step *step, int name, dnnl_memory_t memory)
{
    step->arguments[step->count++] = (dnnl_exec_arg_t){name, memory};
}

struct step chain_step(dnnl_primitive_desc_t desc)
{
    struct step step = {0};
    CALL(dnnl_primitive_create, &step.what, desc);
    CALL(dnnl_primitive_desc_destroy, desc);
    return step;
}

void chain_add(struct chain *chain, const struct step *step)
{
    chain->steps[chain->count++] = *step;
}

struct step chain_reorder(struct chain *chain, dnnl_memory_t from, dnnl_memory_t to,
                          const_dnnl_primitive_attr_t attributes)
{
    dnnl_primitive_desc_t desc;
    CALL(dnnl_reorder_primitive_desc_create, &desc, chain_desc(from), chain->cpu, chain_desc(to),
         chain->cpu, attributes);
    struct step step = chain_step(desc);
    chain_pass(&step, DNNL_ARG_FROM, from);
    chain_pass(&step, DNNL_ARG_TO, to);
    return step;
}

static void execute(struct chain *chain, const struct step *step)
{
    CALL(dnnl_primitive_execute, step->what, chain->queue, step->count, step->arguments);
}

void chain_once(struct chain *chain, const struct step *step)
{
    execute(chain, step);
    CALL(dnnl_stream_wait, chain->queue);
}

void chain_run(struct chain *chain)
{
    for (int i = 0; i < chain->count; i++)
        execute(chain, &chain->steps[i]);
    CALL(dnnl_stream_wait, chain->queue);
}
