/* mien annotate: a recording in; an annotated video and rows of data out. */
#include "commands.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/url.h"
#include "data/records.h"
#include "files/inputs.h"
#include "files/outputs.h"
#include "mien/log.h"
#include "recording/batch.h"
#include "recording/video_job.h"
#include "sandbox/sandbox.h"
#include "settings.h"
#include "usage.h"
#include "video/video.h"

/* All the names of outputs; NULL for those not wanted. */
enum { OUTPUTS = 3 + EXPORT_KINDS };

static void list_outputs(const struct video_job_options *job, const char *outputs[OUTPUTS])
{
    outputs[0] = job->video;
    outputs[1] = job->jsonl;
    outputs[2] = job->csv;
    memcpy(outputs + 3, job->exports, sizeof job->exports);
}

/* Of a text that the table of options has found right; NULL: 0. */
static double seconds_of(const char *text)
{
    double sum = 0;
    while (text && *text) {
        char *end;
        sum = sum * 60 + strtod(text, &end);
        text = *end == ':' ? end + 1 : NULL;
    }
    return sum;
}

static enum mien_audio audio_of(const char *word)
{
    static const char *const words[] = {"auto", "copy", "encode", "none"}; /* as the enumeration */
    for (int i = 0; word && i < 4; i++)
        if (!strcmp(word, words[i]))
            return (enum mien_audio)i;
    return MIEN_AUDIO_AUTO;
}

static bool is_word(const char *word, const char *wanted)
{
    return word && !strcmp(word, wanted);
}

enum { SEQUENCE_FPS = 25 };

/* Numbered pictures, or a folder of pictures, are one film. */
static bool is_sequence(const struct mien_command_line *line, const struct mien_config *config)
{
    return line->input_count == 1 && !mien_url_is(line->inputs[0]) &&
           (config->input.sequence ||
            (mien_sequence_is(line->inputs[0]) && access(line->inputs[0], F_OK) < 0));
}

/* A recording takes its time; of one picture a second all is searched. */
#define THOROUGH_SECONDS 0.9

static struct mien_recogniser_options recogniser_of(const struct mien_config *config)
{
    struct mien_recogniser_options options = settings_recogniser(config);
    if (config->detection.thorough_scan == 0)
        options.finder.thorough_scan = THOROUGH_SECONDS;
    options.finder.offline = 1;
    return options;
}

static struct video_job_options job_of(const struct mien_command_line *line,
                                       const struct mien_config *config)
{
    bool sequence = is_sequence(line, config);
    double rate = config->input.rate;
    return (struct video_job_options){
        /* Only what the command line itself names may be of the network. */
        .reading = {.network = true,
                    .sequence_fps = !sequence  ? 0
                                    : rate > 0 ? rate
                                               : SEQUENCE_FPS,
                    .hardware = is_word(config->encoding.hwaccel, "none")
                                    ? NULL
                                    : config->encoding.hwaccel},
        .people = config->input.people,
        .in = line->input_count ? line->inputs[0] : NULL,
        .video = is_word(config->output.video, "none") ? NULL : config->output.file,
        .copy = is_word(config->output.video, "copy"),
        .jsonl = config->output.jsonl,
        .csv = config->output.csv,
        .exports = {[EXPORT_VTT] = config->output.vtt,
                    [EXPORT_SRT] = config->output.srt,
                    [EXPORT_SUMMARY] = config->output.summary,
                    [EXPORT_PLOT] = config->output.plot,
                    [EXPORT_REPORT] = config->output.report,
                    [EXPORT_EAF] = config->output.eaf,
                    [EXPORT_TEXTGRID] = config->output.textgrid,
                    [EXPORT_BORIS] = config->output.boris,
                    [EXPORT_ANVIL] = config->output.anvil,
                    [EXPORT_EDL] = config->output.edl},
        .selection = {.every = config->input.every,
                      .fps = sequence ? 0 : rate,
                      .from = seconds_of(config->input.from),
                      .to = seconds_of(config->input.to)},
        .choice = choice_of(config->input.region, config->input.faces),
        .min_seconds = config->output.min_seconds,
        .columns = (config->output.raw ? RECORDS_RAW : 0u) |
                   (config->output.derived ? RECORDS_DERIVED : 0u) |
                   (config->output.quality ? RECORDS_QUALITY : 0u),
        .encoding = {.codec = config->encoding.codec,
                     .preset = config->encoding.preset,
                     .crf = mien_command_line_has(line, "crf") ? config->encoding.crf : -1,
                     .audio = audio_of(config->encoding.audio)},
        .recogniser = recogniser_of(config),
        .quiet = config->run.quiet,
        .timing = config->run.timing,
        .bars = config->window.bars,
        .blur = config->window.blur,
    };
}

/* One recording into files is done here; all else as a batch. */
static bool is_batch(const struct mien_command_line *line, const struct mien_config *config,
                     const char *const outputs[OUTPUTS])
{
    bool folders = false;
    for (int i = 0; i < OUTPUTS; i++)
        folders |= outputs[i] && is_folder(outputs[i]);
    return folders || config->output.table || config->output.table_summary ||
           line->input_count > 1 || config->run.jobs || config->run.resume ||
           (is_folder(line->inputs[0]) && !is_sequence(line, config)) ||
           is_pattern(line->inputs[0]);
}

static int check_line(const struct mien_command_line *line, const struct mien_config *config,
                      const char *const outputs[OUTPUTS])
{
    int count = config->output.table || config->output.table_summary;
    for (int i = 0; i < OUTPUTS; i++)
        count += outputs[i] != NULL;
    if (!line->input_count)
        return usage_error(line, "no recording named");
    if (config->input.sequence && (line->input_count > 1 || !is_folder(line->inputs[0])))
        return usage_error(line, "--sequence takes one folder of pictures");
    if (is_word(config->output.video, "copy") && (config->window.blur || config->encoding.codec))
        return usage_error(line, "--video copy draws and encodes nothing: leave --blur and --codec "
                                 "out");
    if (!count)
        return usage_error(line, "nothing to write: name a video with -o, or data with --jsonl or "
                                 "--csv");
    if (config->run.resume && (config->output.table || config->output.table_summary))
        return usage_error(line, "--table and --table-summary need all recordings: leave --resume "
                                 "out");
    if (config->run.timing && is_batch(line, config, outputs))
        return usage_error(line, "--timing takes one recording, into files");
    return EXIT_FINE;
}

static bool may_write_all(const struct mien_command_line *line, const struct mien_config *config,
                          const char *const outputs[OUTPUTS])
{
    struct mien_error error;
    struct output list[OUTPUTS];
    size_t count = 0;
    for (int i = 0; i < OUTPUTS; i++)
        if (outputs[i])
            list[count++] = (struct output){outputs[i], line->inputs[0]};
    if (!outputs_check(list, count, line->inputs, 1, config->output.overwrite, "-y overwrites it",
                       &error))
        return true;
    mien_log(MIEN_LOG_ERROR, "%s", error.text);
    return false;
}

int command_annotate(const struct mien_command_line *line)
{
    struct mien_config config;
    const char *outputs[OUTPUTS];
    if (settings_load(&config, line))
        return EXIT_USAGE;
    struct video_job_options job = job_of(line, &config);
    list_outputs(&job, outputs);
    if (check_line(line, &config, outputs))
        return EXIT_USAGE;
    sandbox_enter(line, &config);
    if (!is_batch(line, &config, outputs))
        return may_write_all(line, &config, outputs) ? video_job_run(&job) : EXIT_USAGE;
    return batch_annotate(&(struct batch_options){.job = &job,
                                                  .inputs = line->inputs,
                                                  .input_count = line->input_count,
                                                  .table = config.output.table,
                                                  .table_summary = config.output.table_summary,
                                                  .jobs = config.run.jobs ? config.run.jobs : 1,
                                                  .resume = config.run.resume,
                                                  .overwrite = config.output.overwrite});
}
