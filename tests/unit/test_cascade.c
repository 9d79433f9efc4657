/* The reader of cascade files against files that mean harm. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faces/cascade_file.h"
#include "runner.h"

/* The parts of a small cascade, each of which a case may put another in place of. */
struct parts {
    const char *head, *kind, *width, *categories, *threshold, *nodes, *leaves, *features;
};

static const struct parts haar = {
    .head = "<?xml version=\"1.0\"?>",
    .kind = "HAAR",
    .width = "20",
    .categories = "0",
    .threshold = "-1.5",
    .nodes = "0 1 0 -0.01 -1 -2 1 2.5e-3",
    .leaves = "0.1 0.2 0.3",
    .features = "<_><rects><_>6 4 12 9 -1.</_><_>6 7 12 3 3.</_></rects></_>"
                "<_><rects><_>10 2 4 6 -1.</_></rects><tilted>1</tilted></_>",
};
static const struct parts lbp = {
    .head = "",
    .kind = "LBP",
    .width = "20",
    .categories = "256",
    .threshold = "0",
    .nodes = "0 -1 0 -1 -2147483648 2147483647 0 1 2 3 4",
    .leaves = "1 2",
    .features = "<_><rect>2 2 6 5</rect></_>",
};

static int parse_parts(const struct parts *parts, struct cascade_file *file,
                       struct mien_error *error)
{
    char *text;
    int length = asprintf(
        &text,
        "%s<opencv_storage><cascade><stageType>BOOST</stageType><featureType>%s</featureType>"
        "<height>20</height><width>%s</width><stageParams><maxDepth>1</maxDepth></stageParams>"
        "<featureParams><maxCatCount>%s</maxCatCount></featureParams><stages><_>"
        "<stageThreshold>%s</stageThreshold><weakClassifiers><_><internalNodes>\n%s</internalNodes>"
        "<leafValues>%s</leafValues></_></weakClassifiers></_></stages><features>%s</features>"
        "</cascade></opencv_storage>",
        parts->head, parts->kind, parts->width, parts->categories, parts->threshold, parts->nodes,
        parts->leaves, parts->features);
    CU_ASSERT_FATAL(length > 0);
    int status = cascade_file_parse(file, text, (size_t)length, "made up", error);
    free(text);
    return status;
}

static void refuses(const struct parts *parts, int code, const char *word)
{
    struct cascade_file file = {.width = 77};
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(parse_parts(parts, &file, &error), code);
    CU_ASSERT_EQUAL(file.width, 77);
    if (!strstr(error.text, word))
        printf("# not \"%s\": %s\n", word, error.text);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, word));
}

#define HAAR_BUT(part, text, word)                                                                 \
    do {                                                                                           \
        struct parts broken = haar;                                                                \
        broken.part = text;                                                                        \
        refuses(&broken, -EINVAL, word);                                                           \
    } while (0)
#define LBP_BUT(part, text, word)                                                                  \
    do {                                                                                           \
        struct parts broken = lbp;                                                                 \
        broken.part = text;                                                                        \
        refuses(&broken, -EINVAL, word);                                                           \
    } while (0)

static void reads_trees_and_tilted_features(void)
{
    struct cascade_file file;
    struct cascade stumps;
    struct mien_error error = {""};
    CU_ASSERT_EQUAL_FATAL(parse_parts(&haar, &file, &error), 0);
    CU_ASSERT(file.kind == CASCADE_HAAR && file.width == 20 && file.height == 20);
    CU_ASSERT(file.stage_count == 1 && file.stages[0].count == 1);
    CU_ASSERT_EQUAL(file.stages[0].threshold, -1.5f);
    CU_ASSERT_EQUAL_FATAL(file.node_count, 2);
    CU_ASSERT(file.nodes[0].right == 1 && file.nodes[1].right == -2);
    CU_ASSERT_EQUAL(file.nodes[1].threshold, 2.5e-3f);
    CU_ASSERT(file.leaf_count == 3 && file.leaves[2] == 0.3f);
    CU_ASSERT(file.feature_count == 2 && file.features[1].tilted);
    CU_ASSERT_EQUAL(cascade_file_stumps(&file, &stumps, &error), -ENOTSUP);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "tree 0"));
    cascade_file_free(&file);
}

static void reads_lbp(void)
{
    struct cascade_file file;
    struct cascade stumps;
    CU_ASSERT_EQUAL_FATAL(parse_parts(&lbp, &file, NULL), 0);
    CU_ASSERT(file.kind == CASCADE_LBP && file.nodes[0].subset[1] == INT32_MIN);
    CU_ASSERT_EQUAL(cascade_file_stumps(&file, &stumps, NULL), -ENOTSUP);
    cascade_file_free(&file);
}

/* Each would read or write where it must not, or never end, in a reader that trusts it. */
static void refuses_numbers_that_do_harm(void)
{
    HAAR_BUT(nodes, "0 1 0 1 1 -1 1 2",
             "line 2, stages/0/weakClassifiers/0/internalNodes: node 1 leads to node 1");
    HAAR_BUT(nodes, "0 2 0 1 -1 -2 1 2", "2 is no whole number from -2 to 1");
    HAAR_BUT(nodes, "0 -3 0 1 -1 -2 1 2", "-3 is no whole number");
    HAAR_BUT(nodes, "0 1 0 1 -1 -2 2 2", "node 1 of tree 0 of the whole asks for feature 2 of 2");
    HAAR_BUT(nodes, "0 1 0 1 -1 -2 -1 2", "-1 is no whole number");
    HAAR_BUT(nodes, "0 1 0 1 -1 -2 1", "has 7 numbers; a node has 4");
    HAAR_BUT(nodes, "", "has 0 numbers");
    HAAR_BUT(nodes, "0 1 0 nan -1 -2 1 2", "'nan -1 -2 1 2' is no number");
    HAAR_BUT(nodes, "0 1 0 1e999 -1 -2 1 2", "1e999 is too large");
    HAAR_BUT(nodes, "0 1 0 0x1p3 -1 -2 1 2", "is no number");
    HAAR_BUT(nodes, "0 1 0 1,5 -1 -2 1 2", "is no number");
    HAAR_BUT(nodes, "0 .5 0 1 -1 -2 1 2", "0.5 is no whole number");
    HAAR_BUT(leaves, "0.1 0.2", "stages/0/weakClassifiers/0: has 2 leaves; 2 nodes need 3");
    HAAR_BUT(width, "2000000000", "is no whole number from 4 to 128");
    HAAR_BUT(width, "", "width: is empty");
    HAAR_BUT(categories, "256", "maxCatCount: is 256; these features need 0");
    HAAR_BUT(kind, "CATS", "is 'CATS'");
    HAAR_BUT(features, "<_><rects><_>6 4 15 9 -1.</_></rects></_>", "leaves the window of 20×20");
    HAAR_BUT(features, "<_><rects><_>-1 4 5 9 -1.</_></rects></_>", "-1 is no whole number");
    HAAR_BUT(features, "<_><rects><_>6 4 0 9 -1.</_></rects></_>", "0 is no whole number");
    HAAR_BUT(features,
             "<_><rects><_>6 4 1 1 1</_><_>6 4 1 1 1</_><_>6 4 1 1 1</_>"
             "<_>6 4 1 1 1</_></rects></_>",
             "features/0/rects/3: is one more than the 3");
    HAAR_BUT(features, "<_><rects><_>2 2 4 6 -1.</_></rects><tilted>1</tilted></_>",
             "features/0: rectangle 0 leaves the window");
    HAAR_BUT(features, "<_></_>", "features/0: has 0 rectangles");
    HAAR_BUT(features, "", "features: lacks _");
    LBP_BUT(categories, "0", "maxCatCount: is 0; these features need 256");
    LBP_BUT(nodes, "0 -1 0 1", "a node has 11");
    LBP_BUT(features, "<_><rect>2 2 6 7</rect></_>", "leaves the window");
    LBP_BUT(features, "<_><rect>2 2 6 5</rect><tilted>1</tilted></_>", "cannot be tilted");
}

static void refuses_xml_that_does_harm(void)
{
    HAAR_BUT(head, "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]>", "a document type");
    HAAR_BUT(head, "<x/>", "no cascade: its root is <x>");
    HAAR_BUT(threshold, "1</stageThreshold><stageThreshold>2", "stageThreshold is there twice");
    HAAR_BUT(threshold, "1</stageThreshold><weakClassifiers/><stageThreshold>2", "lacks _");
}

static void refuses_other_formats(void)
{
    static const char old[] = "<opencv_storage><face type_id=\"opencv-haar-classifier\"/>";
    static const struct {
        const char *text;
        int code;
        const char *word;
    } cases[] = {
        {old, -ENOTSUP, "the format of OpenCV 1"},
        {"", -EINVAL, "no element found"},
        {"<opencv_storage></opencv_storage>", -EINVAL, "lacks cascade"},
        {"<opencv_storage><cascade></cascade></opencv_storage>", -EINVAL, "lacks stageType"},
        {"<opencv_storage><cascade><stages>", -EINVAL, "stages comes before stageType"},
        {"<opencv_storage><cascade>", -EINVAL, "no element found"},
    };
    struct cascade_file file;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mien_error error = {""};
        CU_ASSERT_EQUAL(
            cascade_file_parse(&file, cases[i].text, strlen(cases[i].text), "x", &error),
            cases[i].code);
        if (!strstr(error.text, cases[i].word))
            printf("# not \"%s\": %s\n", cases[i].word, error.text);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, cases[i].word));
    }
}

static void is_the_same(const struct cascade_file *a, const struct cascade_file *b)
{
    CU_ASSERT(a->kind == b->kind && a->width == b->width && a->height == b->height);
    CU_ASSERT_FATAL(a->stage_count == b->stage_count && a->tree_count == b->tree_count &&
                    a->node_count == b->node_count && a->leaf_count == b->leaf_count &&
                    a->feature_count == b->feature_count);
    CU_ASSERT(!memcmp(a->stages, b->stages, (size_t)a->stage_count * sizeof *a->stages));
    CU_ASSERT(!memcmp(a->trees, b->trees, (size_t)a->tree_count * sizeof *a->trees));
    CU_ASSERT(!memcmp(a->nodes, b->nodes, (size_t)a->node_count * sizeof *a->nodes));
    CU_ASSERT(!memcmp(a->leaves, b->leaves, (size_t)a->leaf_count * sizeof *a->leaves));
    CU_ASSERT(!memcmp(a->features, b->features, (size_t)a->feature_count * sizeof *a->features));
}

/* In a locale with decimal commas too. */
static void reads_again_what_it_prints(void)
{
    const struct parts *const all[] = {&haar, &lbp};
    int commas = setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
    for (int i = 0; i < 2; i++) {
        struct cascade_file file, again;
        char *text;
        size_t size;
        CU_ASSERT_EQUAL_FATAL(parse_parts(all[i], &file, NULL), 0);
        CU_ASSERT_EQUAL_FATAL(cascade_file_print(&file, &text, &size, NULL), 0);
        CU_ASSERT_EQUAL_FATAL(cascade_file_parse(&again, text, size, "printed", NULL), 0);
        is_the_same(&file, &again);
        cascade_file_free(&file);
        cascade_file_free(&again);
        free(text);
    }
    CU_ASSERT(!commas || localeconv()->decimal_point[0] == ',');
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct test tests[] = {
        {"reads trees and tilted features", reads_trees_and_tilted_features},
        {"reads LBP", reads_lbp},
        {"refuses numbers that do harm", refuses_numbers_that_do_harm},
        {"refuses XML that does harm", refuses_xml_that_does_harm},
        {"refuses other formats", refuses_other_formats},
        {"reads again what it prints", reads_again_what_it_prints},
        {NULL, NULL},
    };
    return run_tests("cascade", tests);
}
