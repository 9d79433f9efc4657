#include "data/records.h"
#include "runner.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const labels[] = {"happy", "sad, \"blue\"", "no\\thing"};
static const struct mien_model_info model = {.label_count = 3, .labels = labels};

static struct mien_face both[] = {
    {.id = 1,
     .box = {10, 20, 30, 40},
     .probabilities = {0.75f, 0.2f, 0.05f},
     .label = 0,
     .confidence = 0.75f,
     .quality = {.score = 0.98f, .tilt = -12.5f, .sharpness = 0.5f, .brightness = 0.25f, .cut = 1}},
    {.id = 7,
     .box = {0, 1, 2, 3},
     .probabilities = {0.3f, 0.4f, 0.3f},
     .label = 1,
     .confidence = 0.4f,
     .held = 1,
     .uncertain = 1},
};
static const struct mien_faces two = {.list = both, .count = 2};
static const struct mien_faces nobody = {.count = 0};

/* Two frames, one with two faces and one without; the file's text, to be released by free. */
static char *write_rows_with(enum records_format format, const char *source, unsigned columns)
{
    char path[] = "/tmp/mien-records-XXXXXX";
    close(mkstemp(path));
    struct records *records = NULL;
    CU_ASSERT_EQUAL_FATAL(records_open(&records, path, format, &model, NULL), 0);
    records_add_columns(records, columns);
    CU_ASSERT_EQUAL(records_add(records, source, 4, 1 / 3.0, &two, NULL), 0);
    CU_ASSERT_EQUAL(records_add(records, source, 5, 0.5, &nobody, NULL), 0);
    CU_ASSERT_EQUAL(records_close(&records, NULL), 0);
    CU_ASSERT_PTR_NULL(records);
    char *text = calloc(1, 5000);
    FILE *file = fopen(path, "r");
    CU_ASSERT(fread(text, 1, 4999, file) > 0);
    fclose(file);
    unlink(path);
    return text;
}

static char *write_rows(enum records_format format, const char *source)
{
    return write_rows_with(format, source, 0);
}

static void writes_quality(void)
{
    char *text = write_rows_with(RECORDS_JSONL, NULL, RECORDS_QUALITY);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"uncertain\":false,\"quality\":{\"score\":0.98,\"tilt\":"
                                        "-12.5,\"sharpness\":0.5,\"brightness\":0.25,\"cut\":"
                                        "true}}\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"uncertain\":true,\"quality\":null}\n"));
    free(text);
    text = write_rows_with(RECORDS_CSV, NULL, RECORDS_QUALITY);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, ",no\\thing,score,tilt,sharpness,brightness,cut\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, ",0.75,0.2,0.05,0.98,-12.5,0.5,0.25,1\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, ",0.3,0.4,0.3,,,,,\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "5,0.5,,,,,,,,,,,,,,,,\r\n"));
    free(text);
}

static void writes_json_lines(void)
{
    char *text = write_rows(RECORDS_JSONL, NULL);
    CU_ASSERT_STRING_EQUAL(
        text,
        "{\"version\":2,\"frame\":4,\"time\":0.333333,\"face\":1,\"box\":[10,20,30,40],"
        "\"emotions\":"
        "{\"happy\":0.75,\"sad, \\\"blue\\\"\":0.2,\"no\\\\thing\":0.05},\"label\":"
        "\"happy\",\"confidence\":0.75,\"uncertain\":false}\n"
        "{\"version\":2,\"frame\":4,\"time\":0.333333,\"face\":7,\"box\":[0,1,2,3],\"emotions\":"
        "{\"happy\":0.3,\"sad, \\\"blue\\\"\":0.4,\"no\\\\thing\":0.3},\"label\":"
        "\"sad, \\\"blue\\\"\",\"confidence\":0.4,\"uncertain\":true}\n");
    free(text);
}

/* Rows of live pictures have the time of the wall clock. */
static void tells_when_it_was(void)
{
    char path[] = "/tmp/mien-records-XXXXXX", text[2000] = "";
    close(mkstemp(path));
    struct records *records = NULL;
    CU_ASSERT_EQUAL_FATAL(records_open(&records, path, RECORDS_JSONL, &model, NULL), 0);
    records_stamp(records, INT64_C(1795898199000042999));
    CU_ASSERT_EQUAL(records_add(records, NULL, 4, 0.5, &two, NULL), 0);
    CU_ASSERT_EQUAL(records_close(&records, NULL), 0);
    FILE *file = fopen(path, "r");
    CU_ASSERT(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    unlink(path);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "\"time\":0.5,\"utc\":\"2026-11-28T20:36:39.000042Z\",\"face\":1,"));
}

static void escapes_any_source_name(void)
{
    const char *names[] = {"plain.mp4", "a \"b\" \\ c\n\t.mp4", "caf\xc3\xa9 \xf0\x9f\x98\x80"};
    for (int i = 0; i < 3; i++) {
        char *text = write_rows(RECORDS_JSONL, names[i]);
        cJSON *row = cJSON_Parse(text);
        CU_ASSERT_PTR_NOT_NULL_FATAL(row);
        CU_ASSERT_STRING_EQUAL(cJSON_GetObjectItem(row, "source")->valuestring, names[i]);
        cJSON_Delete(row);
        free(text);
    }
    char *text = write_rows(RECORDS_JSONL, "bad \xff\xc0\xaf \xed\xa0\x80");
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"bad \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd "));
    CU_ASSERT_PTR_NULL(strchr(text, '\xff'));
    CU_ASSERT_PTR_NULL(strchr(text, '\xed'));
    free(text);
}

static void writes_csv(void)
{
    char *text = write_rows(RECORDS_CSV, NULL);
    CU_ASSERT_STRING_EQUAL(text,
                           "frame,time,face,x,y,width,height,label,confidence,uncertain,happy,"
                           "\"sad, \"\"blue\"\"\",no\\thing\r\n"
                           "4,0.333333,1,10,20,30,40,happy,0.75,0,0.75,0.2,0.05\r\n"
                           "4,0.333333,7,0,1,2,3,\"sad, \"\"blue\"\"\",0.4,1,0.3,0.4,0.3\r\n"
                           "5,0.5,,,,,,,,,,,\r\n");
    free(text);
    text = write_rows(RECORDS_CSV, "one, two.mp4");
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "source,frame,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\r\n\"one, two.mp4\",5,0.5,"));
    free(text);
}

/* A spreadsheet runs what begins like a formula; and a table is UTF-8. */
static void defuses_cells(void)
{
    static const struct {
        const char *name, *cell;
    } cells[] = {
        {"=1+1", "'=1+1"},
        {"+1", "'+1"},
        {"-1", "'-1"},
        {"@SUM(A1)", "'@SUM"},
        {"\tx", "'\tx"},
        {"\nx", "\"'\nx\""},
        {"=a,\"b\"", "\"'=a,\"\"b\"\"\""},
        {"a=b", "a=b"},
        {"caf\xe9", "caf\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        char *text = write_rows(RECORDS_CSV, cells[i].name);
        const char *second = strchr(text, '\r') + 2;
        CU_ASSERT_EQUAL(strncmp(second, cells[i].cell, strlen(cells[i].cell)), 0);
        free(text);
    }
}

static void writes_the_same_in_every_locale(void)
{
    char folder[] = "/tmp/mien-locale-XXXXXX", command[160];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8", folder);
    if (system(command))
        return skip_test("localedef and de_DE are missing (Debian: locales)");
    setenv("LOCPATH", folder, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(setlocale(LC_ALL, "de_DE.UTF-8"));
    CU_ASSERT_STRING_EQUAL(localeconv()->decimal_point, ",");
    char *text = write_rows(RECORDS_CSV, NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\r\n4,0.333333,1,10,20,30,40,happy,0.75,"));
    free(text);
    setlocale(LC_ALL, "C");
    snprintf(command, sizeof command, "rm -r %s", folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void writes_a_header_for_nothing(void)
{
    char path[] = "/tmp/mien-records-XXXXXX", text[100] = "";
    close(mkstemp(path));
    struct records *records = NULL;
    CU_ASSERT_EQUAL_FATAL(records_open(&records, path, RECORDS_CSV, &model, NULL), 0);
    CU_ASSERT_EQUAL(records_close(&records, NULL), 0);
    FILE *file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL(fgets(text, sizeof text, file));
    CU_ASSERT_EQUAL(strncmp(text, "frame,time,", 11), 0);
    fclose(file);
    unlink(path);
    CU_ASSERT_EQUAL(records_close(&records, NULL), 0);
}

static void names_the_file_that_fails(void)
{
    struct mien_error error = {""};
    struct records *records = NULL;
    CU_ASSERT_EQUAL(records_open(&records, "/no/such/rows.csv", RECORDS_CSV, &model, &error),
                    -ENOENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/no/such/rows.csv"));
    CU_ASSERT_PTR_NULL(records);
    CU_ASSERT_EQUAL_FATAL(records_open(&records, "/dev/full", RECORDS_JSONL, &model, NULL), 0);
    CU_ASSERT_EQUAL(records_add(records, NULL, 0, 0, &two, &error), -ENOSPC);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/dev/full: No space left"));
    CU_ASSERT(records_close(&records, NULL) < 0);
    CU_ASSERT_PTR_NULL(records);
}

int main(void)
{
    const struct test tests[] = {
        {"writes json lines", writes_json_lines},
        {"tells when it was", tells_when_it_was},
        {"escapes any source name", escapes_any_source_name},
        {"writes quality", writes_quality},
        {"writes csv", writes_csv},
        {"defuses cells", defuses_cells},
        {"writes the same in every locale", writes_the_same_in_every_locale},
        {"writes a header for nothing", writes_a_header_for_nothing},
        {"names the file that fails", names_the_file_that_fails},
        {NULL, NULL},
    };
    return run_tests("records", tests);
}
