#include "noise.h"

#include <math.h>

void noise_fill(struct mien_picture *gray, int grain, double slope, int strength)
{
    for (int y = 0; y < gray->height; y++) {
        for (int x = 0; x < gray->width; x++) {
            unsigned cell = (unsigned)(x / grain) * 7919u + (unsigned)(y / grain) * 104729u;
            cell = (cell ^ cell >> 7) * 2654435761u;
            double value =
                128 + slope * (x - y) + (int)(cell >> 16 & 255) * strength / 255.0 - strength / 2.0;
            gray->data[y * gray->stride + x] = (uint8_t)fmax(0, fmin(255, value));
        }
    }
}
