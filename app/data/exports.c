#include "exports.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"

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

int exports_open(struct exports *exports, struct atomic_files *files, struct mien_error *error)
{
    for (int i = 0; i < EXPORT_KINDS; i++) {
        int result = exports->paths[i]
                         ? atomic_files_open(files, &exports->files[i], exports->paths[i], error)
                         : 0;
        if (result)
            return result;
    }
    exports->due_ns = clock_ns() + INTERVAL_NS;
    return 0;
}

/* Written once, as it comes. */
static FILE *stream_of(const struct exports *exports, int kind)
{
    struct atomic_file *file = exports->files[kind];
    return file && !atomic_file_part(file) ? atomic_file_stream(file) : NULL;
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
    else if (kind == EXPORT_EAF)
        write_eaf(file, timeline, facts);
    else if (kind == EXPORT_TEXTGRID)
        write_text_grid(file, timeline);
    else if (kind == EXPORT_BORIS)
        write_boris(file, timeline, facts);
    else if (kind == EXPORT_ANVIL)
        write_anvil(file, timeline, facts);
    else if (kind == EXPORT_EDL)
        write_edl(file, timeline, facts);
    else
        write_report(file, timeline, facts);
}

static int rewrite(struct atomic_file *file, enum export_kind kind, const struct timeline *timeline,
                   const struct export_facts *facts, struct mien_error *error)
{
    FILE *stream = atomic_file_rewrite(file);
    if (!stream)
        return fail(atomic_file_name(file), error);
    write_export_file(stream, kind, timeline, facts);
    return atomic_file_replace(file, stream, error);
}

void exports_refresh(struct exports *exports, const struct timeline *timeline,
                     const struct export_facts *facts)
{
    for (int i = 0; i < EXPORT_KINDS && timeline->min_seconds <= 0; i++) {
        FILE *stream = is_subtitle(i) ? stream_of(exports, i) : NULL;
        if (!stream)
            continue;
        write_cues(stream, (enum export_kind)i, timeline, &exports->cues[i], false);
        fflush(stream);
    }
    int64_t begin = clock_ns();
    struct timeline kept;
    if (begin < exports->due_ns || timeline_keep(timeline, &kept, NULL) < 0)
        return;
    for (int i = 0; i < EXPORT_KINDS; i++)
        if (exports->files[i] && !stream_of(exports, i))
            rewrite(exports->files[i], (enum export_kind)i, &kept, facts, NULL);
    timeline_release(&kept);
    int64_t end = clock_ns(), pause = (end - begin) * SHARE;
    exports->due_ns = end + (pause > INTERVAL_NS ? pause : INTERVAL_NS);
}

static int finish_stream(struct exports *exports, enum export_kind kind,
                         const struct timeline *timeline, const struct export_facts *facts,
                         struct mien_error *error)
{
    FILE *stream = stream_of(exports, kind);
    if (is_subtitle(kind))
        write_cues(stream, kind, timeline, &exports->cues[kind], true);
    else
        write_export_file(stream, kind, timeline, facts);
    errno = 0;
    return fflush(stream) || ferror(stream) ? fail(exports->paths[kind], error) : 0;
}

int exports_close(struct exports *exports, const struct timeline *timeline,
                  const struct export_facts *facts, struct mien_error *error)
{
    struct timeline kept;
    int result = timeline_keep(timeline, &kept, error);
    if (result)
        return result;
    for (int i = 0; i < EXPORT_KINDS; i++) {
        enum export_kind kind = (enum export_kind)i;
        int written = 0;
        if (stream_of(exports, i))
            written = finish_stream(exports, kind, &kept, facts, result ? NULL : error);
        else if (exports->files[i])
            written = rewrite(exports->files[i], kind, &kept, facts, result ? NULL : error);
        if (result == 0)
            result = written;
    }
    timeline_release(&kept);
    return result;
}
