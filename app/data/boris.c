/* A project of BORIS (format 7.0) with one observation: faces are subjects, labels are behaviours,
 * and each span is a state that begins and ends. */
#include "exports.h"

#include <stdlib.h>

#include "moments.h"
#include "write.h"

static void write_subjects(FILE *file, const struct timeline *timeline)
{
    fputs("\"subjects_conf\":{", file);
    char name[TIMELINE_NAME_MAX];
    for (size_t i = 0; i < timeline->face_count; i++) {
        timeline_name(timeline, timeline->faces[i].id, name);
        fprintf(file, "%s\"%zu\":{\"key\":\"\",\"name\":", i ? "," : "", i);
        write_json_string(file, name);
        fputs(",\"description\":\"\"}", file);
    }
    fputs("},\n", file);
}

static void write_behaviors(FILE *file, const struct mien_model_info *model)
{
    fputs("\"behaviors_conf\":{", file);
    for (int i = 0; i < model->label_count; i++) {
        fprintf(file, "%s\n\"%d\":{\"type\":\"State event\",\"key\":\"%c\",\"code\":", i ? "," : "",
                i, 'a' + i % 26);
        write_json_string(file, model->labels[i]);
        fputs(",\"description\":\"\",\"category\":\"\",\"modifiers\":{},\"excluded\":\"\","
              "\"coding map\":\"\"}",
              file);
    }
    fputs("},\n", file);
}

static void write_events(FILE *file, const struct timeline *timeline)
{
    size_t count;
    struct moment *moments = moments_of(timeline, &count);
    char name[TIMELINE_NAME_MAX];
    fputs("\"events\":[", file);
    for (size_t i = 0; i < count && moments; i++) {
        const struct timeline_span *span = &timeline->spans[moments[i].number / 2];
        fputs(i ? ",\n[" : "\n[", file);
        write_number(file, (double)moments[i].ms / 1000, 3);
        timeline_name(timeline, span->face, name);
        putc(',', file);
        write_json_string(file, name);
        putc(',', file);
        write_json_string(file, timeline->model->labels[span->label]);
        fputs(",\"\",\"\"]", file);
    }
    fputs("]", file);
    free(moments);
}

static void write_media(FILE *file, const struct timeline *timeline,
                        const struct export_facts *facts)
{
    fputs("\"file\":{\"1\":[", file);
    write_json_string(file, facts->source);
    fputs("],\"2\":[]},\n\"media_info\":{\"length\":{", file);
    write_json_string(file, facts->source);
    putc(':', file);
    write_number(file, timeline->end, 3);
    fputs("},\"fps\":{", file);
    write_json_string(file, facts->source);
    putc(':', file);
    write_number(file, facts->fps, 3);
    fputs("},\"hasVideo\":{", file);
    write_json_string(file, facts->source);
    fputs(":true},\"hasAudio\":{},\"offset\":{\"1\":0}},\n", file);
}

/* The date is a constant, so that the same input gives the same file. */
void write_boris(FILE *file, const struct timeline *timeline, const struct export_facts *facts)
{
    fputs(
        "{\"time_format\":\"hh:mm:ss\",\"project_date\":\"1970-01-01T00:00:00\",\"project_name\":",
        file);
    write_json_string(file, facts->source);
    fputs(",\"project_description\":\"made by mien\",\"project_format_version\":\"7.0\",\n", file);
    write_subjects(file, timeline);
    write_behaviors(file, timeline->model);
    fputs("\"behavioral_categories\":[],\"independent_variables\":{},\"coding_map\":{},"
          "\"converters\":{},\n\"observations\":{\"mien\":{\"type\":\"MEDIA\","
          "\"date\":\"1970-01-01T00:00:00\",\"description\":\"\",\"time offset\":0,"
          "\"independent_variables\":{},\"visualize_spectrogram\":false,"
          "\"close_behaviors_between_videos\":false,\n",
          file);
    write_media(file, timeline, facts);
    write_events(file, timeline);
    fputs("}}}\n", file);
}
