/* What holds for a whole cascade file, once it is read. */
#include "cascade_file.h"

#include <errno.h>
#include <stdlib.h>

/* OpenCV lowers each stage's threshold a little before it compares. */
static const float STAGE_MARGIN = 1e-5f;

void cascade_file_free(struct cascade_file *file)
{
    free(file->stages);
    free(file->trees);
    free(file->nodes);
    free(file->leaves);
    free(file->features);
    *file = (struct cascade_file){0};
}

static int fill_stump(const struct cascade_file *file, int index, struct cascade_stump *stump)
{
    const struct cascade_tree *tree = &file->trees[index];
    const struct cascade_node *node = &file->nodes[tree->first_node];
    const struct cascade_feature *feature = &file->features[node->feature];
    if (tree->node_count != 1 || node->left != 0 || node->right != -1 || feature->tilted)
        return -ENOTSUP;
    for (int i = 0; i < CASCADE_RECTS; i++)
        stump->rects[i] = feature->rects[i];
    stump->threshold = node->threshold;
    stump->left = file->leaves[tree->first_leaf];
    stump->right = file->leaves[tree->first_leaf + 1];
    return 0;
}

static int fill(const struct cascade_file *file, struct cascade *stumps, struct mien_error *error)
{
    for (int i = 0; i < file->tree_count; i++)
        if (fill_stump(file, i, &stumps->stumps[i]) < 0)
            return mien_error_set(error, ENOTSUP,
                                  "tree %d is not one question about upright rectangles", i);
    for (int i = 0; i < file->stage_count; i++) {
        stumps->stages[i] = file->stages[i];
        stumps->stages[i].threshold -= STAGE_MARGIN;
    }
    return 0;
}

int cascade_file_stumps(const struct cascade_file *file, struct cascade *stumps,
                        struct mien_error *error)
{
    struct cascade made = {.width = file->width,
                           .height = file->height,
                           .stage_count = file->stage_count,
                           .stump_count = file->tree_count};
    if (file->kind != CASCADE_HAAR)
        return mien_error_set(error, ENOTSUP, "it is made of LBP features");
    made.stages = calloc((size_t)made.stage_count, sizeof *made.stages);
    made.stumps = calloc((size_t)made.stump_count, sizeof *made.stumps);
    int status = made.stages && made.stumps
                     ? fill(file, &made, error)
                     : mien_error_set(error, ENOMEM, "no memory for the face cascade");
    if (status < 0)
        cascade_free(&made);
    else
        *stumps = made;
    return status;
}
