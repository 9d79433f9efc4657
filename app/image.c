/* mien image: pictures in; words, JSON Lines and annotated pictures out. */
#include <stdbool.h>
#include <string.h>

#include "commands.h"
#include "common/cpus.h"
#include "mien/log.h"
#include "recording/image_job.h"
#include "sandbox/sandbox.h"
#include "settings.h"
#include "usage.h"

static int check_line(const struct mien_command_line *line, const struct mien_config *config)
{
    const char *const outputs[] = {config->output.file, config->output.jsonl, config->output.csv};
    int to_stdout = 0;
    for (int i = 0; i < 3; i++)
        to_stdout += outputs[i] && !strcmp(outputs[i], "-");
    if (!line->input_count)
        return usage_error(line, "name a picture");
    if (config->output.explain && !config->output.file && !config->output.jsonl)
        return usage_error(line,
                           "--explain needs -o, a picture to draw on, or --jsonl, for numbers");
    if (to_stdout > 1)
        return usage_error(line, "only one of -o, --jsonl and --csv can go to standard output");
    return EXIT_FINE;
}

enum { JOBS = 8 }; /* at most, unless told: more would wait for each other's outputs */

int command_image(const struct mien_command_line *line)
{
    struct mien_config config;
    if (settings_load(&config, line) || check_line(line, &config))
        return EXIT_USAGE;
    struct image_job_options job = {.inputs = line->inputs,
                                    .input_count = line->input_count,
                                    .out = config.output.file,
                                    .jsonl = config.output.jsonl,
                                    .csv = config.output.csv,
                                    .recogniser = settings_recogniser(&config),
                                    .jobs = config.run.jobs ? config.run.jobs : cpus_usable(JOBS),
                                    .overwrite = config.output.overwrite,
                                    .quiet = config.run.quiet,
                                    .bars = config.window.bars,
                                    .blur = config.window.blur,
                                    .quality = config.output.quality,
                                    .explain = config.output.explain};
    job.recogniser.still = 1;
    sandbox_enter(line, &config);
    return image_job_run(&job);
}
