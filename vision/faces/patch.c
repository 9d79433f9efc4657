#include "patch.h"

#include <math.h>

#include "base/clamp.h"

/* Where the picture has more than one pixel for one of the patch, so many samples are averaged
 * along each axis, but no more than this: they would cost more than they tell. */
enum { SAMPLES_MAX = 4 };

#define SPREAD 48.f      /* deviation after normalising … */
#define LEAST_SPREAD 3.f /* … unless it was below this: noise stays small */

struct patch patch_around(const struct mien_box *box, float tilt)
{
    return (struct patch){(float)box->x + (float)box->width / 2,
                          (float)box->y + (float)box->height / 2,
                          (float)(box->width > box->height ? box->width : box->height), tilt};
}

/* At a point in pixels, bilinear; the edge goes on outside. */
static float sample(const struct mien_picture *gray, float x, float y)
{
    x = clamp_float(x - 0.5f, 0, (float)(gray->width - 1));
    y = clamp_float(y - 0.5f, 0, (float)(gray->height - 1));
    int left = (int)x, top = (int)y;
    const uint8_t *p = gray->data + top * gray->stride + left;
    ptrdiff_t right = left + 1 < gray->width, down = top + 1 < gray->height ? gray->stride : 0;
    float across = x - (float)left, below = y - (float)top;
    float upper = (float)p[0] + across * ((float)p[right] - (float)p[0]);
    float lower = (float)p[down] + across * ((float)p[down + right] - (float)p[down]);
    return upper + below * (lower - upper);
}

/* Steps in the picture from one sample to the next, along a row and from row to row. */
struct steps {
    float across_x, across_y, down_x, down_y;
};

static struct steps steps_of(float degrees, float length)
{
    float angle = degrees * (float)M_PI / 180;
    float along = cosf(angle) * length, aside = sinf(angle) * length;
    return (struct steps){along, aside, -aside, along};
}

void patch_sample(const struct mien_picture *gray, const struct patch *patch, uint8_t *out,
                  int side)
{
    int samples = (int)ceilf(patch->side / (float)side);
    samples = samples < 1 ? 1 : samples > SAMPLES_MAX ? SAMPLES_MAX : samples;
    int fine = side * samples;
    struct steps step = steps_of(patch->tilt, patch->side / (float)fine);
    float first = 0.5f - (float)fine / 2, share = 1.f / (float)(samples * samples);
    for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
            float sum = 0;
            for (int i = 0; i < samples * samples; i++) {
                float u = first + (float)(x * samples + i % samples);
                float v = first + (float)(y * samples + i / samples);
                sum += sample(gray, patch->x + u * step.across_x + v * step.down_x,
                              patch->y + u * step.across_y + v * step.down_y);
            }
            out[y * side + x] = (uint8_t)(sum * share + 0.5f);
        }
    }
}

void patch_normalise(uint8_t *pixels, int count)
{
    unsigned sum = 0, squares = 0;
    for (int i = 0; i < count; i++) {
        sum += pixels[i];
        squares += (unsigned)pixels[i] * pixels[i];
    }
    float mean = (float)sum / (float)count;
    float spread = sqrtf(fmaxf((float)squares / (float)count - mean * mean, 0));
    float gain = SPREAD / fmaxf(spread, LEAST_SPREAD);
    for (int i = 0; i < count; i++) {
        float value = ((float)pixels[i] - mean) * gain + 128;
        pixels[i] = (uint8_t)(fminf(fmaxf(value, 0), 255) + 0.5f);
    }
}

void patch_view(const struct mien_picture *gray, float degrees, float scale, int mirrored,
                struct mien_picture *view)
{
    struct steps step = steps_of(degrees, scale);
    float sign = mirrored ? -1 : 1;
    step.across_x *= sign;
    step.across_y *= sign;
    float u = 0.5f - (float)view->width / 2;
    for (int y = 0; y < view->height; y++) {
        float v = (float)y + 0.5f - (float)view->height / 2;
        float px = (float)gray->width / 2 + u * step.across_x + v * step.down_x;
        float py = (float)gray->height / 2 + u * step.across_y + v * step.down_y;
        uint8_t *row = view->data + y * view->stride;
        for (int x = 0; x < view->width; x++) {
            row[x] = (uint8_t)(sample(gray, px, py) + 0.5f);
            px += step.across_x;
            py += step.across_y;
        }
    }
}
