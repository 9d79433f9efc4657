#include "papers.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "files/part.h"

static const int64_t INTERVAL_NS = 1000000000;
enum { SHARE = 50 }; /* writing anew takes at most one part in so many of the time */

static bool is_subtitle(int kind)
{
    return kind == PAPER_VTT || kind == PAPER_SRT;
}

static int fail(const char *path, struct mien_error *error)
{
    int code = errno ? errno : EIO;
    return mien_error_set(error, code, "%s: %s", path, strerror(code));
}

int papers_open(struct papers *papers, struct mien_error *error)
{
    for (int i = 0; i < PAPERS; i++) {
        const char *path = papers->paths[i];
        if (!path)
            continue;
        FILE *file = part_open(path);
        if (!file)
            return fail(path, error);
        papers->beside[i] = part_is_beside(path);
        if (papers->beside[i])
            fclose(file);
        else
            papers->streams[i] = file;
    }
    papers->due_ns = clock_ns() + INTERVAL_NS;
    return 0;
}

static void put_paper(FILE *file, enum paper_kind kind, const struct timeline *timeline,
                      const struct paper_facts *facts)
{
    if (is_subtitle(kind))
        put_cues(file, kind, timeline, &(struct cues){0}, true);
    else if (kind == PAPER_SUMMARY)
        put_summary(file, timeline, facts);
    else if (kind == PAPER_PLOT)
        put_chart(file, timeline);
    else
        put_report(file, timeline, facts);
}

static int rewrite(const char *path, enum paper_kind kind, const struct timeline *timeline,
                   const struct paper_facts *facts, struct mien_error *error)
{
    FILE *file = part_rewrite(path);
    if (!file)
        return fail(path, error);
    put_paper(file, kind, timeline, facts);
    return part_replace(path, file, error);
}

void papers_refresh(struct papers *papers, const struct timeline *timeline,
                    const struct paper_facts *facts)
{
    for (int i = 0; i < PAPERS; i++)
        if (papers->streams[i] && is_subtitle(i)) {
            put_cues(papers->streams[i], (enum paper_kind)i, timeline, &papers->cues[i], false);
            fflush(papers->streams[i]);
        }
    int64_t begin = clock_ns();
    if (begin < papers->due_ns)
        return;
    for (int i = 0; i < PAPERS; i++)
        if (papers->paths[i] && !papers->streams[i])
            rewrite(papers->paths[i], (enum paper_kind)i, timeline, facts, NULL);
    int64_t end = clock_ns(), pause = (end - begin) * SHARE;
    papers->due_ns = end + (pause > INTERVAL_NS ? pause : INTERVAL_NS);
}

static int close_stream(struct papers *papers, enum paper_kind kind,
                        const struct timeline *timeline, const struct paper_facts *facts,
                        struct mien_error *error)
{
    FILE *file = papers->streams[kind];
    if (is_subtitle(kind))
        put_cues(file, kind, timeline, &papers->cues[kind], true);
    else
        put_paper(file, kind, timeline, facts);
    papers->streams[kind] = NULL;
    bool broken = ferror(file);
    return fclose(file) || broken ? fail(papers->paths[kind], error) : 0;
}

int papers_close(struct papers *papers, const struct timeline *timeline,
                 const struct paper_facts *facts, struct mien_error *error)
{
    int result = 0;
    for (int i = 0; i < PAPERS; i++) {
        enum paper_kind kind = (enum paper_kind)i;
        int written = 0;
        if (papers->streams[i])
            written = close_stream(papers, kind, timeline, facts, result ? NULL : error);
        else if (papers->paths[i])
            written = rewrite(papers->paths[i], kind, timeline, facts, result ? NULL : error);
        if (result == 0)
            result = written;
    }
    return result;
}

void papers_abandon(struct papers *papers)
{
    for (int i = 0; i < PAPERS; i++) {
        if (papers->streams[i])
            fclose(papers->streams[i]);
        if (papers->beside[i])
            part_remove(papers->paths[i]);
        papers->streams[i] = NULL;
        papers->beside[i] = false;
    }
}
