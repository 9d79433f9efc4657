/* Every level of kernels against the portable reference, in the manner of dav1d's checkasm: random
 * shapes, guard pages around each buffer, poisoned outputs. With --bench it times them instead;
 * a number is that of the shapes to try. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "half.h"
#include "kernels.h"
#include "runner.h"

enum { POISON = 0x7fa5a5a5 };

/* Sums of up to 2000 products of values below 1 and weights of variance 1/n, float32. */
static const float TOLERANCE = 1e-5f;

/* Floats between two pages that must not be touched; their end lies at the second one. */
struct guarded {
    float *data;
    size_t count;
    uint8_t *mapping;
    size_t mapped;
};

struct shape {
    int input_blocks, output_blocks, map_height, map_width, height, width, kernel;
    int planar, relu, add, half;
};

/* A call with all its memory. */
struct job {
    struct shape shape;
    struct call call;
    struct guarded input, output, add, weights, halves, multiplier, bias, scale, shift;
};

static uint32_t random_state = 1;
static int rounds = 800; /* random shapes for each kernel */

static uint32_t next_random(uint32_t limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(random_state >> 4) * limit >> 28);
}

static float random_float(void)
{
    return (float)next_random(1 << 24) * 0x1p-23f - 1;
}

static struct guarded guard(size_t count, float amplitude)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t size = (count * sizeof(float) + page - 1) / page * page;
    struct guarded made = {.count = count, .mapped = size + 2 * page};
    made.mapping =
        mmap(NULL, made.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made.mapping == MAP_FAILED) {
        perror("test_kernels: mmap");
        abort();
    }
    mprotect(made.mapping, page, PROT_NONE);
    mprotect(made.mapping + page + size, page, PROT_NONE);
    made.data = (float *)(void *)(made.mapping + page + size) - count;
    for (size_t i = 0; i < count; i++)
        made.data[i] = amplitude * random_float();
    return made;
}

static void poison(struct guarded *guarded)
{
    for (size_t i = 0; i < guarded->count; i++)
        memcpy(&guarded->data[i], &(uint32_t){POISON}, sizeof(float));
}

static int is_poison(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits == POISON;
}

/* A map with a border; the border is zero, the rest random. */
static struct view make_map(struct guarded *memory, int blocks, int height, int width, int depth,
                            int border)
{
    struct view view = {.row = (ptrdiff_t)(width + 2 * border) * depth};
    view.block = view.row * (height + 2 * border);
    *memory = guard((size_t)(blocks * view.block), 1);
    for (ptrdiff_t i = 0; i < blocks * view.block; i++) {
        ptrdiff_t y = i % view.block / view.row - border, x = i % view.row / depth - border;
        if (y < 0 || y >= height || x < 0 || x >= width)
            memory->data[i] = 0;
    }
    view.data = memory->data + border * view.row + border * depth;
    return view;
}

/* The weights in half precision too, in their own memory; the floats become the same values. */
static void make_halves(struct job *job)
{
    job->halves = guard(job->weights.count / 2, 0);
    uint16_t *halves = (uint16_t *)job->halves.data;
    for (size_t i = 0; i < job->weights.count; i++) {
        job->weights.data[i] = rintf(job->weights.data[i] * 0x1p13f) * 0x1p-13f;
        while (!half_of_float(job->weights.data[i], &halves[i]))
            job->weights.data[i] /= 2;
    }
}

static void make_job(struct job *job, struct shape shape)
{
    int depth = shape.planar ? 1 : LANES, taps = shape.kernel * shape.kernel;
    size_t inputs = (size_t)(shape.input_blocks * taps * depth);
    size_t outputs = (size_t)shape.output_blocks * LANES;
    *job = (struct job){.shape = shape};
    job->weights = guard(outputs * inputs, sqrtf(3.0f / (float)inputs));
    make_halves(job);
    job->multiplier = guard(outputs, 1);
    job->bias = guard(outputs, 1);
    job->scale = guard(outputs, 1);
    job->shift = guard(outputs, 1);
    job->call = (struct call){
        .input = make_map(&job->input, shape.input_blocks, shape.map_height, shape.map_width, depth,
                          shape.kernel / 2),
        .output = make_map(&job->output, shape.output_blocks, shape.height, shape.width, LANES, 1),
        .height = shape.height,
        .width = shape.width,
        .map_height = shape.map_height,
        .map_width = shape.map_width,
        .input_blocks = shape.input_blocks,
        .output_blocks = shape.output_blocks,
        .kernel_height = shape.kernel,
        .kernel_width = shape.kernel,
        .relu = shape.relu,
        .weights = job->weights.data,
        .multiplier = job->multiplier.data,
        .bias = job->bias.data,
        .scale = job->scale.data,
        .shift = job->shift.data,
    };
    if (shape.add)
        job->call.add =
            make_map(&job->add, shape.output_blocks, shape.height, shape.width, LANES, 2);
}

static void free_job(struct job *job)
{
    struct guarded *all[] = {&job->input,   &job->output, &job->add,
                             &job->weights, &job->halves, &job->multiplier,
                             &job->bias,    &job->scale,  &job->shift};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i]->mapping)
            munmap(all[i]->mapping, all[i]->mapped);
}

static void run(struct job *job, kernel_function *function)
{
    poison(&job->output);
    function(&job->call);
}

/* Equal within the tolerance, and poison in the same places: nothing is written beyond. */
static int agree(const float *expected, const float *got, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_poison(expected[i]) != is_poison(got[i]) ||
            (!is_poison(got[i]) && !(fabsf(expected[i] - got[i]) <= TOLERANCE)))
            return 0;
    return 1;
}

static void print_shape(const char *level, const struct shape *shape)
{
    printf("# %s differs: %s%s %d → %d blocks, map %d×%d, computed %d×%d, kernel %d, relu %d, add "
           "%d\n",
           level, shape->planar ? "planar" : "conv", shape->half ? ", half weights," : "",
           shape->input_blocks, shape->output_blocks, shape->map_height, shape->map_width,
           shape->height, shape->width, shape->kernel, shape->relu, shape->add);
}

/* Odd sides as well as those the kernels have tiles for; sometimes less than the map is wanted. */
static struct shape random_shape(int planar)
{
    static const int sides[] = {1, 2, 3, 6, 12, 24};
    struct shape shape = {
        .input_blocks = planar ? 1 : 1 + (int)next_random(4),
        .output_blocks = 1 + (int)next_random(5),
        .kernel = 1 + 2 * (int)next_random(3),
        .planar = planar,
        .relu = (int)next_random(2),
        .add = (int)next_random(2),
    };
    int is_square = (int)next_random(2);
    shape.map_height = is_square ? sides[next_random(6)] : 1 + (int)next_random(29);
    shape.map_width = is_square ? shape.map_height : 1 + (int)next_random(29);
    int cut = next_random(3) == 0;
    shape.height = shape.map_height - (cut && shape.map_height > 1);
    shape.width = shape.map_width - (cut && shape.map_width > 1);
    if (is_square && shape.map_height == 1)
        shape.kernel = 1;
    return shape;
}

static int compare_once(const char *level, struct shape shape, kernel_function *reference,
                        kernel_function *function)
{
    struct job job;
    make_job(&job, shape);
    size_t size = job.output.count * sizeof(float);
    float *expected = malloc(size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(expected);
    run(&job, reference);
    memcpy(expected, job.output.data, size);
    if (shape.half)
        job.call.weights = job.halves.data;
    run(&job, function);
    int same = agree(expected, job.output.data, job.output.count);
    if (!same)
        print_shape(level, &shape);
    free(expected);
    free_job(&job);
    return same;
}

static void compare(const char *level)
{
    struct kernels reference, kernels;
    static struct mien_error error; /* outlives the case: it says why it was skipped */
    kernels_fill_c(&reference);
    if (kernels_choose(&kernels, level, &error) < 0) {
        skip_test(error.text);
        return;
    }
    for (int round = 0; round < rounds; round++) {
        CU_ASSERT_FATAL(compare_once(level, random_shape(0), reference.conv, kernels.conv));
        struct shape shape = random_shape(0);
        shape.half = 1;
        CU_ASSERT_FATAL(compare_once(level, shape, reference.conv, kernels.conv_half));
        CU_ASSERT_FATAL(compare_once(level, random_shape(1), reference.planar, kernels.planar));
    }
}

static void avx2_agrees(void)
{
    compare("avx2");
}

static void avx512_agrees(void)
{
    compare("avx512");
}

static void neon_agrees(void)
{
    compare("neon");
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* The least of several runs, in seconds. */
static double time_once(struct job *job, kernel_function *function, int runs)
{
    double least = INFINITY;
    for (int i = 0; i < runs; i++) {
        double start = now();
        function(&job->call);
        double took = now() - start;
        least = took < least ? took : least;
    }
    return least;
}

static void bench_shape(struct shape shape)
{
    struct job job;
    make_job(&job, shape);
    double products = (double)shape.input_blocks * (shape.planar ? 1 : LANES) *
                      shape.output_blocks * LANES * shape.height * shape.width * shape.kernel *
                      shape.kernel;
    printf("%3d → %3d channels, %2d×%2d, kernel %d ", shape.input_blocks * (shape.planar ? 1 : 16),
           shape.output_blocks * LANES, shape.height, shape.width, shape.kernel);
    for (int i = 0; kernels_level(i); i++) {
        struct kernels kernels;
        if (kernels_choose(&kernels, kernels_level(i), NULL) < 0)
            continue;
        double least = time_once(&job, shape.planar ? kernels.planar : kernels.conv, i ? 300 : 20);
        printf(" | %6s %8.1f µs %6.1f GMAC/s", kernels_level(i), least * 1e6,
               products / least * 1e-9);
    }
    puts("");
    free_job(&job);
}

/* The paper's layers. */
static int bench(void)
{
    static const struct shape shapes[] = {
        {1, 1, 48, 48, 48, 48, 5, 1, 1, 0}, {1, 1, 48, 48, 48, 48, 5, 0, 1, 0},
        {1, 2, 48, 48, 48, 48, 3, 0, 1, 0}, {2, 2, 48, 48, 48, 48, 3, 0, 1, 0},
        {2, 2, 24, 24, 24, 24, 3, 0, 1, 1}, {2, 4, 24, 24, 24, 24, 3, 0, 1, 0},
        {4, 4, 24, 24, 24, 24, 3, 0, 1, 0}, {4, 8, 12, 12, 12, 12, 3, 0, 1, 0},
        {8, 8, 12, 12, 12, 12, 3, 0, 1, 0}, {8, 8, 6, 6, 6, 6, 3, 0, 1, 1},
        {8, 16, 6, 6, 6, 6, 3, 0, 1, 0},    {16, 16, 6, 6, 6, 6, 3, 0, 1, 0},
        {16, 32, 3, 3, 3, 3, 3, 0, 1, 0},   {32, 32, 3, 3, 2, 2, 3, 0, 1, 0},
        {32, 32, 1, 1, 1, 1, 1, 0, 1, 1},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        bench_shape(shapes[i]);
    return 0;
}

int main(int argc, char **argv)
{
    const struct test tests[] = {
        {"avx2 agrees with the reference", avx2_agrees},
        {"avx512 agrees with the reference", avx512_agrees},
        {"neon agrees with the reference", neon_agrees},
        {NULL, NULL},
    };
    if (argc == 2 && !strcmp(argv[1], "--bench"))
        return bench();
    if (argc == 2)
        rounds = atoi(argv[1]);
    return run_tests("kernels", tests);
}
