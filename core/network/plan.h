/* The plan of a compiled network: operations in order, and where their maps lie in the arena. */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include <stddef.h>

#include "channels.h"
#include "kernels.h"
#include "layers.h"
#include "mien/error.h"

enum operation_kind { OP_CONV, OP_POINTWISE, OP_POOL, OP_AVERAGE };

/* A map between two operations. */
struct map {
    struct shape shape;
    enum format format;
    int depth;                       /* channels stored together: 1 for the input, else 16 */
    int border_height, border_width; /* around it, as wide as the operations that read it need */
    int needed_height, needed_width; /* the part that somebody reads */
    int last_reader;                 /* operation */
    size_t offset;                   /* of the map with its border in the arena, in bytes */
    struct channel *channels;        /* blocks_of(shape.channels) * 16 */
};

/* kernel_height and kernel_width: of conv without the taps that can only meet padding; of average
 * the whole input. */
struct operation {
    enum operation_kind kind;
    int input, output, add; /* maps; add is -1 for none */
    int relu;
    const struct layer *layer; /* conv: has the weights; NULL: a copy, or they are forgotten */
    int kernel_height, kernel_width;
    /* For each channel of the output, as kernels.h has it. What is written here is that of values;
     * packing the weights adapts it to the formats of the maps. */
    float *multiplier, *bias, *add_multiplier, *scale, *shift;
};

struct plan {
    int operation_count, map_count;
    struct operation *operations; /* map 0 is the input; the last one's output the logits */
    struct map *maps;
    float *factors;           /* memory of the operations' multiplier… */
    struct channel *channels; /* and of the maps' channels */
    size_t arena;             /* bytes */
};

/* Plans for maps of this format, wherever one can have it and `kernels` name no better one. Returns
 * 0, -ENOMEM, or -EINVAL where the maps would be absurdly large. The layers must live until
 * plan_forget_layers or plan_free. */
int plan_make(struct plan *plan, const struct layer_list *layers, enum format format,
              const struct kernels *kernels, struct mien_error *error);
void plan_free(struct plan *plan);

/* The weights are packed: nobody looks at the layers any more, and they may go. */
void plan_forget_layers(struct plan *plan);

/* The side of Winograd's tiles that the operation would be computed in, between these maps; 0: it
 * would not. */
int plan_tile(const struct operation *operation, const struct map *input, const struct map *output);

int blocks_of(int channels);                /* of 16, rounded up */
int input_blocks_of(const struct map *map); /* the same of any map: the input is one block of one */

/* Bytes from one pixel (row, block) of a map to the next. */
ptrdiff_t map_pixel(const struct map *map);
ptrdiff_t map_row(const struct map *map);
ptrdiff_t map_block(const struct map *map);

#endif
