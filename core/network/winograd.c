#include "winograd.h"

typedef double lanes[LANES];

/* Measured: docs/network-speed.md. On smaller maps the larger tiles would be mostly padding. */
enum { SMALL_TILES_FROM = 6, LARGE_TILES_FROM = 12 };

int winograd_outputs(int height, int width, int input_blocks)
{
    int side = smaller(height, width);
    if (side < SMALL_TILES_FROM || input_blocks > WINOGRAD_BLOCKS_MAX)
        return 0;
    return side < LARGE_TILES_FROM ? WINOGRAD_OUTPUTS_MIN : WINOGRAD_OUTPUTS_MAX;
}

/* The values of the polynomials a + bx + cx² at the points, each divided by what its distances to
 * the other points multiply to; they lie `step` apart. */
static void evaluate(lanes *values, int step, const lanes a, const lanes b, const lanes c,
                     int outputs)
{
    const double p = WINOGRAD_A, q = WINOGRAD_B(outputs), pp = p * p, qq = q * q;
    for (int i = 0; i < LANES && outputs == 3; i++) {
        values[0][i] = a[i] / (pp * q);
        values[step][i] = (a[i] + c[i] * pp + b[i] * p) / (2 * pp * (p - q));
        values[2 * step][i] = (a[i] + c[i] * pp - b[i] * p) / (-2 * pp * (p + q));
        values[3 * step][i] = (a[i] + c[i] * qq + b[i] * q) / (q * (qq - pp));
        values[4 * step][i] = c[i];
    }
    for (int i = 0; i < LANES && outputs == 4; i++) {
        values[0][i] = a[i] / (pp * qq);
        values[step][i] = (a[i] + c[i] * pp + b[i] * p) / (2 * pp * (pp - qq));
        values[2 * step][i] = (a[i] + c[i] * pp - b[i] * p) / (2 * pp * (pp - qq));
        values[3 * step][i] = (a[i] + c[i] * qq + b[i] * q) / (2 * qq * (qq - pp));
        values[4 * step][i] = (a[i] + c[i] * qq - b[i] * q) / (2 * qq * (qq - pp));
        values[5 * step][i] = c[i];
    }
}

void winograd_weights(float (*to)[LANES], const double (*kernels)[LANES], int outputs)
{
    const int side = outputs + 2;
    lanes columns[WINOGRAD_SIDE_MAX * 3], row[WINOGRAD_SIDE_MAX];
    for (int x = 0; x < 3; x++)
        evaluate(columns + x, 3, kernels[x], kernels[3 + x], kernels[6 + x], outputs);
    for (int y = 0; y < side; y++, to += side) {
        evaluate(row, 1, columns[3 * y], columns[3 * y + 1], columns[3 * y + 2], outputs);
        for (int x = 0; x < side; x++)
            for (int i = 0; i < LANES; i++)
                to[x][i] = (float)row[x][i];
    }
}
