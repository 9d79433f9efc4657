#include "batch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "batch_list.h"
#include "common/exit_code.h"
#include "common/signals.h"
#include "mien/log.h"
#include "progress.h"

struct batch {
    const struct batch_options *options;
    struct recordings recordings;
    struct study study;
    int added;   /* recordings whose rows are in the tables */
    int stopped; /* an eventfd: a signal has come */
    int stopped_by;
    int next, running;
    int64_t started_ns;
    bool terminal;
};

enum { SHOW_MS = 1000 };

/* ---- what is said meanwhile ---- */

static double seconds_since(int64_t start)
{
    return (double)(clock_ns() - start) / 1e9;
}

/* "3 of 12 done, 2 running, about 04:10 left": by the bytes that are through. */
static void count_text(const struct batch *batch, char *text, size_t size)
{
    int done = 0;
    double bytes = 0, all = 0;
    for (int i = 0; i < batch->recordings.count; i++) {
        const struct recording *recording = &batch->recordings.list[i];
        if (recording->state != RECORDING_SKIPPED)
            all += (double)recording->size;
        if (recording->state < RECORDING_DONE)
            continue;
        done++;
        if (recording->state != RECORDING_SKIPPED)
            bytes += (double)recording->size;
    }
    char left[32] = "";
    if (bytes > 0 && done < batch->recordings.count)
        progress_clock(left, sizeof left, seconds_since(batch->started_ns) * (all - bytes) / bytes);
    snprintf(text, size, "%d of %d through, %d running%s%s%s", done, batch->recordings.count,
             batch->running, *left ? ", about " : "", left, *left ? " left" : "");
}

static void show_status(const struct batch *batch)
{
    char text[160];
    if (!batch->terminal)
        return;
    count_text(batch, text, sizeof text);
    fprintf(stderr, "\r\033[K%s\r", text);
}

static void clear_status(const struct batch *batch)
{
    if (batch->terminal)
        fputs("\r\033[K", stderr);
}

/* A line of a recording's process, with its file's name before it. */
static void pass_on(const struct batch *batch, struct recording *recording)
{
    const char *text = recording->line;
    enum mien_log_level level = MIEN_LOG_WARNING;
    if (!strncmp(text, "mien: ", 6))
        text += 6;
    if (!strncmp(text, "error: ", 7)) {
        text += 7;
        level = MIEN_LOG_ERROR;
        recording->failed = true;
    } else if (!strncmp(text, "warning: ", 9)) {
        text += 9;
    }
    size_t length = strlen(recording->in);
    if (!strncmp(text, recording->in, length) && !strncmp(text + length, ": ", 2))
        text += length + 2;
    snprintf(recording->why, sizeof recording->why, "%s", text);
    clear_status(batch);
    mien_log(level, "%s: %s", recording->in, text);
}

static void listen_to(const struct batch *batch, struct recording *recording, const char *text,
                      ssize_t length)
{
    for (ssize_t i = 0; i < length; i++) {
        if (text[i] != '\n' && recording->line_length + 1 < sizeof recording->line) {
            recording->line[recording->line_length++] = text[i];
            continue;
        }
        recording->line[recording->line_length] = '\0';
        recording->line_length = 0;
        pass_on(batch, recording);
    }
}

/* ---- one recording ---- */

/* In the new process, which ends here: the streams and exit handlers are its parent's. */
__attribute__((noreturn)) static void be_child(struct recording *recording, int talk, pid_t parent)
{
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct video_job_options job = recording->job;
    job.quiet = job.resumable = true;
    job.table = recording->parts[STUDY_FRAMES];
    job.table_summary = recording->parts[STUDY_SUMMARY];
    mien_log_set_level(MIEN_LOG_WARNING);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent || nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
        dup2(talk, STDERR_FILENO) < 0)
        _exit(EXIT_LOSSES);
    close(talk);
    signals_release();
    if (signals_stop())
        raise(signals_stop()); /* it was meant for this process */
    _exit(video_job_run(&job));
}

static int start(struct batch *batch, struct recording *recording)
{
    int ends[2];
    pid_t parent = getpid();
    int result = study_start(&batch->study, recording->parts, NULL);
    if (result < 0)
        return result;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    pid_t process = fork();
    if (process < 0) {
        int code = errno;
        close(ends[0]);
        close(ends[1]);
        return -code;
    }
    if (process == 0)
        be_child(recording, ends[1], parent);
    close(ends[1]);
    recording->talk = ends[0];
    recording->process = process;
    recording->started_ns = clock_ns();
    recording->state = RECORDING_RUNNING;
    batch->running++;
    return 0;
}

static void judge(struct recording *recording, int status)
{
    int by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    recording->code = by ? 128 + by : WEXITSTATUS(status);
    if (recording->code == EXIT_FINE)
        recording->state = RECORDING_DONE;
    else if (recording->code == 128 + SIGINT || recording->code == 128 + SIGTERM)
        recording->state = RECORDING_INTERRUPTED;
    else
        recording->state = recording->code == EXIT_LOSSES && !recording->failed ? RECORDING_LOSSY
                                                                                : RECORDING_FAILED;
    if (by && recording->state == RECORDING_FAILED) {
        recording->code = EXIT_LOSSES;
        snprintf(recording->why, sizeof recording->why, "its process was ended: %s", strsignal(by));
    }
}

static const char *word_for(enum recording_state state)
{
    static const char *const words[] = {
        [RECORDING_WAITING] = "not started", [RECORDING_RUNNING] = "running",
        [RECORDING_DONE] = "done",           [RECORDING_LOSSY] = "lossy",
        [RECORDING_FAILED] = "failed",       [RECORDING_INTERRUPTED] = "interrupted",
        [RECORDING_SKIPPED] = "skipped",
    };
    return words[state];
}

/* The rows of those that are through, up to the first that is not. */
static void add_rows(struct batch *batch)
{
    for (; batch->added < batch->recordings.count; batch->added++) {
        struct recording *recording = &batch->recordings.list[batch->added];
        if (recording->state < RECORDING_DONE)
            return;
        study_add(&batch->study, recording->in, recording->parts);
    }
}

static void finish(struct batch *batch, struct recording *recording)
{
    int status = 0;
    char text[160];
    close(recording->talk);
    recording->talk = -1;
    while (waitpid(recording->process, &status, 0) < 0 && errno == EINTR)
        continue;
    recording->seconds = seconds_since(recording->started_ns);
    judge(recording, status);
    batch->running--;
    add_rows(batch);
    clear_status(batch);
    count_text(batch, text, sizeof text);
    mien_log(MIEN_LOG_INFO, "%s: %s in %.1f s; %s", recording->in, word_for(recording->state),
             recording->seconds, text);
}

static void hear(struct batch *batch, struct recording *recording)
{
    char text[1024];
    ssize_t length = read(recording->talk, text, sizeof text);
    if (length > 0)
        listen_to(batch, recording, text, length);
    else if (length == 0 || errno != EINTR)
        finish(batch, recording);
}

/* ---- all of them ---- */

static void start_more(struct batch *batch)
{
    while (batch->running < batch->options->jobs && batch->next < batch->recordings.count &&
           !batch->stopped_by) {
        struct recording *recording = &batch->recordings.list[batch->next++];
        int result = recording->state == RECORDING_SKIPPED ? 0 : start(batch, recording);
        if (result == 0)
            continue;
        recording->state = RECORDING_FAILED;
        recording->code = EXIT_LOSSES;
        snprintf(recording->why, sizeof recording->why, "no process for it: %s", strerror(-result));
    }
}

/* A recording that is told to end twice within a moment takes it for once, as when a terminal
 * tells everybody. */
static void pass_signal_on(struct batch *batch)
{
    eventfd_t count;
    eventfd_read(batch->stopped, &count);
    batch->stopped_by = signals_stop();
    for (int i = 0; i < batch->recordings.count; i++)
        if (batch->recordings.list[i].state == RECORDING_RUNNING)
            kill(batch->recordings.list[i].process, batch->stopped_by);
}

static void wait_for_some(struct batch *batch)
{
    struct pollfd polls[BATCH_JOBS_MAX + 1] = {{.fd = batch->stopped, .events = POLLIN}};
    struct recording *of[BATCH_JOBS_MAX + 1];
    nfds_t count = 1;
    for (int i = 0; i < batch->next; i++)
        if (batch->recordings.list[i].state == RECORDING_RUNNING) {
            of[count] = &batch->recordings.list[i];
            polls[count] = (struct pollfd){.fd = of[count]->talk, .events = POLLIN};
            count++;
        }
    show_status(batch);
    if (poll(polls, count, batch->terminal ? SHOW_MS : -1) < 0)
        return;
    if (polls[0].revents)
        pass_signal_on(batch);
    for (nfds_t i = 1; i < count; i++)
        if (polls[i].revents)
            hear(batch, of[i]);
}

/* ---- the end ---- */

static int worse(int one, int other)
{
    if (one == 0 || other == 0)
        return one ? one : other;
    if (one > 128 || other > 128)
        return one > other ? one : other;
    return one < other ? one : other;
}

static void write_row(const struct recording *recording)
{
    char text[2048];
    snprintf(text, sizeof text, "%s%s%s", recording->in, *recording->why ? ": " : "",
             recording->why);
    fprintf(stderr, "  %-11s %8.1f s  %s\n", word_for(recording->state), recording->seconds,
            mien_utf8_make_plain(text));
}

/* With --quiet only what is not fine. Returns the exit code. */
static int tell_all(const struct batch *batch)
{
    int code = batch->stopped_by ? 128 + batch->stopped_by : EXIT_FINE;
    int counts[RECORDING_SKIPPED + 1] = {0};
    char text[32];
    clear_status(batch);
    for (int i = 0; i < batch->recordings.count; i++) {
        const struct recording *recording = &batch->recordings.list[i];
        bool fine = recording->state == RECORDING_DONE || recording->state == RECORDING_SKIPPED;
        counts[recording->state]++;
        code = worse(code, recording->code);
        if (!fine || !batch->options->job->quiet)
            write_row(recording);
    }
    if (batch->options->job->quiet)
        return code;
    fprintf(stderr, "  %d recording%s:", batch->recordings.count,
            batch->recordings.count == 1 ? "" : "s");
    for (int state = 0; state <= RECORDING_SKIPPED; state++)
        if (counts[state])
            fprintf(stderr, " %d %s,", counts[state], word_for((enum recording_state)state));
    progress_clock(text, sizeof text, seconds_since(batch->started_ns));
    fprintf(stderr, " in %s\n", text);
    return code;
}

/* Tables of an interrupted run are not complete. Returns an exit code. */
static int close_tables(struct batch *batch)
{
    struct mien_error error;
    if (study_close(&batch->study, !batch->stopped_by, &error) == 0)
        return EXIT_FINE;
    mien_log(MIEN_LOG_ERROR, "%s", error.text);
    return EXIT_LOSSES;
}

/* Within a signal's handler. */
static void wake(void *user)
{
    eventfd_write(((struct batch *)user)->stopped, 1);
}

static int run_all(struct batch *batch)
{
    batch->stopped = eventfd(0, EFD_CLOEXEC);
    if (batch->stopped < 0) {
        mien_log(MIEN_LOG_ERROR, "no way to hear of signals: %s", strerror(errno));
        return EXIT_LOSSES;
    }
    signals_catch(&(struct signals_options){.all = true, .stop = wake, .user = batch});
    for (start_more(batch); batch->running; start_more(batch))
        wait_for_some(batch);
    add_rows(batch);
    int code = tell_all(batch), tables = close_tables(batch);
    code = worse(code, tables);
    signals_release();
    close(batch->stopped);
    return code;
}

int batch_annotate(const struct batch_options *options)
{
    struct mien_error error;
    struct batch batch = {.options = options,
                          .study.paths = {options->table, options->table_summary},
                          .started_ns = clock_ns()};
    batch.terminal = isatty(STDERR_FILENO) == 1 && !options->job->quiet;
    int code = EXIT_FINE;
    if (recordings_find(&batch.recordings, options, &error) < 0)
        code = EXIT_UNREADABLE;
    else if (recordings_name(&batch.recordings, options, &error) < 0)
        code = EXIT_USAGE;
    else if (recordings_make_folders(options, &error) < 0 || study_open(&batch.study, &error) < 0)
        code = EXIT_LOSSES;
    if (code)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    else
        code = run_all(&batch);
    recordings_free(&batch.recordings);
    return code;
}
