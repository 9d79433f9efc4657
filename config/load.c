/* Where settings come from: files, then the environment. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

enum { FILE_MAX = 1 << 20, PATH_SIZE = 4096 };

int mien_config_read(struct mien_config *config, const char *path, struct mien_error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return mien_error_set(error, errno, "%s: %s", path, strerror(errno));
    char *text = malloc(FILE_MAX + 1);
    size_t size = text ? fread(text, 1, FILE_MAX + 1, file) : 0;
    int status = 0;
    if (!text)
        status = mien_error_set(error, ENOMEM, "%s: no memory", path);
    else if (ferror(file))
        status = mien_error_set(error, EIO, "%s: cannot be read", path);
    else if (size > FILE_MAX)
        status = mien_error_set(error, EFBIG, "%s: larger than 1 MiB", path);
    else
        status = mien_config_parse(config, text, size, path, error);
    free(text);
    fclose(file);
    return status;
}

/* What mien_config_files is told to do with each file. */
struct visitor {
    int (*visit)(void *data, const char *file);
    void *data;
};

static int visit_below(const struct visitor *visitor, const char *folder, size_t length,
                       const char *below)
{
    char path[PATH_SIZE];
    if (!length || snprintf(path, sizeof path, "%.*s%s/mien/config.json", (int)length, folder,
                            below) >= (int)sizeof path)
        return 0;
    return visitor->visit(visitor->data, path);
}

/* $XDG_CONFIG_DIRS names folders in falling order of weight, so the last is laid down first. */
static int visit_system(const struct visitor *visitor)
{
    const char *folders = getenv("XDG_CONFIG_DIRS");
    if (!folders || !*folders)
        folders = "/etc/xdg";
    const char *end = folders + strlen(folders);
    int status = 0;
    while (!status && end > folders) {
        const char *start = end;
        while (start > folders && start[-1] != ':')
            start--;
        status = visit_below(visitor, start, (size_t)(end - start), "");
        end = start > folders ? start - 1 : start;
    }
    return status;
}

static int visit_user(const struct visitor *visitor)
{
    const char *folder = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (folder && *folder)
        return visit_below(visitor, folder, strlen(folder), "");
    return home ? visit_below(visitor, home, strlen(home), "/.config") : 0;
}

int mien_config_files(const char *path, int (*visit)(void *data, const char *file), void *data)
{
    struct visitor visitor = {visit, data};
    if (path)
        return visit(data, path);
    int status = visit_system(&visitor);
    return status ? status : visit_user(&visitor);
}

static void variable_name(const struct option *option, char *name, size_t size)
{
    snprintf(name, size, "MIEN_%s_%s", option->group, option->name);
    for (char *c = name; *c; c++)
        *c = (char)toupper((unsigned char)*c);
}

static int read_environment(struct mien_config *config, struct mien_error *error)
{
    char name[96], allowed[OPTION_ALLOWED_MAX];
    for (size_t i = 0; i < option_count; i++) {
        variable_name(&options[i], name, sizeof name);
        const char *value = getenv(name);
        if (value && option_set(&options[i], config, value, allowed, sizeof allowed))
            return mien_error_set(error, EINVAL, "$%s: '%s' is wrong; allowed is %s", name, value,
                                  allowed);
    }
    return 0;
}

struct loading {
    struct mien_config config;
    const char *named; /* a file that has to be there; NULL: none has to */
    struct mien_error *error;
};

static int load_file(void *data, const char *file)
{
    struct loading *loading = data;
    int status = mien_config_read(&loading->config, file, loading->error);
    return !loading->named && (status == -ENOENT || status == -ENOTDIR) ? 0 : status;
}

int mien_config_load(struct mien_config *config, const char *path, struct mien_error *error)
{
    struct loading loading = {.named = path, .error = error};
    mien_config_defaults(&loading.config);
    int status = mien_config_files(path, load_file, &loading);
    if (!status)
        status = read_environment(&loading.config, error);
    if (!status)
        *config = loading.config;
    return status;
}
