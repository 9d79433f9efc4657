#include "people.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1 << 20 };

struct people {
    cJSON *json;
    const cJSON *list; /* of the recording; NULL: it has none */
};

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int read_json(cJSON **json, const char *path, struct mien_error *error)
{
    FILE *file = fopen(path, "re");
    char *text = file ? calloc(1, FILE_BYTES_MAX + 1) : NULL;
    int result = file ? 0 : mien_error_set(error, errno, "%s: %s", path, strerror(errno));
    if (file && !text)
        result = mien_error_set(error, ENOMEM, "%s: no memory to read it", path);
    if (text && fread(text, 1, FILE_BYTES_MAX + 1, file) > FILE_BYTES_MAX)
        result = mien_error_set(error, EFBIG, "%s: it is larger than a megabyte", path);
    *json = text && !result ? cJSON_Parse(text) : NULL;
    const cJSON *format = cJSON_GetObjectItemCaseSensitive(*json, "format");
    if (!result && (!cJSON_IsString(format) || strcmp(format->valuestring, "mien-people")))
        result = mien_error_set(error, EINVAL, "%s: no names as a report of mien saves them", path);
    free(text);
    if (file)
        fclose(file);
    return result;
}

/* Names are texts that are not empty, faces are numbers. */
static int check_list(const cJSON *list, const char *path, struct mien_error *error)
{
    const cJSON *person, *face;
    cJSON_ArrayForEach(person, list)
    {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(person, "name");
        if (!cJSON_IsString(name) || !*name->valuestring)
            return mien_error_set(error, EINVAL, "%s: a person has no name", path);
        cJSON_ArrayForEach(face, cJSON_GetObjectItemCaseSensitive(person, "faces"))
        {
            if (!cJSON_IsNumber(face))
                return mien_error_set(error, EINVAL, "%s: the faces of %s are no numbers", path,
                                      name->valuestring);
        }
    }
    return 0;
}

int people_read(struct people **people, const char *path, const char *source,
                struct mien_error *error)
{
    struct people *p = calloc(1, sizeof *p);
    const cJSON *recording;
    int result = p ? read_json(&p->json, path, error)
                   : mien_error_set(error, ENOMEM, "%s: no memory to read it", path);
    const cJSON *recordings = p ? cJSON_GetObjectItemCaseSensitive(p->json, "recordings") : NULL;
    cJSON_ArrayForEach(recording, recordings)
    {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(recording, "source");
        if (cJSON_IsString(name) && !strcmp(last_part(name->valuestring), last_part(source)))
            p->list = cJSON_GetObjectItemCaseSensitive(recording, "people");
    }
    if (!result)
        result = check_list(p->list, path, error);
    if (result)
        people_free(&p);
    *people = p;
    return result;
}

void people_free(struct people **people)
{
    if (!*people)
        return;
    cJSON_Delete((*people)->json);
    free(*people);
    *people = NULL;
}

const char *people_name(const struct people *people, uint32_t face)
{
    const cJSON *person, *number, *list = people ? people->list : NULL;
    cJSON_ArrayForEach(person, list)
    {
        cJSON_ArrayForEach(number, cJSON_GetObjectItemCaseSensitive(person, "faces"))
        {
            if (number->valuedouble == (double)face)
                return cJSON_GetObjectItemCaseSensitive(person, "name")->valuestring;
        }
    }
    return NULL;
}
