/* Walks through the XML of a cascade file with expat. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cascade_reader.h"

enum { FILE_MAX = 64 << 20 }; /* bytes; the largest of opencv-data has 2.7 million */

/* A bit each, so that sets of them are numbers. */
enum place {
    OUTSIDE = 0,
    STORAGE = 1 << 0,
    CASCADE = 1 << 1,
    STAGE_TYPE = 1 << 2,
    FEATURE_TYPE = 1 << 3,
    HEIGHT = 1 << 4,
    WIDTH = 1 << 5,
    FEATURE_PARAMETERS = 1 << 6,
    CATEGORIES = 1 << 7,
    STAGES = 1 << 8,
    STAGE = 1 << 9,
    THRESHOLD = 1 << 10,
    TREES = 1 << 11,
    TREE = 1 << 12,
    NODES = 1 << 13,
    LEAVES = 1 << 14,
    FEATURES = 1 << 15,
    FEATURE = 1 << 16,
    RECTS = 1 << 17,
    RECT = 1 << 18,
    LBP_RECT = 1 << 19,
    TILTED = 1 << 20,
};
#define HEAD (STAGE_TYPE | FEATURE_TYPE | HEIGHT | WIDTH | FEATURE_PARAMETERS)

typedef int step(struct cascade_reader *reader);

/* What is read, and where; anything else is passed over. */
static const struct cascade_element {
    enum place in;
    const char *name; /* NULL: any */
    enum place place;
    unsigned after, needs; /* siblings before it; children in it */
    step *begin, *end;
} elements[] = {
    {OUTSIDE, "opencv_storage", STORAGE, 0, CASCADE, NULL, NULL},
    {STORAGE, NULL, CASCADE, 0, HEAD | STAGES | FEATURES, NULL, cascade_end},
    {CASCADE, "stageType", STAGE_TYPE, 0, 0, NULL, cascade_take_stage_type},
    {CASCADE, "featureType", FEATURE_TYPE, 0, 0, NULL, cascade_take_feature_type},
    {CASCADE, "height", HEIGHT, 0, 0, NULL, cascade_take_height},
    {CASCADE, "width", WIDTH, 0, 0, NULL, cascade_take_width},
    {CASCADE, "featureParams", FEATURE_PARAMETERS, 0, CATEGORIES, NULL, NULL},
    {FEATURE_PARAMETERS, "maxCatCount", CATEGORIES, 0, 0, NULL, cascade_take_categories},
    {CASCADE, "stages", STAGES, HEAD, STAGE, NULL, NULL},
    {STAGES, "_", STAGE, 0, THRESHOLD | TREES, cascade_begin_stage, NULL},
    {STAGE, "stageThreshold", THRESHOLD, 0, 0, NULL, cascade_take_threshold},
    {STAGE, "weakClassifiers", TREES, 0, TREE, NULL, NULL},
    {TREES, "_", TREE, 0, NODES | LEAVES, cascade_begin_tree, cascade_end_tree},
    {TREE, "internalNodes", NODES, 0, 0, NULL, cascade_take_nodes},
    {TREE, "leafValues", LEAVES, 0, 0, NULL, cascade_take_leaves},
    {CASCADE, "features", FEATURES, HEAD, FEATURE, NULL, NULL},
    {FEATURES, "_", FEATURE, 0, 0, cascade_begin_feature, cascade_end_feature},
    {FEATURE, "rects", RECTS, 0, RECT, NULL, NULL},
    {RECTS, "_", RECT, 0, 0, NULL, cascade_take_rect},
    {FEATURE, "rect", LBP_RECT, 0, 0, NULL, cascade_take_rect},
    {FEATURE, "tilted", TILTED, 0, 0, NULL, cascade_take_tilted},
};
enum { ELEMENTS = sizeof elements / sizeof *elements };

/* ---- names ---- */

static int is_item(const struct cascade_element *element)
{
    return element->name && !strcmp(element->name, "_");
}

static const char *name_of(unsigned places)
{
    for (int i = 0; i < ELEMENTS; i++)
        if (elements[i].place & places)
            return !elements[i].name ? "cascade" : is_item(&elements[i]) ? "_" : elements[i].name;
    return "";
}

/* ---- events ---- */

static const struct cascade_element *find(enum place in, const char *name)
{
    for (int i = 0; i < ELEMENTS; i++)
        if (elements[i].in == in && (!elements[i].name || !strcmp(elements[i].name, name)))
            return &elements[i];
    return NULL;
}

static int has_type(const char **attributes, const char *type)
{
    for (; *attributes; attributes += 2)
        if (!strcmp(attributes[0], "type_id") && !strcmp(attributes[1], type))
            return 1;
    return 0;
}

static int enter(struct cascade_reader *reader, const struct cascade_element *element)
{
    struct cascade_level *level = &reader->levels[reader->depth];
    struct cascade_level *above = reader->depth ? level - 1 : NULL;
    unsigned missing = above ? element->after & ~above->seen : 0;
    if (missing)
        return cascade_refuse(reader, EINVAL, "%s comes before %s", element->name,
                              name_of(missing));
    if (above && !is_item(element) && (above->seen & element->place))
        return cascade_refuse(reader, EINVAL, "%s is there twice", element->name);
    *level = (struct cascade_level){.element = element, .name = element->name};
    if (above) {
        above->seen |= element->place;
        level->index = is_item(element) ? above->children++ : 0;
    }
    reader->depth++;
    reader->length = 0;
    return element->begin ? element->begin(reader) : 0;
}

static void XMLCALL begin_element(void *user, const char *name, const char **attributes)
{
    struct cascade_reader *reader = user;
    struct cascade_level *top = reader->depth ? &reader->levels[reader->depth - 1] : NULL;
    const struct cascade_element *element = find(top ? top->element->place : OUTSIDE, name);
    if (reader->status < 0)
        return;
    if (!top && !element)
        cascade_refuse(reader, EINVAL, "no cascade: its root is <%.40s>, not <opencv_storage>",
                       name);
    else if (reader->skipped || !element || (element->place == CASCADE && top->seen))
        reader->skipped++; /* OpenCV, too, takes the first cascade in a file */
    else if (element->place == CASCADE && has_type(attributes, "opencv-haar-classifier"))
        cascade_refuse(reader, ENOTSUP,
                       "is in the format of OpenCV 1, which mien does not read; the newer one has "
                       "<stages> and <features>");
    else
        enter(reader, element);
}

static void XMLCALL end_element(void *user, const char *name)
{
    struct cascade_reader *reader = user;
    (void)name;
    if (reader->status < 0)
        return;
    if (reader->skipped) {
        reader->skipped--;
        return;
    }
    const struct cascade_level *level = &reader->levels[reader->depth - 1];
    unsigned missing = level->element->needs & ~level->seen;
    if (missing)
        cascade_refuse(reader, EINVAL, "lacks %s", name_of(missing));
    else if (level->element->end)
        level->element->end(reader);
    reader->depth--;
    reader->length = 0;
}

static void XMLCALL add_text(void *user, const char *text, int length)
{
    struct cascade_reader *reader = user;
    if (reader->status < 0 || reader->skipped)
        return;
    if ((size_t)length > CASCADE_TEXT_MAX - reader->length) {
        cascade_refuse(reader, EINVAL, "has more than %d bytes of text", CASCADE_TEXT_MAX);
        return;
    }
    memcpy(reader->text + reader->length, text, (size_t)length);
    reader->length += (size_t)length;
}

/* A document type can define entities that grow without end. */
static void XMLCALL refuse_doctype(void *user, const char *name, const char *system,
                                   const char *public, int has_subset)
{
    (void)name, (void)system, (void)public, (void)has_subset;
    cascade_refuse(user, EINVAL, "a document type, which no cascade needs");
}

/* ---- the file ---- */

static int run(struct cascade_reader *reader, const char *bytes, size_t size)
{
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, begin_element, end_element);
    XML_SetCharacterDataHandler(reader->parser, add_text);
    XML_SetStartDoctypeDeclHandler(reader->parser, refuse_doctype);
    enum XML_Status status = XML_Parse(reader->parser, bytes, (int)size, 1);
    if (reader->status < 0 || status == XML_STATUS_OK)
        return reader->status;
    enum XML_Error code = XML_GetErrorCode(reader->parser);
    return cascade_refuse(reader, code == XML_ERROR_NO_MEMORY ? ENOMEM : EINVAL, "%s",
                          XML_ErrorString(code));
}

/* Numbers have a point in these files, whatever the user's locale. */
static int run_plain(struct cascade_reader *reader, const char *bytes, size_t size)
{
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (!plain)
        return mien_error_set(reader->error, ENOMEM, "no memory for a locale");
    locale_t before = uselocale(plain);
    int status = run(reader, bytes, size);
    uselocale(before);
    freelocale(plain);
    return status;
}

int cascade_file_parse(struct cascade_file *file, const char *bytes, size_t size, const char *name,
                       struct mien_error *error)
{
    if (size > FILE_MAX)
        return mien_error_set(error, EINVAL, "%s is too large for a cascade: %zu bytes", name,
                              size);
    struct cascade_reader *reader = calloc(1, sizeof *reader);
    XML_Parser parser = XML_ParserCreate(NULL);
    int status = -ENOMEM;
    if (reader && parser) {
        reader->parser = parser;
        reader->name = name;
        reader->error = error;
        status = run_plain(reader, bytes, size);
    } else {
        mien_error_set(error, ENOMEM, "no memory for the face cascade %s", name);
    }
    if (status == 0)
        *file = reader->file;
    else if (reader)
        cascade_file_free(&reader->file);
    XML_ParserFree(parser);
    free(reader);
    return status;
}

/* Returns how many bytes were read, or a negative errno value. */
static ssize_t read_bytes(int handle, char *bytes, size_t size)
{
    size_t used = 0;
    while (used < size) {
        ssize_t got = read(handle, bytes + used, size - used);
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            break;
        used += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)used;
}

static int read_open(int handle, struct cascade_file *file, const char *path,
                     struct mien_error *error)
{
    struct stat about;
    if (fstat(handle, &about) < 0 || !S_ISREG(about.st_mode) || about.st_size > FILE_MAX)
        return mien_error_set(error, EINVAL, "%s is no file, or too large for a cascade", path);
    char *bytes = malloc((size_t)about.st_size + 1);
    if (!bytes)
        return mien_error_set(error, ENOMEM, "no memory for the face cascade %s", path);
    ssize_t size = read_bytes(handle, bytes, (size_t)about.st_size);
    int status = size < 0 ? mien_error_set(error, (int)-size, "cannot read the face cascade %s: %s",
                                           path, strerror((int)-size))
                          : cascade_file_parse(file, bytes, (size_t)size, path, error);
    free(bytes);
    return status;
}

int cascade_file_read(struct cascade_file *file, const char *path, struct mien_error *error)
{
    int handle = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (handle < 0) {
        int code = errno;
        return mien_error_set(error, code, "cannot read the face cascade %s: %s", path,
                              strerror(code));
    }
    int status = read_open(handle, file, path, error);
    close(handle);
    return status;
}
