/* Counts of faces by emotion: each face once in each row, under what it showed for longest. */
#include "kiosk/counts.h"
#include "runner.h"

#include <stdlib.h>
#include <string.h>

static const char *const labels[] = {"angry", "happy"};
static const struct mien_model_info model = {.labels = labels, .label_count = 2};
enum { ANGRY, HAPPY, UNCERTAIN = -1 };

static struct counts counts;

/* A look at faces 1, 2, … `first` and on, one for each label given. */
static void look(double time, uint32_t first, int count, const int *shown)
{
    static struct mien_face list[MIEN_TRACKS_MAX];
    struct mien_faces faces = {.list = list, .count = count};
    for (int i = 0; i < count; i++)
        faces.list[i] = (struct mien_face){.id = first + (uint32_t)i,
                                           .label = shown[i] < 0 ? 0 : shown[i],
                                           .uncertain = shown[i] < 0};
    counts_add(&counts, &faces, time);
}

static void expect_row(const char *end)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    counts_write(&counts, file, &model, 60);
    fclose(file);
    CU_ASSERT_EQUAL(strncmp(text, "{\"time\":\"2", 10), 0);
    const char *rest = strstr(text, ",\"seconds\"");
    CU_ASSERT_PTR_NOT_NULL_FATAL(rest);
    CU_ASSERT_STRING_EQUAL(rest, end);
    free(text);
}

static void a_face_counts_once_as_what_it_showed_longest(void)
{
    memset(&counts, 0, sizeof counts);
    look(10, 1, 1, (int[]){ANGRY});
    look(11, 1, 1, (int[]){ANGRY});
    look(12, 1, 1, (int[]){HAPPY});
    look(14, 1, 1, (int[]){HAPPY});
    look(15, 1, 1, (int[]){UNCERTAIN});
    look(16, 0, 0, NULL);
    expect_row(",\"seconds\":60,\"faces\":1,\"emotions\":{\"angry\":0,\"happy\":1},"
               "\"uncertain\":0,\"visits\":1,\"dwell\":5}\n");
}

static void those_here_count_and_count_again_in_the_next_row(void)
{
    memset(&counts, 0, sizeof counts);
    CU_ASSERT_FALSE(counts_any(&counts));
    look(0, 7, 2, (int[]){ANGRY, UNCERTAIN});
    CU_ASSERT(counts_any(&counts));
    look(1, 7, 2, (int[]){ANGRY, UNCERTAIN});
    expect_row(",\"seconds\":60,\"faces\":2,\"emotions\":{\"angry\":1,\"happy\":0},"
               "\"uncertain\":1,\"visits\":0,\"dwell\":0}\n");
    look(2, 7, 1, (int[]){HAPPY});
    expect_row(",\"seconds\":60,\"faces\":1,\"emotions\":{\"angry\":0,\"happy\":1},"
               "\"uncertain\":0,\"visits\":1,\"dwell\":1}\n");
    look(3, 0, 0, NULL);
    expect_row(",\"seconds\":60,\"faces\":0,\"emotions\":{\"angry\":0,\"happy\":0},"
               "\"uncertain\":0,\"visits\":1,\"dwell\":2}\n");
    CU_ASSERT_FALSE(counts_any(&counts));
}

static void crowds_that_change_have_room(void)
{
    static const int shown[MIEN_TRACKS_MAX];
    memset(&counts, 0, sizeof counts);
    for (uint32_t i = 0; i < 10; i++) {
        look(2 * i, 1 + i * MIEN_TRACKS_MAX, MIEN_TRACKS_MAX, shown);
        look(2 * i + 1, 1 + i * MIEN_TRACKS_MAX, MIEN_TRACKS_MAX, shown);
    }
    expect_row(",\"seconds\":60,\"faces\":5120,\"emotions\":{\"angry\":5120,\"happy\":0},"
               "\"uncertain\":0,\"visits\":4608,\"dwell\":1}\n");
}

int main(void)
{
    const struct test tests[] = {
        {"a face counts once, as what it showed longest",
         a_face_counts_once_as_what_it_showed_longest},
        {"those here count, and count again in the next row",
         those_here_count_and_count_again_in_the_next_row},
        {"crowds that change have room", crowds_that_change_have_room},
        {NULL, NULL},
    };
    return run_tests("counts", tests);
}
