/* One CUnit suite per program, reported as TAP so that meson counts every case. */
#ifndef TESTS_RUNNER_H
#define TESTS_RUNNER_H

#include <CUnit/CUnit.h>

struct test {
    const char *name;
    void (*run)(void);
};

/* Runs the cases in order; returns main's exit code. A list ends with a NULL name.
 * Calling skip_test("why") inside a case reports it as skipped, never as passed. */
int run_tests(const char *suite, const struct test *tests);
void skip_test(const char *why);

/* Says more of the case that runs, in comments above its line: what a program printed, say. */
void tell(const char *text);

#endif
