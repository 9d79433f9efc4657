/* The network as a chain of oneDNN 2.x primitives: onednn MODEL fp32|bf16|int8 BATCH THREADS
 * SECONDS
 *
 * As good as the library allows: layouts of its own choice, batch-norms in front of a relu folded
 * into the weights, those behind one and additions as post-operations of the convolution. In int8
 * it leaves out the batch-norms behind relus and takes one scale for all maps, so that its time
 * counts and its answers do not. */
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <string.h>

#include "network/model_layers.h"
#include "onednn_chain.h"
#include "timing.h"

enum { SIDE = 48 };

struct peer {
    struct chain chain;
    dnnl_data_type_t values, weights;
    int batch;
    dnnl_memory_t current, kept;
};

/* One convolution with all that follows it up to the next layer that is none of its own. */
struct convolution {
    const struct layer *conv;
    float *weight, *bias;
    float *scale, *shift; /* of a batch-norm behind the relu; NULL: there is none */
    bool relu, add;
};

static float *floats(size_t count, const float *from)
{
    float *made = calloc(count, sizeof *made);
    chain_check(made ? dnnl_success : dnnl_out_of_memory, "calloc");
    if (from)
        memcpy(made, from, count * sizeof *made);
    return made;
}

/* The current maps in this layout and type; they stay what they are where they have it. */
static dnnl_memory_t current_as(struct peer *p, const dnnl_memory_desc_t *wanted)
{
    if (dnnl_memory_desc_equal(chain_desc(p->current), wanted))
        return p->current;
    dnnl_memory_t made = chain_memory(&p->chain, wanted);
    struct step step = chain_reorder(&p->chain, p->current, made, NULL);
    chain_add(&p->chain, &step);
    return made;
}

/* ---- convolutions ---- */

static dnnl_primitive_attr_t attributes_of(const struct peer *p, const struct convolution *c,
                                           const dnnl_memory_desc_t *channels)
{
    dnnl_primitive_attr_t attributes;
    dnnl_post_ops_t after;
    CALL(dnnl_primitive_attr_create, &attributes);
    CALL(dnnl_post_ops_create, &after);
    if (c->add)
        CALL(dnnl_post_ops_append_sum, after, 1);
    if (c->relu)
        CALL(dnnl_post_ops_append_eltwise, after, 1, dnnl_eltwise_relu, 0, 0);
    if (c->scale) {
        CALL(dnnl_post_ops_append_binary, after, dnnl_binary_mul, channels);
        CALL(dnnl_post_ops_append_binary, after, dnnl_binary_add, channels);
    }
    CALL(dnnl_primitive_attr_set_post_ops, attributes, after);
    CALL(dnnl_post_ops_destroy, after);
    if (p->values == dnnl_u8)
        CALL(dnnl_primitive_attr_set_output_scales, attributes, 1, 0, &(float){0.005f});
    return attributes;
}

static dnnl_primitive_desc_t describe(struct peer *p, const struct convolution *c,
                                      const dnnl_memory_desc_t *bias,
                                      const dnnl_memory_desc_t *channels)
{
    const struct layer *l = c->conv;
    int filters = l->output.channels, inputs = l->input.channels, side = l->input.height;
    dnnl_memory_desc_t source = chain_shape(p->batch, inputs, side, p->values, dnnl_format_tag_any);
    dnnl_memory_desc_t weights =
        chain_shape(filters, inputs, l->kernel, p->weights, dnnl_format_tag_any);
    dnnl_memory_desc_t output =
        chain_shape(p->batch, filters, side, p->values, dnnl_format_tag_any);
    dnnl_dims_t steps = {1, 1}, edge = {l->kernel / 2, l->kernel / 2};
    dnnl_convolution_desc_t wish;
    CALL(dnnl_convolution_forward_desc_init, &wish, dnnl_forward_inference, dnnl_convolution_direct,
         &source, &weights, bias, &output, steps, edge, edge);
    dnnl_primitive_attr_t attributes = attributes_of(p, c, channels);
    dnnl_primitive_desc_t desc;
    CALL(dnnl_primitive_desc_create, &desc, &wish, attributes, p->chain.cpu, NULL);
    CALL(dnnl_primitive_attr_destroy, attributes);
    return desc;
}

/* Weights in the layout and type that the primitive asks for; done once. */
static dnnl_memory_t place_weights(struct peer *p, const struct convolution *c,
                                   const dnnl_memory_desc_t *wanted)
{
    const struct layer *l = c->conv;
    dnnl_memory_desc_t plain =
        chain_shape(l->output.channels, l->input.channels, l->kernel, dnnl_f32, dnnl_oihw);
    dnnl_memory_t from = chain_filled(&p->chain, &plain, c->weight),
                  made = chain_memory(&p->chain, wanted);
    dnnl_primitive_attr_t attributes;
    CALL(dnnl_primitive_attr_create, &attributes);
    if (p->weights == dnnl_s8)
        CALL(dnnl_primitive_attr_set_output_scales, attributes, 1, 0, &(float){200});
    struct step once = chain_reorder(&p->chain, from, made, attributes);
    chain_once(&p->chain, &once);
    CALL(dnnl_primitive_destroy, once.what);
    CALL(dnnl_primitive_attr_destroy, attributes);
    CALL(dnnl_memory_destroy, from);
    return made;
}

static void add_convolution(struct peer *p, const struct convolution *c)
{
    int filters = c->conv->output.channels;
    dnnl_memory_desc_t bias, channels = chain_shape(1, filters, 1, dnnl_f32, dnnl_nchw);
    CALL(dnnl_memory_desc_init_by_tag, &bias, 1, (dnnl_dims_t){filters}, dnnl_f32, dnnl_x);
    dnnl_primitive_desc_t desc = describe(p, c, &bias, &channels);
    dnnl_memory_t source = current_as(p, dnnl_primitive_desc_query_md(desc, dnnl_query_src_md, 0));
    dnnl_memory_t weights =
        place_weights(p, c, dnnl_primitive_desc_query_md(desc, dnnl_query_weights_md, 0));
    p->current =
        c->add ? p->kept
               : chain_memory(&p->chain, dnnl_primitive_desc_query_md(desc, dnnl_query_dst_md, 0));
    struct step step = chain_step(desc);
    chain_pass(&step, DNNL_ARG_SRC, source);
    chain_pass(&step, DNNL_ARG_WEIGHTS, weights);
    chain_pass(&step, DNNL_ARG_BIAS, chain_filled(&p->chain, &bias, c->bias));
    chain_pass(&step, DNNL_ARG_DST, p->current);
    if (c->scale) {
        int first = c->add + c->relu;
        chain_pass(&step, DNNL_ARG_ATTR_MULTIPLE_POST_OP(first) | DNNL_ARG_SRC_1,
                   chain_filled(&p->chain, &channels, c->scale));
        chain_pass(&step, DNNL_ARG_ATTR_MULTIPLE_POST_OP(first + 1) | DNNL_ARG_SRC_1,
                   chain_filled(&p->chain, &channels, c->shift));
    }
    chain_add(&p->chain, &step);
}

/* ---- layers ---- */

static size_t filter_size(const struct layer *conv)
{
    return (size_t)conv->input.channels * (size_t)conv->kernel * (size_t)conv->kernel;
}

static void fold(struct convolution *c, const struct layer *norm)
{
    size_t filters = (size_t)c->conv->output.channels, size = filter_size(c->conv);
    if (c->relu) {
        c->scale = floats(filters, NULL);
        c->shift = floats(filters, NULL);
    }
    for (size_t i = 0; i < filters; i++) {
        float factor = norm->weight[i] / sqrtf(norm->variance[i] + norm->epsilon);
        float rest = norm->bias[i] - norm->mean[i] * factor;
        if (c->relu) {
            c->scale[i] = factor;
            c->shift[i] = rest;
            continue;
        }
        for (size_t j = 0; j < size; j++)
            c->weight[i * size + j] *= factor;
        c->bias[i] = c->bias[i] * factor + rest;
    }
}

/* Takes in what follows the convolution at `i`; returns the layer after that. Post-operations on
 * whole numbers would need scales of their own: int8 does without the batch-norms there. */
static int gather(const struct peer *p, const struct layer_list *list, int i, struct convolution *c)
{
    const struct layer *l = &list->layers[i];
    size_t filters = (size_t)l->output.channels;
    *c = (struct convolution){.conv = l,
                              .weight = floats(filters * filter_size(l), l->weight),
                              .bias = floats(filters, l->bias)};
    for (i++; i < list->count; i++) {
        const struct layer *next = &list->layers[i];
        if (next->op == LAYER_BATCH_NORM && (!c->relu || p->values != dnnl_u8))
            fold(c, next);
        else if (next->op == LAYER_RELU)
            c->relu = true;
        else if (next->op == LAYER_RESIDUAL_END)
            c->add = true;
        else if (next->op != LAYER_BATCH_NORM)
            break;
    }
    return i;
}

static int take_convolution(struct peer *p, const struct layer_list *list, int i)
{
    struct convolution c;
    int next = gather(p, list, i, &c);
    add_convolution(p, &c);
    free(c.weight);
    free(c.bias);
    free(c.scale);
    free(c.shift);
    return next;
}

static void add_pool(struct peer *p, const struct layer *l)
{
    dnnl_memory_desc_t output =
        chain_shape(p->batch, l->output.channels, l->output.height, p->values, dnnl_format_tag_any);
    dnnl_dims_t two = {2, 2}, edge = {0, 0};
    dnnl_pooling_desc_t wish;
    CALL(dnnl_pooling_forward_desc_init, &wish, dnnl_forward_inference, dnnl_pooling_max,
         chain_desc(p->current), &output, two, two, edge, edge);
    dnnl_primitive_desc_t desc;
    CALL(dnnl_primitive_desc_create, &desc, &wish, NULL, p->chain.cpu, NULL);
    dnnl_memory_t made =
        chain_memory(&p->chain, dnnl_primitive_desc_query_md(desc, dnnl_query_dst_md, 0));
    struct step step = chain_step(desc);
    chain_pass(&step, DNNL_ARG_SRC, p->current);
    chain_pass(&step, DNNL_ARG_DST, made);
    chain_add(&p->chain, &step);
    p->current = made;
}

/* Adds all up to the dense layer, which it returns; NULL: there is none. */
static const struct layer *build(struct peer *p, const struct layer_list *list)
{
    for (int i = 0; i < list->count;) {
        const struct layer *l = &list->layers[i];
        if (l->op == LAYER_CONV) {
            i = take_convolution(p, list, i);
            continue;
        }
        if (l->op == LAYER_DENSE)
            return l;
        if (l->op == LAYER_MAX_POOL)
            add_pool(p, l);
        else if (l->op == LAYER_RESIDUAL_BEGIN)
            p->kept = p->current;
        i++;
    }
    return NULL;
}

/* ---- the program ---- */

static void add_input(struct peer *p)
{
    size_t count = (size_t)p->batch * SIDE * SIDE;
    float *picture = floats(count, NULL);
    for (size_t i = 0; i < count; i++)
        picture[i] = noise((int)i);
    dnnl_memory_desc_t given = chain_shape(p->batch, 1, SIDE, dnnl_f32, dnnl_nchw);
    dnnl_memory_desc_t wanted = chain_shape(p->batch, 1, SIDE, p->values, dnnl_nchw);
    dnnl_memory_t input = chain_filled(&p->chain, &given, picture);
    free(picture);
    p->current = chain_memory(&p->chain, &wanted);
    struct step step = chain_reorder(&p->chain, input, p->current, NULL);
    chain_add(&p->chain, &step);
}

/* Adds the step from the last maps to the features of the dense layer, whatever their type. */
static const float *add_features(struct peer *p, const struct layer *dense)
{
    dnnl_memory_desc_t wanted =
        chain_shape(p->batch, dense->input.channels, 1, dnnl_f32, dnnl_nchw);
    dnnl_memory_t last = chain_memory(&p->chain, &wanted);
    struct step step = chain_reorder(&p->chain, p->current, last, NULL);
    chain_add(&p->chain, &step);
    return chain_values(last);
}

static void run(void *data)
{
    chain_run(data);
}

int main(int argc, char **argv)
{
    static struct peer p;
    struct mien_error error;
    struct mien_model *model = NULL;
    if (argc != 6)
        return 1;
    if (mien_model_open(&model, argv[1], &error) < 0)
        return fprintf(stderr, "%s\n", error.text), 1;
    char kind = argv[2][0];
    p.values = kind == 'f' ? dnnl_f32 : kind == 'b' ? dnnl_bf16 : dnnl_u8;
    p.weights = kind == 'i' ? dnnl_s8 : p.values;
    p.batch = atoi(argv[3]);
    omp_set_num_threads(atoi(argv[4]));
    chain_init(&p.chain);
    add_input(&p);
    const struct layer *dense = build(&p, model_layers(model));
    const float *features = add_features(&p, dense);
    chain_run(&p.chain);
    int inputs = dense->input.channels, labels = dense->output.channels;
    float logits[MIEN_LABELS_MAX];
    for (int i = 0; i < labels; i++) {
        logits[i] = dense->bias[i];
        for (int j = 0; j < inputs; j++)
            logits[i] += features[j] * dense->weight[i * inputs + j];
    }
    time_runs(run, &p.chain, atof(argv[5]), logits, labels);
}
