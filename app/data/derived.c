#include "derived.h"

#include <math.h>
#include <string.h>

/* Pleasure and arousal of each word, −1 to 1, of Russell & Mehrabian, "Evidence for a three-factor
 * theory of emotions", Journal of Research in Personality 11 (1977): happy (31), surprised (52),
 * disgusted (75), angry (82), fearful (101), sad (151 of its table). Compared with public copies of
 * that table, not with the paper itself. Neutral is the middle by definition. */
static const struct {
    const char *label;
    double valence, arousal;
} places[] = {
    {"angry", -0.51, 0.59}, {"anger", -0.51, 0.59},    {"disgust", -0.60, 0.35},
    {"fear", -0.64, 0.60},  {"happy", 0.81, 0.51},     {"happiness", 0.81, 0.51},
    {"sad", -0.63, -0.27},  {"sadness", -0.63, -0.27}, {"surprise", 0.40, 0.67},
    {"neutral", 0, 0},
};

/* Returns -1 for a word that is not among them. */
static int place_of(const char *label)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (!strcmp(places[i].label, label))
            return (int)i;
    return -1;
}

bool derived_known(const struct mien_model_info *model)
{
    for (int i = 0; i < model->label_count; i++)
        if (place_of(model->labels[i]) < 0)
            return false;
    return true;
}

struct derived derived_of(const struct mien_model_info *model, const float *probabilities)
{
    struct derived sum = {0};
    for (int i = 0; i < model->label_count; i++) {
        int place = place_of(model->labels[i]);
        double p = probabilities[i];
        if (place >= 0) {
            sum.valence += p * places[place].valence;
            sum.arousal += p * places[place].arousal;
        }
        if (p > 0)
            sum.disagreement -= p * log(p);
    }
    sum.disagreement /= log(model->label_count);
    return sum;
}
