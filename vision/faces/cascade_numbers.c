/* What the elements of a cascade file mean, and which numbers they may have. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cascade_reader.h"

enum array { STAGES, TREES, NODES, LEAVES, FEATURES };

/* Returns the new last element of an array, zeroed, or NULL. */
static void *append(struct cascade_reader *reader, enum array which, void *array, int *count,
                    size_t size)
{
    void **items = array;
    int *room = &reader->room[which];
    if (*count == *room) {
        int more = *room ? 2 * *room : 64;
        void *grown = *room > INT_MAX / 4 ? NULL : realloc(*items, (size_t)more * size);
        if (!grown) {
            cascade_refuse(reader, ENOMEM, "no memory for the face cascade");
            return NULL;
        }
        *items = grown;
        *room = more;
    }
    return memset((char *)*items + (size_t)(*count)++ * size, 0, size);
}

#define APPEND(reader, which, array, count)                                                        \
    append(reader, which, &(reader)->file.array, &(reader)->file.count,                            \
           sizeof *(reader)->file.array)

/* ---- texts ---- */

static const char *trimmed(struct cascade_reader *reader)
{
    while (reader->length > 0 && strchr(" \t\r\n", reader->text[reader->length - 1]))
        reader->length--;
    reader->text[reader->length] = '\0';
    return reader->text + strspn(reader->text, " \t\r\n");
}

/* Returns how many numbers the text is, at most `most`, or a negative errno value. The caller has
 * seen to it that a number has a point here, not a comma. */
static int read_numbers(struct cascade_reader *reader, double *values, int most)
{
    const char *text = trimmed(reader);
    int count = 0;
    for (size_t length; *text; text += length + strspn(text + length, " \t\r\n")) {
        char *end;
        length = strspn(text, "+-.0123456789eE"); /* strtod reads "inf" and hexadecimals too */
        if (count == most)
            return cascade_refuse(reader, EINVAL, "has more than %d numbers", most);
        values[count] = strtod(text, &end);
        if (length == 0 || end != text + length || (*end && !strchr(" \t\r\n", *end)))
            return cascade_refuse(reader, EINVAL, "'%.20s' is no number", text);
        if (!isfinite((float)values[count++]))
            return cascade_refuse(reader, EINVAL, "%.*s is too large", (int)length, text);
    }
    return count;
}

static int to_int(struct cascade_reader *reader, double value, int least, int most, int *to)
{
    if (value != floor(value) || value < least || value > most)
        return cascade_refuse(reader, EINVAL, "%g is no whole number from %d to %d", value, least,
                              most);
    *to = (int)value;
    return 0;
}

static int read_int(struct cascade_reader *reader, int least, int most, int *to)
{
    double value;
    int count = read_numbers(reader, &value, 1);
    if (count == 0)
        return cascade_refuse(reader, EINVAL, "is empty");
    return count < 0 ? count : to_int(reader, value, least, most, to);
}

/* ---- the head ---- */

int cascade_take_stage_type(struct cascade_reader *reader)
{
    const char *text = trimmed(reader);
    return !strcmp(text, "BOOST") ? 0
                                  : cascade_refuse(reader, EINVAL, "is '%.20s', not BOOST", text);
}

int cascade_take_feature_type(struct cascade_reader *reader)
{
    const char *text = trimmed(reader);
    if (!strcmp(text, "HOG"))
        return cascade_refuse(reader, ENOTSUP, "is HOG; mien knows HAAR and LBP");
    reader->file.kind = !strcmp(text, "HAAR")  ? CASCADE_HAAR
                        : !strcmp(text, "LBP") ? CASCADE_LBP
                                               : CASCADE_NO_KIND;
    return reader->file.kind ? 0
                             : cascade_refuse(reader, EINVAL, "is '%.20s', not HAAR or LBP", text);
}

int cascade_take_height(struct cascade_reader *reader)
{
    return read_int(reader, CASCADE_WINDOW_MIN, CASCADE_WINDOW_MAX, &reader->file.height);
}

int cascade_take_width(struct cascade_reader *reader)
{
    return read_int(reader, CASCADE_WINDOW_MIN, CASCADE_WINDOW_MAX, &reader->file.width);
}

/* An LBP feature has one of 256 values, and a node a bit for each. */
int cascade_take_categories(struct cascade_reader *reader)
{
    int count = 0, wanted = reader->file.kind == CASCADE_LBP ? 32 * CASCADE_SUBSET : 0;
    int status = read_int(reader, 0, INT_MAX, &count);
    if (status == 0 && reader->file.kind == CASCADE_NO_KIND)
        return cascade_refuse(reader, EINVAL, "comes before featureType");
    if (status == 0 && count != wanted)
        return cascade_refuse(reader, EINVAL, "is %d; these features need %d", count, wanted);
    return status;
}

/* ---- stages and trees ---- */

int cascade_begin_stage(struct cascade_reader *reader)
{
    int first = reader->file.tree_count;
    struct cascade_stage *stage = APPEND(reader, STAGES, stages, stage_count);
    if (!stage)
        return -ENOMEM;
    stage->first = first;
    return 0;
}

static struct cascade_stage *last_stage(struct cascade_reader *reader)
{
    return &reader->file.stages[reader->file.stage_count - 1];
}

int cascade_take_threshold(struct cascade_reader *reader)
{
    double value;
    int count = read_numbers(reader, &value, 1);
    if (count == 0)
        return cascade_refuse(reader, EINVAL, "is empty");
    if (count > 0)
        last_stage(reader)->threshold = (float)value;
    return count < 0 ? count : 0;
}

int cascade_begin_tree(struct cascade_reader *reader)
{
    struct cascade_tree *tree = APPEND(reader, TREES, trees, tree_count);
    if (!tree)
        return -ENOMEM;
    tree->first_node = reader->file.node_count;
    tree->first_leaf = reader->file.leaf_count;
    last_stage(reader)->count++;
    return 0;
}

static struct cascade_tree *last_tree(struct cascade_reader *reader)
{
    return &reader->file.trees[reader->file.tree_count - 1];
}

/* Children come later in the file than their parent, so each search ends. */
static int take_child(struct cascade_reader *reader, double value, int node, int count, int *child)
{
    int status = to_int(reader, value, -count, count - 1, child);
    if (status == 0 && *child > 0 && *child <= node)
        return cascade_refuse(reader, EINVAL, "node %d leads to node %d, so a search would not end",
                              node, *child);
    return status;
}

static int take_node(struct cascade_reader *reader, const double *values, int index, int count)
{
    struct cascade_node *node = APPEND(reader, NODES, nodes, node_count);
    if (!node)
        return -ENOMEM;
    int status = take_child(reader, values[0], index, count, &node->left);
    if (status == 0)
        status = take_child(reader, values[1], index, count, &node->right);
    if (status == 0)
        status = to_int(reader, values[2], 0, INT_MAX, &node->feature);
    if (reader->file.kind == CASCADE_HAAR)
        node->threshold = (float)values[3];
    for (int i = 0; status == 0 && reader->file.kind == CASCADE_LBP && i < CASCADE_SUBSET; i++)
        status = to_int(reader, values[3 + i], INT_MIN, INT_MAX, &node->subset[i]);
    return status;
}

int cascade_take_nodes(struct cascade_reader *reader)
{
    double values[CASCADE_NUMBERS_MAX];
    int step = reader->file.kind == CASCADE_LBP ? 3 + CASCADE_SUBSET : 4;
    int count = read_numbers(reader, values, CASCADE_TREE_MAX * step);
    if (count >= 0 && (count == 0 || count % step != 0))
        return cascade_refuse(reader, EINVAL, "has %d numbers; a node has %d", count, step);
    int status = count < 0 ? count : 0;
    for (int i = 0; status == 0 && i < count / step; i++)
        status = take_node(reader, values + i * step, i, count / step);
    if (status == 0)
        last_tree(reader)->node_count = count / step;
    return status;
}

int cascade_take_leaves(struct cascade_reader *reader)
{
    double values[CASCADE_TREE_MAX + 1];
    int count = read_numbers(reader, values, CASCADE_TREE_MAX + 1);
    for (int i = 0; i < count; i++) {
        float *leaf = APPEND(reader, LEAVES, leaves, leaf_count);
        if (!leaf)
            return -ENOMEM;
        *leaf = (float)values[i];
    }
    return count < 0 ? count : 0;
}

int cascade_end_tree(struct cascade_reader *reader)
{
    const struct cascade_tree *tree = last_tree(reader);
    int leaves = reader->file.leaf_count - tree->first_leaf;
    return leaves == tree->node_count + 1
               ? 0
               : cascade_refuse(reader, EINVAL, "has %d leaves; %d nodes need %d", leaves,
                                tree->node_count, tree->node_count + 1);
}

/* ---- features ---- */

int cascade_begin_feature(struct cascade_reader *reader)
{
    return APPEND(reader, FEATURES, features, feature_count) ? 0 : -ENOMEM;
}

static struct cascade_feature *last_feature(struct cascade_reader *reader)
{
    return &reader->file.features[reader->file.feature_count - 1];
}

int cascade_take_rect(struct cascade_reader *reader)
{
    struct cascade_feature *feature = last_feature(reader);
    double values[5];
    int wanted = reader->file.kind == CASCADE_LBP ? 4 : 5;
    int numbers[4] = {0}, count = read_numbers(reader, values, wanted);
    if (count >= 0 && count != wanted)
        return cascade_refuse(reader, EINVAL, "has %d numbers, not %d", count, wanted);
    int status = count < 0 ? count : 0;
    for (int i = 0; status == 0 && i < 4; i++) /* position 0 or more, size 1 or more */
        status = to_int(reader, values[i], i / 2, CASCADE_WINDOW_MAX, &numbers[i]);
    if (status == 0 && feature->count == CASCADE_RECTS)
        return cascade_refuse(reader, EINVAL, "is one more than the %d a feature can have",
                              CASCADE_RECTS);
    if (status == 0)
        feature->rects[feature->count++] = (struct cascade_rect){
            numbers[0], numbers[1], numbers[2], numbers[3], wanted == 5 ? (float)values[4] : 0};
    return status;
}

int cascade_take_tilted(struct cascade_reader *reader)
{
    return read_int(reader, 0, 1, &last_feature(reader)->tilted);
}

/* A tilted rectangle stands on its lowest corner: it runs `width` down to the right from x, y and
 * `height` down to the left. An LBP feature is three of its cells wide and high. */
static int is_inside(const struct cascade_file *file, const struct cascade_feature *feature,
                     const struct cascade_rect *rect)
{
    if (file->kind == CASCADE_LBP)
        return rect->x + 3 * rect->width <= file->width &&
               rect->y + 3 * rect->height <= file->height;
    if (feature->tilted)
        return rect->x - rect->height >= 0 && rect->x + rect->width <= file->width &&
               rect->y + rect->width + rect->height <= file->height;
    return rect->x + rect->width <= file->width && rect->y + rect->height <= file->height;
}

int cascade_end_feature(struct cascade_reader *reader)
{
    const struct cascade_feature *feature = last_feature(reader);
    if (feature->tilted && reader->file.kind == CASCADE_LBP)
        return cascade_refuse(reader, EINVAL, "an LBP feature cannot be tilted");
    if (feature->count == 0 || (feature->count > 1 && reader->file.kind == CASCADE_LBP))
        return cascade_refuse(reader, EINVAL, "has %d rectangles", feature->count);
    for (int i = 0; i < feature->count; i++)
        if (!is_inside(&reader->file, feature, &feature->rects[i]))
            return cascade_refuse(reader, EINVAL, "rectangle %d leaves the window of %d×%d", i,
                                  reader->file.width, reader->file.height);
    return 0;
}

/* ---- all of it ---- */

int cascade_end(struct cascade_reader *reader)
{
    const struct cascade_file *file = &reader->file;
    for (int t = 0; t < file->tree_count; t++)
        for (int n = 0; n < file->trees[t].node_count; n++) {
            int feature = file->nodes[file->trees[t].first_node + n].feature;
            if (feature >= file->feature_count)
                return cascade_refuse(reader, EINVAL,
                                      "node %d of tree %d of the whole asks for feature %d of %d",
                                      n, t, feature, file->feature_count);
        }
    return 0;
}
