#include "runner.h"
#include "stream/meter.h"

static void counts_what_happens_in_a_second(void)
{
    struct meter meter = {0};
    CU_ASSERT_EQUAL(meter_rate(&meter, 5), 0);
    for (int i = 0; i < 600; i++) /* more than it keeps */
        meter_add(&meter, i / 30.0, 1);
    CU_ASSERT_DOUBLE_EQUAL(meter_rate(&meter, 20), 30, 0.6);
    CU_ASSERT_DOUBLE_EQUAL(meter_rate(&meter, 21), 15, 1);
    CU_ASSERT_EQUAL(meter_rate(&meter, 30), 0);
}

static void finds_percentiles(void)
{
    struct meter meter = {0};
    CU_ASSERT_EQUAL(meter_percentile(&meter, 0, 0.5), -1);
    for (int i = 0; i < 100; i++)
        meter_add(&meter, 1, (i * 37) % 100 + 1); /* 1…100, shuffled */
    CU_ASSERT_EQUAL(meter_percentile(&meter, 1, 0.5), 50);
    CU_ASSERT_EQUAL(meter_percentile(&meter, 1, 0.95), 95);
    CU_ASSERT_EQUAL(meter_percentile(&meter, 1, 1), 100);
}

static void forgets_old_values(void)
{
    struct meter meter = {0};
    meter_add(&meter, 0, 500);
    meter_add(&meter, 4, 20);
    CU_ASSERT_EQUAL(meter_percentile(&meter, 4, 0.95), 500);
    CU_ASSERT_EQUAL(meter_percentile(&meter, 6, 0.95), 20);
    CU_ASSERT_EQUAL(meter_percentile(&meter, 10, 0.95), -1);
}

static void bounds_odd_values(void)
{
    struct meter meter = {0};
    meter_add(&meter, 0, -5);
    CU_ASSERT_EQUAL(meter_percentile(&meter, 0, 1), 0);
    meter_add(&meter, 0, 1e12);
    CU_ASSERT_EQUAL(meter_percentile(&meter, 0, 1), 999);
}

int main(void)
{
    const struct test tests[] = {
        {"counts what happens in a second", counts_what_happens_in_a_second},
        {"finds percentiles", finds_percentiles},
        {"forgets old values", forgets_old_values},
        {"bounds odd values", bounds_odd_values},
        {NULL, NULL},
    };
    return run_tests("meter", tests);
}
