#include "cpus.h"

#include <sched.h>

int cpus_usable(int most)
{
    cpu_set_t cpus;
    int count = sched_getaffinity(0, sizeof cpus, &cpus) ? 1 : CPU_COUNT(&cpus);
    return count < most ? count : most;
}
