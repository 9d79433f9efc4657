/* Settings made up by libFuzzer. */
#include <stdint.h>

#include "mien/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct mien_config config;
    mien_config_defaults(&config);
    mien_config_parse(&config, (const char *)bytes, size, "made up", NULL);
    return 0;
}
