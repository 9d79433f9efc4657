#include "runner.h"

#include <CUnit/TestRun.h>
#include <stdio.h>
#include <string.h>

static unsigned case_number;
static const char *skip_reason;

void skip_test(const char *why)
{
    skip_reason = why;
}

void tell(const char *text)
{
    while (*text) {
        int length = (int)strcspn(text, "\n");
        printf("# %.*s\n", length, text);
        text += length + (text[length] == '\n');
    }
}

static void report_case(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failure)
{
    (void)suite;
    case_number++;
    for (CU_pFailureRecord f = failure; f; f = f->pNext)
        printf("# %s:%u: %s\n", f->strFileName, f->uiLineNumber, f->strCondition);
    if (failure)
        printf("not ok %u - %s\n", case_number, test->pName);
    else if (skip_reason)
        printf("ok %u - %s # SKIP %s\n", case_number, test->pName, skip_reason);
    else
        printf("ok %u - %s\n", case_number, test->pName);
    skip_reason = NULL;
    fflush(stdout);
}

static unsigned count_tests(const struct test *tests)
{
    unsigned count = 0;
    while (tests[count].name)
        count++;
    return count;
}

int run_tests(const char *suite_name, const struct test *tests)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 99;
    CU_pSuite suite = CU_add_suite(suite_name, NULL, NULL);
    for (const struct test *test = tests; test->name; test++)
        if (!CU_add_test(suite, test->name, test->run))
            return 99;
    printf("1..%u\n", count_tests(tests));
    CU_set_test_complete_handler(report_case);
    CU_run_all_tests();
    unsigned failed = CU_get_number_of_tests_failed();
    CU_cleanup_registry();
    return failed ? 1 : 0;
}
