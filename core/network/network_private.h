/* What a network and the contexts that run it share. */
#ifndef CORE_NETWORK_PRIVATE_H
#define CORE_NETWORK_PRIVATE_H

#include "kernels.h"
#include "mien/network.h"
#include "plan.h"
#include "weights.h"

struct mien_network {
    struct kernels kernels;
    enum format format;
    struct plan plan;
    struct weights weights;
    int width, height, label_count;
    int threads, faces;
    float values[256]; /* of a pixel, normalised as in training */
};

#endif
