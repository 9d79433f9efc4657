#include "papers.h"

#include <errno.h>
#include <string.h>

#include "part.h"

int papers_open(struct papers *papers, struct mien_error *error)
{
    for (int i = 0; i < PAPERS; i++) {
        if (!papers->paths[i])
            continue;
        papers->files[i] = part_open(papers->paths[i]);
        if (!papers->files[i])
            return mien_error_set(error, errno, "%s: %s", papers->paths[i], strerror(errno));
    }
    return 0;
}

static void put_paper(FILE *file, enum paper_kind kind, const struct timeline *timeline,
                      const struct paper_facts *facts)
{
    if (kind == PAPER_VTT)
        put_vtt(file, timeline);
    else if (kind == PAPER_SRT)
        put_srt(file, timeline);
    else if (kind == PAPER_SUMMARY)
        put_summary(file, timeline, facts);
    else if (kind == PAPER_PLOT)
        put_chart(file, timeline);
    else
        put_report(file, timeline, facts);
}

int papers_close(struct papers *papers, const struct timeline *timeline,
                 const struct paper_facts *facts, struct mien_error *error)
{
    int result = 0;
    for (int i = 0; i < PAPERS; i++) {
        FILE *file = papers->files[i];
        if (!file)
            continue;
        if (timeline)
            put_paper(file, (enum paper_kind)i, timeline, facts);
        papers->files[i] = NULL;
        int broken = ferror(file);
        if ((fclose(file) || broken) && result == 0) {
            int code = errno ? errno : EIO;
            result = mien_error_set(error, code, "%s: %s", papers->paths[i], strerror(code));
        }
    }
    return result;
}
