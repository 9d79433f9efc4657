/* The network in ONNX Runtime, loaded from a file, through the table of its C interface (the places
 * in it are those of onnxruntime_c_api.h, which only ever grows at the end):
 *   onnxruntime LIBRARY NET.onnx BATCH THREADS SECONDS */
#include <dlfcn.h>
#include <stdint.h>

#include "timing.h"

typedef void *handle;
typedef handle (*entry)();

enum {
    GET_ERROR_MESSAGE = 2,
    CREATE_ENV = 3,
    CREATE_SESSION = 7,
    RUN = 9,
    CREATE_SESSION_OPTIONS = 10,
    SET_OPTIMIZATION_LEVEL = 23,
    SET_INTRA_THREADS = 24,
    CREATE_TENSOR_WITH_DATA = 49,
    CREATE_CPU_MEMORY_INFO = 69,
    ALL_OPTIMIZATIONS = 99,
    VERSION = 17,
};

struct base {
    handle (*get_api)(uint32_t version);
};

struct peer {
    entry *api;
    handle session, input, output;
};

static void check(entry *api, handle status)
{
    if (!status)
        return;
    fprintf(stderr, "onnxruntime: %s\n", (const char *)api[GET_ERROR_MESSAGE](status));
    exit(1);
}

static void run(void *data)
{
    struct peer *p = data;
    static const char *const inputs[] = {"face"}, *const outputs[] = {"logits"};
    check(p->api, p->api[RUN](p->session, NULL, inputs, &p->input, (size_t)1, outputs, (size_t)1,
                              &p->output));
}

static handle tensor(struct peer *p, handle memory, float *values, int64_t *shape, int rank)
{
    size_t size = sizeof *values;
    handle made = NULL;
    for (int i = 0; i < rank; i++)
        size *= (size_t)shape[i];
    check(p->api,
          p->api[CREATE_TENSOR_WITH_DATA](memory, values, size, shape, (size_t)rank, 1, &made));
    return made;
}

int main(int argc, char **argv)
{
    static float values[64 * 48 * 48], logits[64 * 7];
    if (argc != 6 || atoi(argv[3]) > 64)
        return 1;
    handle library = dlopen(argv[1], RTLD_NOW);
    struct base *(*get_base)(void) =
        library ? (struct base * (*)(void)) dlsym(library, "OrtGetApiBase") : NULL;
    if (!get_base)
        return fprintf(stderr, "onnxruntime: %s\n", dlerror()), 1;
    int64_t batch = atoi(argv[3]), in[] = {batch, 1, 48, 48}, out[] = {batch, 7};
    for (int i = 0; i < batch * 48 * 48; i++)
        values[i] = noise(i);
    struct peer p = {.api = get_base()->get_api(VERSION)};
    handle environment, options, memory;
    check(p.api, p.api[CREATE_ENV](3, "peer", &environment));
    check(p.api, p.api[CREATE_SESSION_OPTIONS](&options));
    check(p.api, p.api[SET_INTRA_THREADS](options, atoi(argv[4])));
    check(p.api, p.api[SET_OPTIMIZATION_LEVEL](options, ALL_OPTIMIZATIONS));
    check(p.api, p.api[CREATE_SESSION](environment, argv[2], options, &p.session));
    check(p.api, p.api[CREATE_CPU_MEMORY_INFO](1, 0, &memory));
    p.input = tensor(&p, memory, values, in, 4);
    p.output = tensor(&p, memory, logits, out, 2);
    run(&p);
    time_runs(run, &p, atof(argv[5]), logits, 7);
    return 0;
}
