#include "network_options.h"

#include <stdbool.h>
#include <string.h>

#include "mien/network.h"

static bool is_among(const char *name, const char *(*name_of)(int index))
{
    for (int i = 0; name_of(i); i++)
        if (!strcmp(name, name_of(i)))
            return true;
    return false;
}

void check_precision(const char *name, struct argp_state *state)
{
    if (strcmp(name, "auto") && !is_among(name, mien_precision))
        argp_error(state, "there is no precision '%s': auto, fp32, bf16 or int8", name);
}

void check_level(const char *name, struct argp_state *state)
{
    if (!is_among(name, mien_network_level))
        argp_error(state, "there is no CPU level '%s' in this build", name);
}
