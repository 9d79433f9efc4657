/* A checked cascade as XML again: another program reads what we understood, and no byte of a
 * stranger's. */
#include "cascade_file.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static void print_node(FILE *out, const struct cascade_file *file, const struct cascade_node *node)
{
    fprintf(out, "%d %d %d", node->left, node->right, node->feature);
    if (file->kind == CASCADE_HAAR)
        fprintf(out, " %.9e", (double)node->threshold);
    for (int i = 0; file->kind == CASCADE_LBP && i < CASCADE_SUBSET; i++)
        fprintf(out, " %d", node->subset[i]);
    fputc('\n', out);
}

static void print_tree(FILE *out, const struct cascade_file *file, const struct cascade_tree *tree)
{
    fputs("<_><internalNodes>\n", out);
    for (int i = 0; i < tree->node_count; i++)
        print_node(out, file, &file->nodes[tree->first_node + i]);
    fputs("</internalNodes><leafValues>\n", out);
    for (int i = 0; i <= tree->node_count; i++)
        fprintf(out, "%.9e\n", (double)file->leaves[tree->first_leaf + i]);
    fputs("</leafValues></_>\n", out);
}

static void print_stage(FILE *out, const struct cascade_file *file,
                        const struct cascade_stage *stage)
{
    fprintf(out,
            "<_><maxWeakCount>%d</maxWeakCount><stageThreshold>%.9e</stageThreshold>"
            "<weakClassifiers>\n",
            stage->count, (double)stage->threshold);
    for (int i = 0; i < stage->count; i++)
        print_tree(out, file, &file->trees[stage->first + i]);
    fputs("</weakClassifiers></_>\n", out);
}

static void print_feature(FILE *out, const struct cascade_file *file,
                          const struct cascade_feature *feature)
{
    const struct cascade_rect *rect = feature->rects;
    if (file->kind == CASCADE_LBP) {
        fprintf(out, "<_><rect>%d %d %d %d</rect></_>\n", rect->x, rect->y, rect->width,
                rect->height);
        return;
    }
    fputs("<_><rects>", out);
    for (int i = 0; i < feature->count; i++, rect++)
        fprintf(out, "<_>%d %d %d %d %.9e</_>", rect->x, rect->y, rect->width, rect->height,
                (double)rect->weight);
    fprintf(out, "</rects><tilted>%d</tilted></_>\n", feature->tilted);
}

static void print(FILE *out, const struct cascade_file *file)
{
    fprintf(out,
            "<?xml version=\"1.0\"?>\n<opencv_storage>\n"
            "<cascade type_id=\"opencv-cascade-classifier\"><stageType>BOOST</stageType>\n"
            "<featureType>%s</featureType><height>%d</height><width>%d</width>\n"
            "<featureParams><maxCatCount>%d</maxCatCount></featureParams>\n"
            "<stageNum>%d</stageNum>\n<stages>\n",
            file->kind == CASCADE_HAAR ? "HAAR" : "LBP", file->height, file->width,
            file->kind == CASCADE_HAAR ? 0 : 32 * CASCADE_SUBSET, file->stage_count);
    for (int i = 0; i < file->stage_count; i++)
        print_stage(out, file, &file->stages[i]);
    fputs("</stages>\n<features>\n", out);
    for (int i = 0; i < file->feature_count; i++)
        print_feature(out, file, &file->features[i]);
    fputs("</features></cascade>\n</opencv_storage>\n", out);
}

int cascade_file_print(const struct cascade_file *file, char **text, size_t *size,
                       struct mien_error *error)
{
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    FILE *out = plain ? open_memstream(text, size) : NULL;
    int good = 0;
    if (out) {
        locale_t before = uselocale(plain);
        print(out, file);
        uselocale(before);
        good = !ferror(out);
        good = fclose(out) == 0 && good;
        if (!good)
            free(*text);
    }
    if (plain)
        freelocale(plain);
    return good ? 0 : mien_error_set(error, ENOMEM, "no memory for the text of a face cascade");
}
