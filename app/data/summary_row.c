#include "summary_row.h"

#include "derived.h"
#include "write.h"

enum { TIME_PLACES = 6, SHARE_PLACES = 4, LABEL_BYTES = 256 };

/* Of all faces together, by the time that each was shown. */
struct totals {
    double seconds, label_seconds[MIEN_LABELS_MAX];
    double probability_seconds[MIEN_LABELS_MAX];
    uint64_t changes;
};

static void add_face(struct totals *totals, const struct timeline_face *face, int labels)
{
    totals->seconds += face->seconds;
    for (int i = 0; i < labels; i++)
        totals->label_seconds[i] += face->label_seconds[i];
    for (int i = 0; i < labels * labels; i++)
        totals->changes += face->changes[i];
    for (int step = 0; step < face->step_count; step++)
        for (int i = 0; i < labels; i++)
            totals->probability_seconds[i] += face->steps[step * (labels + 1) + 1 + i];
}

void write_summary_names(FILE *file, const struct mien_model_info *model)
{
    char name[LABEL_BYTES];
    fputs("seconds,frames,frames_with_faces,frames_lost,time_jumps,interrupted,faces,face_seconds,"
          "transitions",
          file);
    for (int i = 0; i < model->label_count; i++) {
        snprintf(name, sizeof name, "share_%s", model->labels[i]);
        putc(',', file);
        write_csv_cell(file, name);
    }
    fputs(derived_known(model) ? ",mean_valence,mean_arousal\r\n" : "\r\n", file);
}

static void write_cell(FILE *file, double value, bool known)
{
    putc(',', file);
    if (known)
        write_number(file, value, SHARE_PLACES);
}

/* Valence and arousal are sums over the probabilities: the mean of them is that of the mean. */
static void write_means(FILE *file, const struct mien_model_info *model,
                        const struct totals *totals)
{
    float means[MIEN_LABELS_MAX];
    for (int i = 0; i < model->label_count; i++)
        means[i] = (float)(totals->probability_seconds[i] / totals->seconds);
    struct derived derived = derived_of(model, means);
    write_cell(file, derived.valence, totals->seconds > 0);
    write_cell(file, derived.arousal, totals->seconds > 0);
}

void write_summary_row(FILE *file, const struct timeline *timeline,
                       const struct export_facts *facts)
{
    struct totals totals = {0};
    const struct mien_model_info *model = timeline->model;
    for (size_t i = 0; i < timeline->face_count; i++)
        add_face(&totals, &timeline->faces[i], model->label_count);
    write_number(file, timeline->end, TIME_PLACES);
    fprintf(file, ",%lld,%lld,%lld,%lld,%d,%zu,", (long long)timeline->frames,
            (long long)timeline->frames_with_faces, (long long)facts->losses,
            (long long)facts->jumps, facts->interrupted, timeline->face_count);
    write_number(file, totals.seconds, TIME_PLACES);
    fprintf(file, ",%llu", (unsigned long long)totals.changes);
    for (int i = 0; i < model->label_count; i++)
        write_cell(file, totals.label_seconds[i] / totals.seconds, totals.seconds > 0);
    if (derived_known(model))
        write_means(file, model, &totals);
    fputs("\r\n", file);
}
