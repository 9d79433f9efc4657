// The network as a chain of oneDNN 2.x primitives: onednn MODEL fp32|bf16|int8 BATCH THREADS
// SECONDS
//
// As good as the library allows: layouts of its own choice, batch-norms in front of a relu folded
// into the weights, those behind one and additions as post-operations of the convolution. In int8
// it leaves out the batch-norms behind relus and takes one scale for all maps, so that its time
// counts and its answers do not.
#include <omp.h>

#include <cmath>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>
#include <vector>

#include "timing.h"
extern "C" {
#include "model_layers.h"
}

using namespace dnnl;
using type = memory::data_type;
using tag = memory::format_tag;

struct step {
    primitive what;
    std::unordered_map<int, memory> arguments;
};

struct peer {
    engine cpu{engine::kind::cpu, 0};
    stream queue{cpu};
    std::vector<step> steps;
    type values, weights;
    int batch;
    memory current, kept;
};

// One convolution with all that follows it up to the next layer that is none of its own.
struct convolution {
    const layer *conv;
    std::vector<float> weight, bias, scale, shift;
    bool relu = false, add = false;
};

static memory filled(peer &p, const memory::desc &desc, const float *from)
{
    memory made(desc, p.cpu);
    std::copy(from, from + desc.get_size() / sizeof(float),
              static_cast<float *>(made.get_data_handle()));
    return made;
}

// Weights in the layout and type that the primitive asks for; done once.
static memory reordered(peer &p, memory from, const memory::desc &wanted)
{
    memory made(wanted, p.cpu);
    primitive_attr attributes;
    if (p.weights == type::s8)
        attributes.set_output_scales(0, {200.0f});
    reorder(reorder::primitive_desc(p.cpu, from.get_desc(), p.cpu, wanted, attributes))
        .execute(p.queue, from, made);
    p.queue.wait();
    return made;
}

static void fold(convolution &c, const layer &norm)
{
    size_t filter = c.weight.size() / c.bias.size();
    for (size_t i = 0; i < c.bias.size(); i++) {
        float factor = norm.weight[i] / std::sqrt(norm.variance[i] + norm.epsilon);
        float rest = norm.bias[i] - norm.mean[i] * factor;
        if (c.relu) {
            c.scale.push_back(factor);
            c.shift.push_back(rest);
            continue;
        }
        for (size_t j = 0; j < filter; j++)
            c.weight[i * filter + j] *= factor;
        c.bias[i] = c.bias[i] * factor + rest;
    }
}

static void add_convolution(peer &p, const convolution &c)
{
    const layer &l = *c.conv;
    memory::dim filters = l.output.channels, inputs = l.input.channels, k = l.kernel,
                side = l.input.height, half = k / 2;
    bool whole = p.values == type::u8, post = !whole && !c.scale.empty();
    post_ops after;
    memory::desc channels({1, filters, 1, 1}, type::f32, tag::nchw);
    if (c.add)
        after.append_sum(1.0f);
    if (c.relu)
        after.append_eltwise(1.0f, algorithm::eltwise_relu, 0, 0);
    if (post) {
        after.append_binary(algorithm::binary_mul, channels);
        after.append_binary(algorithm::binary_add, channels);
    }
    primitive_attr attributes;
    attributes.set_post_ops(after);
    if (whole)
        attributes.set_output_scales(0, {0.005f});
    memory::desc weight_desc({filters, inputs, k, k}, p.weights, tag::any);
    memory::desc bias_desc({filters}, type::f32, tag::x);
    convolution_forward::primitive_desc desc(
        convolution_forward::desc(prop_kind::forward_inference, algorithm::convolution_direct,
                                  {{p.batch, inputs, side, side}, p.values, tag::any}, weight_desc,
                                  bias_desc, {{p.batch, filters, side, side}, p.values, tag::any},
                                  {1, 1}, {half, half}, {half, half}),
        attributes, p.cpu);
    memory source = p.current;
    if (source.get_desc() != desc.src_desc()) {
        source = memory(desc.src_desc(), p.cpu);
        p.steps.push_back(
            {reorder(p.current, source), {{DNNL_ARG_FROM, p.current}, {DNNL_ARG_TO, source}}});
    }
    memory weights = filled(p, {{filters, inputs, k, k}, type::f32, tag::oihw}, c.weight.data());
    memory output = c.add ? p.kept : memory(desc.dst_desc(), p.cpu);
    step made{convolution_forward(desc),
              {{DNNL_ARG_SRC, source},
               {DNNL_ARG_WEIGHTS, reordered(p, weights, desc.weights_desc())},
               {DNNL_ARG_BIAS, filled(p, bias_desc, c.bias.data())},
               {DNNL_ARG_DST, output}}};
    if (post) {
        int first = c.add + c.relu;
        made.arguments[DNNL_ARG_ATTR_MULTIPLE_POST_OP(first) | DNNL_ARG_SRC_1] =
            filled(p, channels, c.scale.data());
        made.arguments[DNNL_ARG_ATTR_MULTIPLE_POST_OP(first + 1) | DNNL_ARG_SRC_1] =
            filled(p, channels, c.shift.data());
    }
    p.steps.push_back(made);
    p.current = output;
}

static void add_pool(peer &p, const layer &l)
{
    memory::dim side = l.output.height;
    pooling_forward::primitive_desc desc(
        pooling_forward::desc(prop_kind::forward_inference, algorithm::pooling_max,
                              p.current.get_desc(),
                              {{p.batch, l.output.channels, side, side}, p.values, tag::any},
                              {2, 2}, {2, 2}, {0, 0}, {0, 0}),
        p.cpu);
    memory output(desc.dst_desc(), p.cpu);
    p.steps.push_back({pooling_forward(desc), {{DNNL_ARG_SRC, p.current}, {DNNL_ARG_DST, output}}});
    p.current = output;
}

// Takes in what follows the convolution at `i`; returns the layer after that.
static int gather(const layer_list &list, int i, convolution &c)
{
    const layer &l = list.layers[i];
    size_t filters = (size_t)l.output.channels;
    c.conv = &l;
    c.weight.assign(l.weight, l.weight + filters * l.input.channels * l.kernel * l.kernel);
    c.bias.assign(l.bias, l.bias + filters);
    for (i++; i < list.count; i++) {
        const layer &next = list.layers[i];
        if (next.op == LAYER_BATCH_NORM)
            fold(c, next);
        else if (next.op == LAYER_RELU)
            c.relu = true;
        else if (next.op == LAYER_RESIDUAL_END)
            c.add = true;
        else
            break;
    }
    return i;
}

static const layer *build(peer &p, const layer_list &list)
{
    for (int i = 0; i < list.count;) {
        const layer &l = list.layers[i];
        if (l.op == LAYER_CONV) {
            convolution c;
            i = gather(list, i, c);
            add_convolution(p, c);
            continue;
        }
        if (l.op == LAYER_DENSE)
            return &l;
        if (l.op == LAYER_MAX_POOL)
            add_pool(p, l);
        else if (l.op == LAYER_RESIDUAL_BEGIN)
            p.kept = p.current;
        i++;
    }
    return nullptr;
}

static void run(void *data)
{
    peer *p = static_cast<peer *>(data);
    for (step &s : p->steps)
        s.what.execute(p->queue, s.arguments);
    p->queue.wait();
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 1;
    struct mien_error error;
    struct mien_model *model = nullptr;
    if (mien_model_open(&model, argv[1], &error) < 0)
        return fprintf(stderr, "%s\n", error.text), 1;
    peer p;
    char kind = argv[2][0];
    p.values = kind == 'f' ? type::f32 : kind == 'b' ? type::bf16 : type::u8;
    p.weights = kind == 'i' ? type::s8 : p.values;
    p.batch = atoi(argv[3]);
    omp_set_num_threads(atoi(argv[4]));
    std::vector<float> picture((size_t)p.batch * 48 * 48);
    for (size_t i = 0; i < picture.size(); i++)
        picture[i] = noise((int)i);
    memory::dims size = {p.batch, 1, 48, 48};
    memory input = filled(p, {size, type::f32, tag::nchw}, picture.data());
    p.current = memory({size, p.values, tag::nchw}, p.cpu);
    p.steps.push_back(
        {reorder(input, p.current), {{DNNL_ARG_FROM, input}, {DNNL_ARG_TO, p.current}}});
    const layer *dense = build(p, *model_layers(model));
    int inputs = dense->input.channels, labels = dense->output.channels;
    memory last({{p.batch, inputs, 1, 1}, type::f32, tag::nchw}, p.cpu);
    p.steps.push_back(
        {reorder(p.current, last), {{DNNL_ARG_FROM, p.current}, {DNNL_ARG_TO, last}}});
    run(&p);
    std::vector<float> logits((size_t)labels);
    const float *features = static_cast<float *>(last.get_data_handle());
    for (int i = 0; i < labels; i++) {
        logits[i] = dense->bias[i];
        for (int j = 0; j < inputs; j++)
            logits[i] += features[j] * dense->weight[i * inputs + j];
    }
    time_runs(run, &p, atof(argv[5]), logits.data(), labels);
}
