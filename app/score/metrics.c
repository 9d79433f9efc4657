#include "metrics.h"

#include <math.h>
#include <string.h>

static int largest(const float *values, int count)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (values[i] > values[best])
            best = i;
    return best;
}

static void count_answer(struct metrics *m, int truth, const float *probabilities)
{
    int answer = largest(probabilities, m->classes);
    double confidence = probabilities[answer];
    int bin = (int)ceil(confidence * METRICS_BINS) - 1;
    bin = bin < 0 ? 0 : bin >= METRICS_BINS ? METRICS_BINS - 1 : bin;
    m->confusion[truth][answer]++;
    m->bins[bin].count++;
    m->bins[bin].confidence += confidence;
    m->bins[bin].accuracy += truth == answer;
}

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static void compute_class(struct metrics *m, int c, int *occurs)
{
    int64_t support = 0, answered = 0;
    for (int i = 0; i < m->classes; i++) {
        support += m->confusion[c][i];
        answered += m->confusion[i][c];
    }
    double right = (double)m->confusion[c][c];
    struct metrics_class *k = &m->per_class[c];
    k->support = support;
    k->precision = ratio(right, (double)answered);
    k->recall = ratio(right, (double)support);
    k->f1 = ratio(2 * k->precision * k->recall, k->precision + k->recall);
    *occurs = support + answered > 0;
}

static void compute_bins(struct metrics *m)
{
    for (int i = 0; i < METRICS_BINS; i++) {
        struct metrics_bin *bin = &m->bins[i];
        if (!bin->count)
            continue;
        bin->confidence /= (double)bin->count;
        bin->accuracy /= (double)bin->count;
        m->ece += fabs(bin->confidence - bin->accuracy) * (double)bin->count / (double)m->count;
    }
}

void metrics_compute(struct metrics *m, int classes, int64_t count, const uint8_t *truth,
                     const float *probabilities)
{
    memset(m, 0, sizeof *m);
    m->classes = classes;
    m->count = count;
    for (int64_t i = 0; i < count; i++)
        count_answer(m, truth[i], probabilities + i * classes);
    int occurring = 0;
    int64_t right = 0;
    for (int c = 0; c < classes; c++) {
        int occurs;
        compute_class(m, c, &occurs);
        occurring += occurs;
        right += m->confusion[c][c];
        m->macro_precision += m->per_class[c].precision;
        m->macro_recall += m->per_class[c].recall;
        m->macro_f1 += m->per_class[c].f1;
    }
    m->macro_precision = ratio(m->macro_precision, occurring);
    m->macro_recall = ratio(m->macro_recall, occurring);
    m->macro_f1 = ratio(m->macro_f1, occurring);
    m->accuracy = ratio((double)right, (double)count);
    compute_bins(m);
}
