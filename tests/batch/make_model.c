/* Writes a small model that knows nothing, but always the same, to standard output. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "generated_model.h"

int main(void)
{
    cJSON *layers = cJSON_Parse("[{\"op\":\"conv\",\"name\":\"begin\",\"filters\":4,\"kernel\":3},"
                                "{\"op\":\"relu\"},{\"op\":\"global_average_pool\"},"
                                "{\"op\":\"dense\",\"name\":\"end\",\"units\":3},"
                                "{\"op\":\"softmax\"}]");
    cJSON *labels = cJSON_Parse("[\"angry\",\"happy\",\"neutral\"]");
    struct file_bytes file = generate_model(layers, labels, 48, 0);
    size_t written = fwrite(file.data, 1, file.size, stdout);
    int failed = written != file.size || fflush(stdout);
    free(file.data);
    cJSON_Delete(layers);
    cJSON_Delete(labels);
    return failed;
}
