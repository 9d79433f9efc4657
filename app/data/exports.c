#include "exports.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "files/atomic_file.h"

static const int64_t INTERVAL_NS = 1000000000;
enum { SHARE = 50 }; /* writing anew takes at most one part in so many of the time */

static bool is_subtitle(int kind)
{
    return kind == EXPORT_VTT || kind == EXPORT_SRT;
}

static int fail(const char *path, struct mien_error *error)
{
    int code = errno ? errno : EIO;
    return mien_error_set(error, code, "%s: %s", path, strerror(code));
}

int exports_open(struct exports *exports, struct mien_error *error)
{
    for (int i = 0; i < EXPORT_KINDS; i++) {
        const char *path = exports->paths[i];
        if (!path)
            continue;
        FILE *file = atomic_file_open(path);
        if (!file)
            return fail(path, error);
        exports->beside[i] = atomic_file_is_beside(path);
        if (exports->beside[i])
            fclose(file);
        else
            exports->streams[i] = file;
    }
    exports->due_ns = clock_ns() + INTERVAL_NS;
    return 0;
}

static void write_export_file(FILE *file, enum export_kind kind, const struct timeline *timeline,
                              const struct export_facts *facts)
{
    if (is_subtitle(kind))
        write_cues(file, kind, timeline, &(struct cues){0}, true);
    else if (kind == EXPORT_SUMMARY)
        write_summary(file, timeline, facts);
    else if (kind == EXPORT_PLOT)
        write_chart(file, timeline);
    else
        write_report(file, timeline, facts);
}

static int rewrite(const char *path, enum export_kind kind, const struct timeline *timeline,
                   const struct export_facts *facts, struct mien_error *error)
{
    FILE *file = atomic_file_rewrite(path);
    if (!file)
        return fail(path, error);
    write_export_file(file, kind, timeline, facts);
    return atomic_file_replace(path, file, error);
}

void exports_refresh(struct exports *exports, const struct timeline *timeline,
                     const struct export_facts *facts)
{
    for (int i = 0; i < EXPORT_KINDS; i++)
        if (exports->streams[i] && is_subtitle(i)) {
            write_cues(exports->streams[i], (enum export_kind)i, timeline, &exports->cues[i],
                       false);
            fflush(exports->streams[i]);
        }
    int64_t begin = clock_ns();
    if (begin < exports->due_ns)
        return;
    for (int i = 0; i < EXPORT_KINDS; i++)
        if (exports->paths[i] && !exports->streams[i])
            rewrite(exports->paths[i], (enum export_kind)i, timeline, facts, NULL);
    int64_t end = clock_ns(), pause = (end - begin) * SHARE;
    exports->due_ns = end + (pause > INTERVAL_NS ? pause : INTERVAL_NS);
}

static int close_stream(struct exports *exports, enum export_kind kind,
                        const struct timeline *timeline, const struct export_facts *facts,
                        struct mien_error *error)
{
    FILE *file = exports->streams[kind];
    if (is_subtitle(kind))
        write_cues(file, kind, timeline, &exports->cues[kind], true);
    else
        write_export_file(file, kind, timeline, facts);
    exports->streams[kind] = NULL;
    bool broken = ferror(file);
    return fclose(file) || broken ? fail(exports->paths[kind], error) : 0;
}

int exports_close(struct exports *exports, const struct timeline *timeline,
                  const struct export_facts *facts, struct mien_error *error)
{
    int result = 0;
    for (int i = 0; i < EXPORT_KINDS; i++) {
        enum export_kind kind = (enum export_kind)i;
        int written = 0;
        if (exports->streams[i])
            written = close_stream(exports, kind, timeline, facts, result ? NULL : error);
        else if (exports->paths[i])
            written = rewrite(exports->paths[i], kind, timeline, facts, result ? NULL : error);
        if (result == 0)
            result = written;
    }
    return result;
}

void exports_abandon(struct exports *exports)
{
    for (int i = 0; i < EXPORT_KINDS; i++) {
        if (exports->streams[i])
            fclose(exports->streams[i]);
        if (exports->beside[i])
            atomic_file_remove(exports->paths[i]);
        exports->streams[i] = NULL;
        exports->beside[i] = false;
    }
}
