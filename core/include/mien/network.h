/* The network compiled for this CPU, and contexts that run it.
 *
 * A network is immutable and may be shared by threads; each thread runs its own context, which may
 * have helper threads of its own. Running allocates nothing, and the answer for a face does not
 * depend on how many threads or other faces are at work. The network keeps its own copy of the
 * weights: the model may be closed after mien_network_create. */
#ifndef MIEN_NETWORK_H
#define MIEN_NETWORK_H

#include <stddef.h>
#include <stdint.h>

#include "mien/error.h"
#include "mien/model.h"
#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mien_network;
struct mien_context;

enum { MIEN_FACES_MAX = 1024 /* computed together */ };

/* The default comes after the semicolon. */
struct mien_network_options {
    const char *cpu;       /* highest kernel level to use: "c", "sse41", "avx2", …; NULL: the
                              best this CPU has */
    const char *precision; /* "fp32", "bf16", "int8"; "auto" or NULL: the fastest here of those
                              that cost at most 0.2 points of accuracy, as the model file says */
    int threads;           /* that work on one run, 1…64; 1 */
    int faces;             /* computed together, 1…MIEN_FACES_MAX; 1 */
};

/* What is used where nothing else is asked for: to begin with, and change. */
MIEN_API struct mien_network_options mien_network_defaults(void);

/* Compiles: batch-norms folded, weights packed, buffers planned. `options` may be NULL: the
 * defaults. *network is untouched on failure. Returns 0, -EINVAL (unknown or unsupported level,
 * unknown precision, a layer list that cannot be compiled) or -ENOMEM. */
MIEN_API int mien_network_create(struct mien_network **network, const struct mien_model *model,
                                 const struct mien_network_options *options,
                                 struct mien_error *error);

/* Frees and sets NULL; NULL is fine. All contexts must be gone before. */
MIEN_API void mien_network_destroy(struct mien_network **network);

/* The name of the kernel level in use, for people: "avx512". Static storage. */
MIEN_API const char *mien_network_cpu(const struct mien_network *network);

/* The precision in use: "fp32", "bf16" or "int8". Static storage. */
MIEN_API const char *mien_network_precision(const struct mien_network *network);

/* The names of the precisions, the plainest first; NULL beyond the last. Static storage. */
MIEN_API const char *mien_precision(int index);

/* The kernel levels of this build, the plainest first; NULL beyond the last. This CPU may lack
 * some: mien_network_create tells. Static storage. */
MIEN_API const char *mien_network_level(int index);

/* A context owns the one arena a run needs, and its helper threads. Returns 0, -ENOMEM or -EAGAIN
 * (no more threads). */
MIEN_API int mien_context_create(struct mien_context **context, const struct mien_network *network,
                                 struct mien_error *error);
/* Frees, with the helper threads, and sets NULL; NULL is fine. */
MIEN_API void mien_context_destroy(struct mien_context **context);

/* Runs one picture: `gray` holds height rows of width bytes, `stride` bytes apart.
 * Writes label_count logits. Cannot fail. One thread at a time per context. */
MIEN_API void mien_context_run(struct mien_context *context, const uint8_t *gray, ptrdiff_t stride,
                               float *logits);

/* Runs `count` faces, each height × width bytes, one after the other: as many at a time as the
 * network's options say. Writes count × label_count logits. */
MIEN_API void mien_context_run_faces(struct mien_context *context, const uint8_t *gray, int count,
                                     float *logits);

/* Runs one picture of already normalised values, height*width floats, as training sees them: from
 * what a black to what a white pixel gives. Beyond that range answers may be wrong. */
MIEN_API void mien_context_run_float(struct mien_context *context, const float *values,
                                     float *logits);

/* probabilities[i] = softmax(logits / temperature), computed stably; `count` values.
 * Where a logit is infinite or no number all are 1/count. The two arrays may be the same. */
MIEN_API void mien_softmax(const float *logits, float *probabilities, int count, float temperature);

#ifdef __cplusplus
}
#endif
#endif
