/* Every level of kernels against the portable reference, in the manner of dav1d's checkasm: random
 * shapes, formats and slices, guard pages around each buffer, poisoned outputs. With --bench it
 * times them instead; a number is that of the shapes to try. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "network/half.h"
#include "network/kernels.h"
#include "network/winograd.h"
#include "runner.h"
#ifdef __x86_64__
#include "network/x86/x86.h"
#endif

enum { POISON = 0xa5 };

static const char *const format_names[] = {"float", "bfloat", "byte"};

/* Results are of about 1; sums have up to 2000 products, in float32. A bfloat has 8 bits. What is
 * transformed to Winograd's tiles and back is less exact, and more so where bfloats are between. */
static const float TOLERANCE = 1e-5f, BFLOAT_TOLERANCE = 0x1p-7f;
static const float TILE_TOLERANCE = 2e-5f, BFLOAT_TILE_TOLERANCE = 0.05f;

/* Memory between two pages that must not be touched; its end lies at the second one. */
struct guarded {
    uint8_t *data;
    size_t size;
    uint8_t *mapping;
    size_t mapped;
};

struct shape {
    int input_blocks, output_blocks, map_height, map_width, height, width, kernel, depth;
    int relu, add, half, tile, last_units;
    enum format input, output, added;
};

/* A call with all its memory. */
struct job {
    struct shape shape;
    struct call call;
    struct guarded input, output, add, weights, halves, tile_weights;
    struct guarded padding, channels[5];
};

static uint32_t random_state = 1;
static int rounds = 800; /* random shapes for each kernel */

/* The levels that this CPU has, without the reference, and AMX on tiles in plain memory where the
 * CPU need not have them. */
enum { LEVELS_MAX = 12 };
static struct kernels levels[LEVELS_MAX];
static int level_count;

/* Those of tiles are the largest, and several times slower when they are checked for bad addresses.
 */
#ifdef __SANITIZE_ADDRESS__
enum { TILES_EVERY = 4 };
#else
enum { TILES_EVERY = 1 };
#endif

static uint32_t next_random(uint32_t limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(random_state >> 4) * limit >> 28);
}

static float random_float(void)
{
    return (float)next_random(1 << 24) * 0x1p-23f - 1;
}

static struct guarded guard(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t whole = (size + page - 1) / page * page;
    struct guarded made = {.size = size, .mapped = whole + 2 * page};
    made.mapping =
        mmap(NULL, made.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made.mapping == MAP_FAILED) {
        perror("test_kernels: mmap");
        abort();
    }
    mprotect(made.mapping, page, PROT_NONE);
    mprotect(made.mapping + page + whole, page, PROT_NONE);
    made.data = made.mapping + page + whole - size;
    return made;
}

static float get_value(const uint8_t *from, enum format format)
{
    float value;
    if (format == FORMAT_BYTE)
        return *from;
    if (format == FORMAT_BFLOAT)
        return float_of_bfloat((uint32_t)from[0] | (uint32_t)from[1] << 8);
    memcpy(&value, from, sizeof value);
    return value;
}

static void write_value(uint8_t *to, enum format format, float value)
{
    if (format == FORMAT_BFLOAT)
        memcpy(to, &(uint16_t){bfloat_of_float(value)}, 2);
    else
        memcpy(to, &value, sizeof value);
}

/* Random values: floats below the amplitude, bytes of any value. */
static void fill(struct guarded *memory, enum format format, float amplitude)
{
    size_t size = (size_t)format_size(format);
    for (size_t i = 0; i < memory->size / size; i++) {
        float value = amplitude * random_float();
        if (format == FORMAT_BYTE)
            memory->data[i] = (uint8_t)next_random(256);
        else
            write_value(memory->data + i * size, format, value);
    }
}

static const float *random_channels(struct guarded *memory, int count, float amplitude)
{
    *memory = guard((size_t)count * sizeof(float));
    fill(memory, FORMAT_FLOAT, amplitude);
    return (const float *)(void *)memory->data;
}

/* A map with a border, all of it random. */
static struct view make_map(struct guarded *memory, int blocks, int height, int width, int depth,
                            int border, enum format format)
{
    ptrdiff_t pixel = depth * format_size(format);
    struct view view = {.row = (width + 2 * border) * pixel, .format = format};
    view.block = view.row * (height + 2 * border);
    *memory = guard((size_t)(blocks * view.block));
    fill(memory, format, 1);
    view.data = memory->data + border * (view.row + pixel);
    return view;
}

/* Around floats stand zeros, which a kernel may leave out. Around bytes there may be any. */
static void clear_border(const struct job *job)
{
    if (job->shape.input == FORMAT_BYTE)
        return;
    const struct view *in = &job->call.input;
    const struct shape *shape = &job->shape;
    ptrdiff_t pixel = shape->depth * format_size(in->format);
    int border = shape->kernel / 2;
    for (int block = 0; block < shape->input_blocks; block++)
        for (int y = -border; y < shape->map_height + border; y++)
            for (int x = -border; x < shape->map_width + border; x++)
                if (y < 0 || y >= shape->map_height || x < 0 || x >= shape->map_width)
                    memset(in->data + block * in->block + y * in->row + x * pixel, 0,
                           (size_t)pixel);
}

/* What the border of a map of 3×3 adds to the sums of bytes, from its pixels. */
static void make_padding(struct job *job)
{
    const struct shape *shape = &job->shape;
    const struct view *in = &job->call.input;
    if (shape->input != FORMAT_BYTE ||
        !is_small_convolution(shape->kernel, shape->kernel, shape->map_height, shape->map_width))
        return;
    size_t count = (size_t)shape->output_blocks * SMALL * SMALL * LANES;
    job->padding = guard(count * sizeof(int32_t));
    int32_t *sums = (int32_t *)(void *)job->padding.data;
    job->call.padding = sums;
    for (size_t i = 0; i < count; i++) {
        size_t lane = i % LANES, to = i / LANES / SMALL / SMALL;
        int y = (int)(i / LANES / SMALL % SMALL), x = (int)(i / LANES % SMALL);
        for (int place = 0; place < shape->input_blocks * SMALL * SMALL * LANES; place++) {
            int from = place / LANES / SMALL / SMALL, channel = place % LANES;
            int row = y + place / LANES / SMALL % SMALL - 1, column = x + place / LANES % SMALL - 1;
            int is_inside = row >= 0 && row < SMALL && column >= 0 && column < SMALL;
            size_t unit = (size_t)(shape->input_blocks * SMALL * SMALL * LANES) * to +
                          (size_t)(place - channel % UNIT);
            if (!is_inside)
                sums[i] += in->data[from * in->block + row * in->row + column * LANES + channel] *
                           (int8_t)job->weights.data[unit * LANES + lane * UNIT + place % UNIT];
        }
    }
}

/* The weights in half precision too, in their own memory; the floats become the same values. */
static void make_halves(struct job *job)
{
    size_t count = job->weights.size / sizeof(float);
    job->halves = guard(count * sizeof(uint16_t));
    for (size_t i = 0; i < count; i++) {
        float value;
        uint16_t half;
        memcpy(&value, job->weights.data + i * sizeof value, sizeof value);
        value = rintf(value * 0x1p13f) * 0x1p-13f;
        while (!half_of_float(value, &half))
            value /= 2;
        memcpy(job->weights.data + i * sizeof value, &value, sizeof value);
        memcpy(job->halves.data + i * sizeof half, &half, sizeof half);
    }
}

/* The same weights for Winograd's tiles, in their own memory; 16 outputs of a channel at once. */
static void make_tile_weights(struct job *job)
{
    const struct shape *shape = &job->shape;
    const size_t size = (size_t)format_size(shape->input), in_unit = UNIT / size;
    const size_t block = LANES * LANES, inputs = (size_t)shape->input_blocks;
    const size_t positions = (size_t)winograd_positions(shape->tile);
    job->tile_weights = guard(job->weights.size / 9 * positions);
    for (size_t i = 0; i < (size_t)shape->output_blocks * inputs * LANES; i++) {
        size_t to = i / LANES / inputs, from = i / LANES % inputs;
        size_t first = i % LANES / in_unit * in_unit * LANES + i % in_unit;
        double kernels[9][LANES];
        float values[WINOGRAD_POSITIONS_MAX][LANES];
        for (size_t tap = 0; tap < 9; tap++)
            for (size_t j = 0; j < LANES; j++) {
                size_t place = (i / LANES * 9 + tap) * block + first + j * in_unit;
                kernels[tap][j] = get_value(job->weights.data + place * size, shape->input);
            }
        winograd_weights(values, kernels, shape->tile);
        for (size_t k = 0; k < positions; k++)
            for (size_t j = 0; j < LANES; j++) {
                size_t place = ((to * positions + k) * inputs + from) * block + first + j * in_unit;
                write_value(job->tile_weights.data + place * size, shape->input, values[k][j]);
            }
    }
}

static int units_of(const struct shape *shape)
{
    return shape->depth * (int)format_size(shape->input) / UNIT;
}

/* Units that are not in use, in the last input block, meet no weights. */
static void clear_unused(const struct job *job)
{
    const struct shape *shape = &job->shape;
    const int units = units_of(shape), taps = shape->kernel * shape->kernel;
    const size_t unit = LANES * UNIT, pixel = (size_t)units * unit;
    for (int to = 0; to < shape->output_blocks; to++)
        for (int tap = 0; tap < taps; tap++) {
            size_t place = (size_t)((to + 1) * shape->input_blocks - 1) * (size_t)taps;
            memset(job->weights.data + (place + (size_t)tap) * pixel +
                       (size_t)shape->last_units * unit,
                   0, (size_t)(units - shape->last_units) * unit);
        }
}

static void make_weights(struct job *job)
{
    const struct shape *shape = &job->shape;
    size_t inputs = (size_t)(shape->input_blocks * shape->kernel * shape->kernel * shape->depth);
    job->weights =
        guard((size_t)shape->output_blocks * LANES * inputs * (size_t)format_size(shape->input));
    fill(&job->weights, shape->input, sqrtf(3.0f / (float)inputs));
    for (size_t i = 0; shape->input == FORMAT_BYTE && i < job->weights.size; i++)
        if (job->weights.data[i] == 0x80) /* the one value that weights never have */
            job->weights.data[i] = 0x81;
    clear_unused(job);
    if (shape->half)
        make_halves(job);
    if (shape->tile)
        make_tile_weights(job);
    job->call.weights = job->weights.data;
}

/* Factors that bring sums of bytes to about 1, and results for bytes to about 128. */
static void make_channels(struct job *job)
{
    const struct shape *shape = &job->shape;
    int outputs = shape->output_blocks * LANES;
    int inputs = shape->input_blocks * shape->kernel * shape->kernel * shape->depth;
    float of_sum = shape->input == FORMAT_BYTE ? 1e-4f / sqrtf((float)inputs) : 1;
    float of_addend = shape->added == FORMAT_BYTE ? 0x1p-8f : 1;
    float of_output = shape->output == FORMAT_BYTE ? 128 : 1;
    job->call.multiplier = random_channels(&job->channels[0], outputs, of_sum);
    job->call.bias = random_channels(&job->channels[1], outputs, 1);
    job->call.add_multiplier = random_channels(&job->channels[2], outputs, of_addend);
    job->call.scale = random_channels(&job->channels[3], outputs, of_output);
    job->call.shift = random_channels(&job->channels[4], outputs, of_output);
}

static void make_job(struct job *job, struct shape shape)
{
    *job = (struct job){.shape = shape};
    make_weights(job);
    make_channels(job);
    job->call.input = make_map(&job->input, shape.input_blocks, shape.map_height, shape.map_width,
                               shape.depth, shape.kernel / 2, shape.input);
    job->call.output = make_map(&job->output, shape.output_blocks, shape.height, shape.width, LANES,
                                1, shape.output);
    clear_border(job);
    make_padding(job);
    if (shape.add)
        job->call.add = make_map(&job->add, shape.output_blocks, shape.height, shape.width, LANES,
                                 2, shape.added);
    job->call.height = shape.height;
    job->call.width = shape.width;
    job->call.map_height = shape.map_height;
    job->call.map_width = shape.map_width;
    job->call.input_blocks = shape.input_blocks;
    job->call.output_blocks = shape.output_blocks;
    job->call.depth = shape.depth;
    job->call.last_units = shape.last_units;
    job->call.kernel_height = job->call.kernel_width = shape.kernel;
    job->call.relu = shape.relu;
    job->call.tile = shape.tile;
}

static void free_job(struct job *job)
{
    struct guarded *all[] = {&job->input,       &job->output,      &job->add,
                             &job->weights,     &job->halves,      &job->tile_weights,
                             &job->padding,     &job->channels[0], &job->channels[1],
                             &job->channels[2], &job->channels[3], &job->channels[4]};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i]->mapping)
            munmap(all[i]->mapping, all[i]->mapped);
}

static struct slice whole_of(const struct call *call)
{
    return (struct slice){0, call->output_blocks, 0, call->height};
}

static struct slice random_slice(const struct call *call)
{
    struct slice slice = whole_of(call);
    if (next_random(2))
        return slice;
    slice.first_block = (int)next_random((uint32_t)call->output_blocks);
    slice.last_block -= (int)next_random((uint32_t)(call->output_blocks - slice.first_block));
    slice.top = (int)next_random((uint32_t)call->height);
    slice.bottom -= (int)next_random((uint32_t)(call->height - slice.top));
    return slice;
}

static float tolerance_of(const struct shape *shape)
{
    if (!shape->tile)
        return TOLERANCE;
    return shape->input == FORMAT_BFLOAT ? BFLOAT_TILE_TOLERANCE : TILE_TOLERANCE;
}

static int is_close(const uint8_t *expected, const uint8_t *got, const struct shape *shape)
{
    float wanted = get_value(expected, shape->output), found = get_value(got, shape->output);
    float tolerance = tolerance_of(shape);
    if (shape->output == FORMAT_BYTE)
        tolerance = 1 + (shape->tile ? floorf(tolerance * 128) : 0);
    else if (shape->output == FORMAT_BFLOAT)
        tolerance += BFLOAT_TOLERANCE * fabsf(wanted);
    return fabsf(wanted - found) <= tolerance;
}

/* Equal within the tolerance, and the same bytes wherever the reference wrote nothing: two runs
 * of it over different poison tell where that is. */
static int agree(const uint8_t *expected, const uint8_t *other, const uint8_t *got, size_t size,
                 const struct shape *shape)
{
    size_t step = (size_t)format_size(shape->output);
    for (size_t i = 0; i < size; i += step) {
        int is_untouched = memcmp(expected + i, other + i, step) != 0;
        if (is_untouched ? memcmp(expected + i, got + i, step) != 0
                         : !is_close(expected + i, got + i, shape))
            return 0;
    }
    return 1;
}

static uint8_t *run_copy(struct job *job, kernel_function *function, struct slice slice, int poison)
{
    uint8_t *copy = malloc(job->output.size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    memset(job->output.data, poison, job->output.size);
    function(&job->call, slice);
    return memcpy(copy, job->output.data, job->output.size);
}

static void print_shape(const char *level, const char *kernel, const struct shape *shape)
{
    printf("# %s %s differs: %s → %s, %d×%d → %d blocks, map %d×%d, computed %d×%d, kernel %d, "
           "relu %d, add %d (%s)%s, tile %d, units %d\n",
           level, kernel, format_names[shape->input], format_names[shape->output],
           shape->input_blocks, shape->depth, shape->output_blocks, shape->map_height,
           shape->map_width, shape->height, shape->width, shape->kernel, shape->relu, shape->add,
           format_names[shape->added], shape->half ? ", half weights" : "", shape->tile,
           shape->last_units);
}

/* Odd sides as well as those the kernels have tiles for; sometimes less than the map is wanted. */
static struct shape random_shape(enum format input, int depth)
{
    static const int sides[] = {1, 2, 3, 6, 12, 24};
    struct shape shape = {
        .input_blocks = depth == 1 ? 1 : 1 + (int)next_random(4),
        .output_blocks = 1 + (int)next_random(5),
        .kernel = 1 + 2 * (int)next_random(3),
        .depth = depth,
        .relu = (int)next_random(2),
        .add = (int)next_random(2),
        .input = input,
        .output = (enum format)next_random(FORMATS),
        .added = (enum format)next_random(FORMATS),
    };
    shape.last_units = units_of(&shape) - (int)next_random(2) * (units_of(&shape) / 2);
    int is_square = (int)next_random(2);
    shape.map_height = is_square ? sides[next_random(6)] : 1 + (int)next_random(29);
    shape.map_width = is_square ? shape.map_height : 1 + (int)next_random(29);
    int cut = next_random(3) == 0;
    shape.height = shape.map_height - (cut && shape.map_height > 1);
    shape.width = shape.map_width - (cut && shape.map_width > 1);
    if (shape.map_height == 1 && shape.map_width == 1)
        shape.kernel = 1;
    return shape;
}

/* Says which levels are not there. */
static void find_levels(void)
{
    static struct mien_error error;
    for (int i = 1; kernels_level(i) && level_count < LEVELS_MAX; i++)
        if (kernels_choose(&levels[level_count], kernels_level(i), &error) == 0)
            level_count++;
        else
            printf("# not tested: %s\n", error.text);
#ifdef __x86_64__
    if (level_count < LEVELS_MAX && kernels_choose(&levels[level_count], "avx512bf16", NULL) == 0) {
        kernels_fill_amx_emulated(&levels[level_count]);
        levels[level_count++].level = "emulated amx";
    }
#endif
}

/* A level's functions by what they compute; NULL where it has none. */
enum kind { CONV, HALVES, TILES, POOL };

static kernel_function *function_of(const struct kernels *kernels, enum kind kind,
                                    enum format format)
{
    switch (kind) {
    case HALVES:
        return kernels->conv_half;
    case TILES:
        return kernels->winograd[format];
    case POOL:
        return kernels->pool;
    default:
        return kernels->conv[format];
    }
}

static const void *weights_of(const struct job *job)
{
    if (job->shape.half)
        return job->halves.data;
    return job->shape.tile ? job->tile_weights.data : job->weights.data;
}

/* Every level's function against what the reference wrote in two runs; one that a level has from
 * the level below is known already. */
static int compare_levels(struct job *job, enum kind kind, struct slice slice,
                          const uint8_t *expected, const uint8_t *other)
{
    static const char *const names[] = {"conv", "conv", "winograd", "pool"};
    int all_agree = 1;
    kernel_function *last = NULL;
    job->call.weights = weights_of(job);
    for (int i = 0; i < level_count; i++) {
        kernel_function *function = function_of(&levels[i], kind, job->shape.input);
        if (!function || function == last)
            continue;
        last = function;
        uint8_t *got = run_copy(job, function, slice, POISON);
        if (!agree(expected, other, got, job->output.size, &job->shape)) {
            print_shape(levels[i].level, names[kind], &job->shape);
            all_agree = 0;
        }
        free(got);
    }
    return all_agree;
}

static int compare(enum kind kind, struct shape shape)
{
    struct job job;
    struct kernels reference;
    kernels_fill_c(&reference);
    kernel_function *function = kind == POOL ? reference.pool : reference.conv[shape.input];
    make_job(&job, shape);
    struct slice slice = random_slice(&job.call);
    uint8_t *expected = run_copy(&job, function, slice, POISON);
    uint8_t *other = run_copy(&job, function, slice, (uint8_t)~POISON);
    int all_agree = compare_levels(&job, kind, slice, expected, other);
    free(expected);
    free(other);
    free_job(&job);
    return all_agree;
}

static struct shape random_pool(void)
{
    struct shape shape = random_shape((enum format)next_random(FORMATS), LANES);
    shape.kernel = 1;
    shape.input_blocks = shape.output_blocks;
    shape.output = shape.input;
    shape.height = shape.map_height;
    shape.width = shape.map_width;
    shape.map_height = 2 * shape.height + (int)next_random(2);
    shape.map_width = 2 * shape.width + (int)next_random(2);
    return shape;
}

/* Any 3×3 convolution, also of maps where no network would be computed so; now and then one wider
 * than a band of tiles, or with as many channels as there may be. */
static struct shape random_tiles(enum format input)
{
    struct shape shape = random_shape(input, LANES);
    shape.kernel = 3;
    shape.tile = next_random(2) ? 4 : 3;
    if (next_random(8) == 0)
        shape.width = shape.map_width = 49 + (int)next_random(12);
    if (next_random(16) == 0)
        shape.input_blocks = WINOGRAD_BLOCKS_MAX;
    return shape;
}

/* Whether there is a level to compare with the reference. */
static int levels_there(void)
{
    if (level_count == 0)
        skip_test("this CPU has only the portable level");
    return level_count > 0;
}

static void convolutions_agree(enum format format)
{
    for (int round = 0; round < rounds && levels_there(); round++)
        CU_ASSERT_FATAL(compare(CONV, random_shape(format, LANES)));
}

static void convolutions_of_floats_agree(void)
{
    convolutions_agree(FORMAT_FLOAT);
}

static void convolutions_of_bfloats_agree(void)
{
    convolutions_agree(FORMAT_BFLOAT);
}

static void convolutions_of_bytes_agree(void)
{
    convolutions_agree(FORMAT_BYTE);
}

static void convolutions_of_the_input_agree(void)
{
    for (int round = 0; round < rounds && levels_there(); round++)
        CU_ASSERT_FATAL(compare(CONV, random_shape(FORMAT_FLOAT, 1)));
}

static void convolutions_of_half_weights_agree(void)
{
    for (int round = 0; round < rounds && levels_there(); round++) {
        struct shape shape = random_shape(FORMAT_FLOAT, LANES);
        shape.half = 1;
        CU_ASSERT_FATAL(compare(HALVES, shape));
    }
}

/* Bytes have none. */
static void tiles_agree(void)
{
    for (int round = 0; round < rounds && levels_there(); round += TILES_EVERY) {
        CU_ASSERT_FATAL(compare(TILES, random_tiles(FORMAT_FLOAT)));
        CU_ASSERT_FATAL(compare(TILES, random_tiles(FORMAT_BFLOAT)));
    }
}

static void pools_agree(void)
{
    for (int round = 0; round < rounds && levels_there(); round++)
        CU_ASSERT_FATAL(compare(POOL, random_pool()));
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
        function(&job->call, whole_of(&job->call));
        double took = now() - start;
        least = took < least ? took : least;
    }
    return least;
}

static void bench_kernel(struct job *job, const char *level, kernel_function *function, int runs)
{
    const struct shape *shape = &job->shape;
    double products = (double)shape->input_blocks * shape->depth * shape->output_blocks * LANES *
                      shape->height * shape->width * shape->kernel * shape->kernel;
    double least = time_once(job, function, runs);
    printf("    %-10s %8.1f µs %6.1f GMAC/s\n", level, least * 1e6, products / least * 1e-9);
}

/* Winograd's tiles too, where a network would have them. */
static void bench_shape(struct shape shape)
{
    struct job job;
    shape.last_units = units_of(&shape);
    if (shape.kernel == 3 && shape.input != FORMAT_BYTE)
        shape.tile = winograd_outputs(shape.height, shape.width, shape.input_blocks);
    make_job(&job, shape);
    printf("%-6s %3d → %3d channels, %2d×%2d, kernel %d\n", format_names[shape.input],
           shape.input_blocks * shape.depth, shape.output_blocks * LANES, shape.height, shape.width,
           shape.kernel);
    for (int i = 0; kernels_level(i); i++) {
        struct kernels kernels;
        if (kernels_choose(&kernels, kernels_level(i), NULL) < 0)
            continue;
        job.call.weights = job.weights.data;
        bench_kernel(&job, kernels_level(i), kernels.conv[shape.input], i ? 300 : 3);
        job.call.weights = job.tile_weights.data;
        if (shape.tile && kernels.winograd[shape.input])
            bench_kernel(&job, "  winograd", kernels.winograd[shape.input], 300);
    }
    free_job(&job);
}

/* The paper's layers, in each format. */
static int bench(void)
{
    static const struct shape shapes[] = {
        {1, 1, 48, 48, 48, 48, 5, 1, 1, 0},  {1, 1, 48, 48, 48, 48, 5, 16, 1, 0},
        {1, 2, 48, 48, 48, 48, 3, 16, 1, 0}, {2, 2, 48, 48, 48, 48, 3, 16, 1, 0},
        {2, 2, 24, 24, 24, 24, 3, 16, 1, 1}, {2, 4, 24, 24, 24, 24, 3, 16, 1, 0},
        {4, 4, 24, 24, 24, 24, 3, 16, 1, 0}, {4, 8, 12, 12, 12, 12, 3, 16, 1, 0},
        {8, 8, 12, 12, 12, 12, 3, 16, 1, 0}, {8, 8, 6, 6, 6, 6, 3, 16, 1, 1},
        {8, 16, 6, 6, 6, 6, 3, 16, 1, 0},    {16, 16, 6, 6, 6, 6, 3, 16, 1, 0},
        {16, 32, 3, 3, 3, 3, 3, 16, 1, 0},   {32, 32, 3, 3, 2, 2, 3, 16, 1, 0},
        {32, 32, 1, 1, 1, 1, 1, 16, 1, 1},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int format = 0; format < (shapes[i].depth == 1 ? 1 : FORMATS); format++) {
            struct shape shape = shapes[i];
            shape.input = shape.output = shape.added = (enum format)format;
            bench_shape(shape);
        }
    return 0;
}

int main(int argc, char **argv)
{
    const struct test tests[] = {
        {"convolutions of floats agree with the reference", convolutions_of_floats_agree},
        {"convolutions of bfloats agree with the reference", convolutions_of_bfloats_agree},
        {"convolutions of bytes agree with the reference", convolutions_of_bytes_agree},
        {"convolutions of the input agree with the reference", convolutions_of_the_input_agree},
        {"convolutions of half weights agree with the reference",
         convolutions_of_half_weights_agree},
        {"Winograd's tiles agree with the reference", tiles_agree},
        {"pools agree with the reference", pools_agree},
        {NULL, NULL},
    };
    if (argc == 2 && !strcmp(argv[1], "--bench"))
        return bench();
    if (argc == 2)
        rounds = atoi(argv[1]);
    find_levels();
    return run_tests("kernels", tests);
}
