#include "commands.h"

const struct command_text command_texts[MIEN_COMMANDS] = {
    [MIEN_ANNOTATE] =
        {"annotate", "annotate a video: boxes and emotions drawn in, and as data", "IN…", NULL,
         "Finds the faces in a recording and says what they express: as an annotated video with "
         "the sound, subtitles and chapters of IN, as data, or both. IN may be - (standard input).",
         "Any of the outputs may be - (standard output), but only one.\n"
         "For several IN, a folder with recordings or a pattern ('*.mp4'), every output is a "
         "folder: -o out/ --csv out/.\n"
         "Exit codes: 0 fine, 1 usage, 2 unreadable input, 3 finished with losses or an output "
         "cannot be written, 130 or 143 interrupted (the files are complete up to there)."},
    [MIEN_BENCH] =
        {"bench", "measure how fast this machine computes", NULL, NULL,
         "Measures how long the network takes for one face, at every kernel level that this CPU "
         "has and in every precision, and what each stage of a camera's frame costs: made-up "
         "frames go from their bytes to a window, or into memory where there is no display. Also "
         "shows which levels there are for --cpu and $MIEN_CPU.",
         NULL},
    [MIEN_CONFIG] =
        {"config", "check configuration files, print the settings or the defaults", NULL, NULL,
         "Prints the settings in force, as JSON: the defaults, under the system's "
         "mien/config.json, under the user's (~/.config/mien/config.json), under environment "
         "variables such as MIEN_CAMERA_WIDTH, under options. Passwords are not printed.",
         NULL},
    [MIEN_DEVICES] =
        {"devices", "list the cameras and what they can do", NULL, NULL,
         "Lists the cameras: path, name, bus, by-id path, and formats with sizes and rates.",
         "The exit code is 4 when there is no camera."},
    [MIEN_EVALUATE] =
        {"evaluate", "measure a model on a labelled data set", NULL, NULL,
         "Measures a model on labelled pictures: accuracy, precision, recall and F1 a class, "
         "macro F1, expected calibration error (15 bins).",
         "Examples:\n"
         "  mien evaluate --model models/fergit-residual.safetensors \\\n"
         "    --data fer2013/validation\n"
         "  mien evaluate --model models/fergit-residual.safetensors \\\n"
         "    --images validation-images.idx3-ubyte.gz \\\n"
         "    --labels validation-labels.idx1-ubyte.gz"},
    [MIEN_IMAGE] =
        {"image", "say what the faces in pictures express", "FILE…", NULL,
         "Says what the faces in pictures express.",
         "A FILE may be any picture that FFmpeg reads, or the first one of a video; a folder, of "
         "which the pictures are taken, not those in folders below; a pattern ('*.jpg'); or -, "
         "standard input.\n"
         "Exit codes: 0 fine, 1 wrong arguments, 2 a picture or the model cannot be used (the "
         "other pictures are done), 3 an output cannot be written (it ends there) or a picture is "
         "damaged (what is there of it was used), 130 or 143 interrupted (what is written is "
         "complete)."},
    [MIEN_KIOSK] =
        {"kiosk", "the same on a screen in public, unattended", NULL, "`--video FILE` plays a file",
         "Shows what the faces before a camera express, on a whole screen in public: keys are "
         "locked, pictures are not kept, and a camera that is missing is waited for.",
         "Ends on the keys of kiosk.exit_keys, SIGINT or SIGTERM.\n"
         "Exit codes: 0 fine, 1 wrong arguments or settings, 2 the model or video cannot be used, "
         "3 the pictures ended, 4 no display; with --status: 4 no kiosk answers."},
    [MIEN_LIVE] =
        {"live", "show what the faces before a camera express", NULL, "`--video FILE` plays a file",
         "Shows what the faces before a camera express. Keys change how the window looks; h lists "
         "them.",
         "Ends on q, Esc, SIGINT, SIGTERM or after --seconds.\n"
         "Exit codes: 0 fine, 1 wrong arguments, 2 the model or video cannot be used, 3 an output "
         "cannot be written, 4 no camera or no display."},
};

const char *mien_command_name(enum mien_command command)
{
    return command_texts[command].name;
}

const char *mien_command_summary(enum mien_command command)
{
    return command_texts[command].summary;
}
