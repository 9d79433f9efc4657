#include "options.h"

#include "mien/network.h"

/* ---- words that an option may be ---- */

#define CHOICE(function, ...)                                                                      \
    static const char *function(int i)                                                             \
    {                                                                                              \
        static const char *const words[] = {__VA_ARGS__};                                          \
        return i < (int)(sizeof words / sizeof *words) ? words[i] : NULL;                          \
    }
CHOICE(log_level, "error", "warning", "info", "debug")
CHOICE(screen_fit, "contain", "cover")
CHOICE(screen_rotation, "0", "90", "180", "270")
CHOICE(detection_engine, "auto", "mien", "opencv")
CHOICE(video, "draw", "copy", "none")
CHOICE(hwaccel, "none", "auto", "vaapi", "cuda", "vdpau", "qsv")
CHOICE(audio, "auto", "copy", "encode", "none")
CHOICE(bench_part, "network", "frames")
CHOICE(camera_format, "", "MJPG", "YUYV", "UYVY", "NV12", "YU12", "JPEG", "GREY") /* convert.c */

static const char *precision(int i)
{
    return i ? mien_precision(i - 1) : "auto";
}

/* ---- parts of a row ---- */

#define TIME_PATTERN "^(([0-9]+:)?[0-9]+:)?[0-9]+([.][0-9]*)?$"
#define TIME_WORDS "seconds, such as 90.5, or a time such as 1:30 or 1:02:03.5"

#define REGION_PATTERN "^([0-9]+([.][0-9]*)?%?,){3}[0-9]+([.][0-9]*)?%?$"
#define REGION_WORDS "left, top, width and height in pixels or %, such as 0,0,50%,100%"

#define AT(g, n)                                                                                   \
    .group = #g, .name = #n, .offset = offsetof(struct mien_config, g.n),                          \
    .size = sizeof((struct mien_config *)NULL)->g.n
#define BOOL(otherwise) .type = OPTION_BOOL, .initial = otherwise
#define INT(from, to, otherwise, unit)                                                             \
    .type = OPTION_INT, .low = from, .high = to, .initial = otherwise, .argument = unit
#define NUMBER(from, to, otherwise, unit)                                                          \
    .type = OPTION_NUMBER, .low = from, .high = to, .initial = otherwise, .argument = unit
#define TEXT(otherwise, is) .type = OPTION_TEXT, .initial = otherwise, .argument = is
#define WORD(is) .type = OPTION_WORD, .argument = is

#define ON(command) (1u << MIEN_##command)
#define SCREENS (ON(LIVE) | ON(KIOSK))
#define FILES (ON(ANNOTATE) | ON(IMAGE))
#define FACES (SCREENS | FILES | ON(BENCH))
#define STREAMS (SCREENS | ON(ANNOTATE) | ON(BENCH))

const struct group groups[] = {
    {"input", "Input", false},
    {"output", "Output", false},
    {"encoding", "Encoding", false},
    {"camera", "Camera", true},
    {"window", "Appearance", true},
    {"detection", "Finding faces", true},
    {"tracking", "Following faces", true},
    {"emotion", "Reading expressions", true},
    {"kiosk", "Kiosk", true},
    {"counts", "Counts of faces", true},
    {"mqtt", "MQTT", true},
    {"log", "Messages", true},
    {"run", "Running", false},
};
const size_t group_count = sizeof groups / sizeof *groups;

const struct option options[] = {
    /* ---- input ---- */
    {AT(input, video), WORD("FILE"), .flag = "video", .commands = SCREENS,
     .what = "play a video or picture, over and over, in place of a camera; - is standard input, "
             "which plays once"},
    {AT(input, data), WORD("PREFIX"), .flag = "data", .commands = ON(EVALUATE),
     .what = "read PREFIX-images.idx3-ubyte and PREFIX-labels.idx1-ubyte, with .gz or without"},
    {AT(input, images), WORD("FILE"), .flag = "images", .commands = ON(EVALUATE),
     .what = "pictures, an IDX file, gzipped or not"},
    {AT(input, labels), WORD("FILE"), .flag = "labels", .commands = ON(EVALUATE),
     .what = "their labels, in the order of the model's labels"},
    {AT(input, exclude), WORD("FILE"), .flag = "exclude", .commands = ON(EVALUATE),
     .what = "leave out pictures that this IDX file has too"},
    {AT(input, picture), WORD("FILE"), .flag = "picture", .commands = ON(BENCH),
     .what = "the face of which frames are made, instead of the bundled portrait"},

    {AT(input, from), WORD("TIME"), .pattern = TIME_PATTERN, .allowed = TIME_WORDS, .flag = "from",
     .commands = ON(ANNOTATE), .what = "begin at this time: seconds, or h:m:s"},
    {AT(input, to), WORD("TIME"), .pattern = TIME_PATTERN, .allowed = TIME_WORDS, .flag = "to",
     .commands = ON(ANNOTATE), .what = "end before this time"},
    {AT(input, every), INT(1, 1000000, "1", "N"), .flag = "every", .commands = ON(ANNOTATE),
     .what = "look at every Nth frame only"},
    {AT(input, region), WORD("X,Y,W,H"), .pattern = REGION_PATTERN, .allowed = REGION_WORDS,
     .flag = "region", .commands = ON(ANNOTATE),
     .what = "take only faces whose centre lies in this part of the picture"},
    {AT(input, faces), WORD("WHICH"), .pattern = "^(all|largest|[1-9][0-9]{0,3})$",
     .allowed = "largest, all or a number", .flag = "faces", .commands = ON(ANNOTATE),
     .what = "take the largest face of each picture, or so many of the largest"},
    {AT(input, people), WORD("FILE"), .flag = "people", .commands = ON(ANNOTATE),
     .what = "names of the faces, as a report saves them"},
    {AT(input, rate), NUMBER(0.001, 1000, NULL, "FPS"), .flag = "fps", .commands = ON(ANNOTATE),
     .what = "look at so many frames a second only; of pictures in files: their rate"},
    {AT(input, sequence), BOOL("false"), .flag = "sequence", .commands = ON(ANNOTATE),
     .what = "take a folder of pictures as one film, in the order of their names"},

    /* ---- output ---- */
    {AT(output, file), WORD("FILE"), .flag = "output", .letter = 'o', .commands = FILES,
     .what = "the input with its faces marked: a video (.mp4, .mkv, …) or a picture (.png, .jpg); "
             "a folder/ for several inputs; - is standard output, where a video is Matroska"},
    {AT(output, record), WORD("FILE"), .flag = "record", .commands = ON(LIVE),
     .what = "record a video with the faces marked, *.mp4 or *.mkv"},
    {AT(output, jsonl), WORD("FILE"), .flag = "jsonl", .commands = FILES | ON(LIVE),
     .what = "write a JSON object a line for each face in each frame; - is standard output"},
    {AT(output, csv), WORD("FILE"), .flag = "csv", .commands = FILES,
     .what = "write the same as a table, with a row for a frame without a face"},
    {AT(output, vtt), WORD("FILE"), .flag = "vtt", .commands = ON(ANNOTATE),
     .what = "write WebVTT subtitles: the emotion of each face"},
    {AT(output, srt), WORD("FILE"), .flag = "srt", .commands = ON(ANNOTATE),
     .what = "write the same as SubRip"},
    {AT(output, summary), WORD("FILE"), .flag = "summary", .commands = ON(ANNOTATE),
     .what = "write shares of time and changes, as JSON"},
    {AT(output, plot), WORD("FILE"), .flag = "plot", .commands = ON(ANNOTATE),
     .what = "write the timeline as SVG"},
    {AT(output, report), WORD("FILE"), .flag = "report", .commands = ON(ANNOTATE),
     .what = "write an HTML report in one file, with small pictures of the faces (none with "
             "--blur)"},
    {AT(output, eaf), WORD("FILE"), .flag = "eaf", .commands = ON(ANNOTATE),
     .what = "write an ELAN file with a tier for each face"},
    {AT(output, textgrid), WORD("FILE"), .flag = "textgrid", .commands = ON(ANNOTATE),
     .what = "write the same as a Praat TextGrid"},
    {AT(output, boris), WORD("FILE"), .flag = "boris", .commands = ON(ANNOTATE),
     .what = "write the same as a project of BORIS"},
    {AT(output, anvil), WORD("FILE"), .flag = "anvil", .commands = ON(ANNOTATE),
     .what = "write the same as tracks for Anvil"},
    {AT(output, edl), WORD("FILE"), .flag = "edl", .commands = ON(ANNOTATE),
     .what = "write markers for video editors, as an EDL"},
    {AT(output, raw), BOOL("false"), .flag = "raw", .commands = ON(ANNOTATE),
     .what = "add what each frame alone says, before smoothing, to --jsonl and --csv"},
    {AT(output, derived), BOOL("false"), .flag = "derived", .commands = ON(ANNOTATE),
     .what = "add valence, arousal and disagreement, derived from the probabilities"},
    {AT(output, quality), BOOL("false"), .flag = "quality", .commands = FILES,
     .what = "add how well each face can be read: score, tilt, sharpness, brightness, cut off"},
    {AT(output, explain), BOOL("false"), .flag = "explain", .commands = ON(IMAGE),
     .what = "show where the network looked: in -o as a tint, in --jsonl as numbers"},
    {AT(output, table), WORD("FILE"), .flag = "table", .commands = ON(ANNOTATE),
     .what = "write the rows of all recordings to one CSV table, with their recording and "
             "participant"},
    {AT(output, table_summary), WORD("FILE"), .flag = "table-summary", .commands = ON(ANNOTATE),
     .what = "write a CSV table with a row for each recording"},
    {AT(output, min_seconds), NUMBER(0.001, 3600, NULL, "SECONDS"), .flag = "min-seconds",
     .commands = ON(ANNOTATE),
     .what = "leave faces that are shown for less out of all but the video"},
    {AT(output, video), WORD("HOW"), .choice = video, .flag = "video", .commands = ON(ANNOTATE),
     .what =
         "what becomes of the video that -o names: draw into it; copy its packets and lay boxes "
         "and labels beside it as subtitles (.mkv); none, data only"},
    {AT(output, confusion), WORD("FILE"), .flag = "confusion", .commands = ON(EVALUATE),
     .what = "write the confusion matrix, .svg or .png"},
    {AT(output, reliability), WORD("FILE"), .flag = "reliability", .commands = ON(EVALUATE),
     .what = "write the reliability diagram, .svg or .png"},
    {AT(output, headless), BOOL("false"), .flag = "headless", .commands = ON(LIVE),
     .what = "open no window; write JSON Lines to standard output, unless they go elsewhere"},
    {AT(output, socket), WORD("FILE"), .flag = "socket", .commands = ON(LIVE),
     .what = "give the same JSON Lines to whoever connects to this Unix socket"},
    {AT(output, web), WORD("PORT"), .flag = "web", .commands = ON(LIVE),
     .what = "give them to browsers of this machine: a page with the live values, and a WebSocket; "
             "with ADDRESS:PORT to others too"},
    {AT(output, osc), WORD("HOST:PORT"), .flag = "osc", .commands = ON(LIVE),
     .what = "send what each face expresses there as OSC messages, by UDP"},
    {AT(output, mqtt), BOOL("false"), .flag = "mqtt", .commands = ON(LIVE),
     .what = "send the same JSON Lines to the MQTT broker of mqtt.host, under mqtt.faces_topic"},
    {AT(output, json), BOOL("false"), .flag = "json", .letter = 'j',
     .commands = ON(DEVICES) | ON(EVALUATE) | ON(BENCH), .what = "print JSON instead of text"},
    {AT(output, overwrite), BOOL("false"), .flag = "overwrite", .letter = 'y',
     .commands = FILES | ON(LIVE) | ON(EVALUATE), .what = "overwrite files that exist"},

    /* ---- encoding ---- */
    {AT(encoding, codec), WORD("NAME"), .flag = "codec", .commands = ON(ANNOTATE),
     .what = "FFmpeg's video encoder; libx264, or what the container needs, unless given"},
    {AT(encoding, crf), INT(0, 63, "20", "N"), .flag = "crf", .commands = ON(ANNOTATE),
     .what = "quality; less is better"},
    {AT(encoding, preset), WORD("NAME"), .flag = "preset", .commands = ON(ANNOTATE),
     .what = "the encoder's preset; veryfast unless given"},

    {AT(encoding, hwaccel), WORD("KIND"), .choice = hwaccel, .flag = "hwaccel",
     .commands = ON(ANNOTATE),
     .what = "decode on a GPU of this kind where there is one, else on the CPU, which is said"},
    {AT(encoding, audio), WORD("HOW"), .choice = audio, .flag = "audio", .commands = ON(ANNOTATE),
     .what = "sound: auto copies it, and encodes what the container cannot hold; copy leaves that "
             "out"},

    /* ---- camera ---- */
    {AT(camera, device), TEXT("", "DEVICE"), .flag = "device", .letter = 'd', .filled = true,
     .commands = SCREENS,
     .what = "camera: /dev/videoN, N or /dev/v4l/by-id/…; several, with commas between them, are "
             "tried in order; an address such as rtsp://… is one of the network; empty: the first "
             "that captures"},
    {.group = "camera",
     .name = "size",
     .type = OPTION_SIZE,
     .offset = offsetof(struct mien_config, camera.width),
     .low = 16,
     .high = 16384,
     .flag = "size",
     .argument = "WxH",
     .commands = SCREENS,
     .what = "frame size to ask the camera for, such as 1280x720"},
    {AT(camera, width), INT(16, 16384, "640", "PIXELS"), .commands = SCREENS,
     .what = "frame width to ask the camera for"},
    {AT(camera, height), INT(16, 16384, "480", "PIXELS"), .commands = SCREENS,
     .what = "frame height to ask the camera for"},
    {AT(camera, fps), NUMBER(1, 1000, "30", "FPS"), .flag = "fps", .commands = SCREENS,
     .what = "frames a second to ask the camera for"},
    {AT(camera, format), TEXT("", "FOURCC"), .choice = camera_format, .flag = "format",
     .commands = SCREENS, .what = "pixel format to ask the camera for; empty: the best"},
    {AT(camera, user), TEXT("", "NAME"), .flag = "", .commands = SCREENS,
     .what = "name to log in with at a camera of the network; empty: none"},
    {AT(camera, password), TEXT("", NULL), .flag = "", .secret = true, .commands = SCREENS,
     .what = "password to log in with; better in $MIEN_CAMERA_PASSWORD"},
    {AT(camera, mirror), BOOL("true"), .flag = "mirror", .commands = SCREENS,
     .what = "show the picture as a mirror does; recordings are mirrored only where the command "
             "line asks for it"},

    /* ---- appearance ---- */
    {AT(window, bars), BOOL("true"), .flag = "bars", .commands = SCREENS | FILES,
     .what = "draw the probabilities as bars beside each face"},
    {AT(window, blur), BOOL("false"), .flag = "blur", .commands = SCREENS | FILES,
     .what = "cover the faces, for privacy"},
    {AT(window, fullscreen), BOOL("false"), .flag = "fullscreen", .commands = ON(LIVE),
     .what = "fill the screen"},
    {AT(window, font), TEXT("", "FILE"), .flag = "font", .variable = "MIEN_FONT",
     .commands = SCREENS | FILES,
     .what = "TrueType or OpenType font of labels and texts; empty: one that the system has"},

    /* ---- finding faces ---- */
    {AT(detection, cascade), TEXT("", "FILE"), .variable = "MIEN_CASCADE", .commands = FACES,
     .what = "Haar cascade; empty: the one that the system has"},
    {AT(detection, engine), TEXT("auto", "ENGINE"), .choice = detection_engine, .commands = FACES,
     .what = "who searches faces; auto: mien, and OpenCV with a cascade that is not for mien"},
    {AT(detection, verify), BOOL("true"), .commands = FACES,
     .what = "let a network decide what is a face; not with --detection-cascade"},
    {AT(detection, model), TEXT("", "FILE"), .variable = "MIEN_FACE_MODEL", .commands = FACES,
     .what = "that network, *.safetensors; empty: the one that came with mien"},
    {AT(detection, confirm), BOOL("true"), .commands = FACES,
     .what = "without detection.verify: believe a face only if a second cascade finds it too"},
    {AT(detection, scale_step), NUMBER(1.01, 2, "1.1", "RATIO"), .commands = FACES,
     .what = "ratio between neighbouring face sizes searched"},
    {AT(detection, neighbours), INT(1, 100, "5", "N"), .commands = FACES,
     .what = "a face needs more raw hits than this; more means fewer false faces"},
    {AT(detection, smallest), INT(0, 16384, "0", "PIXELS"), .flag = "smallest", .commands = FACES,
     .what = "smallest face; 0: 24 pixels, in streams at least an eighteenth of the height"},
    {AT(detection, largest), INT(0, 16384, "0", "PIXELS"), .flag = "largest", .commands = FACES,
     .what = "largest face; 0: no limit"},
    {AT(detection, full_scan), NUMBER(0, 10, "0.1", "SECONDS"), .old = "sweep", .commands = STREAMS,
     .what = "time in which the whole frame is searched once, while known faces are searched in "
             "every frame; 0: the whole of every frame"},
    {AT(detection, thorough_scan), NUMBER(0, 60, "0", "SECONDS"), .commands = STREAMS,
     .what = "time in which it is once searched for small, tilted and turned faces too; 0: 0.9 in "
             "recordings, 2.5 in live"},

    /* ---- following faces ---- */
    {AT(tracking, overlap), NUMBER(0.05, 0.95, "0.3", "SHARE"), .commands = STREAMS,
     .what = "least intersection over union of one face in two frames"},
    {AT(tracking, max_age), NUMBER(0.01, 10, "0.5", "SECONDS"), .old = "bridge",
     .commands = STREAMS, .what = "time that a face is kept while it is not found"},
    {AT(tracking, smoothing), NUMBER(0, 10, "0.08", "SECONDS"), .commands = STREAMS,
     .what = "time constant of a box's movement"},
    {AT(tracking, speed_smoothing), NUMBER(0, 10, "0.15", "SECONDS"), .commands = STREAMS,
     .what = "time constant of the speed at which a face is expected to move on"},
    {AT(tracking, slowest_interval), NUMBER(0, 60, "3", "SECONDS"), .old = "slowest_looks",
     .commands = STREAMS,
     .what = "time between two frames searched at which a slow machine still follows faces, where "
             "max_age is less"},
    {AT(tracking, min_hits), INT(1, 100, "2", "FRAMES"), .old = "persist", .commands = STREAMS,
     .what = "how often a face is found before it is shown"},

    /* ---- reading expressions ---- */
    {AT(emotion, model), TEXT("", "FILE"), .flag = "model", .letter = 'm', .variable = "MIEN_MODEL",
     .commands = FACES | ON(EVALUATE),
     .what = "the network, *.safetensors; empty: the one that came with mien"},
    {AT(emotion, precision), TEXT("auto", "PRECISION"), .choice = precision, .flag = "precision",
     .commands = FACES | ON(EVALUATE),
     .what = "arithmetic of the network; auto: the fastest that the model file calls as good as "
             "fp32"},
    {AT(emotion, smoothing), NUMBER(0, 10, "0.3", "SECONDS"), .commands = STREAMS,
     .what = "time constant of the probabilities"},
    {AT(emotion, hysteresis), NUMBER(0, 1, "0.1", "PROBABILITY"), .old = "lead",
     .commands = STREAMS,
     .what = "lead with which another emotion is shown, or an uncertain one is sure, at once"},
    {AT(emotion, hysteresis_seconds), NUMBER(0, 10, "0.4", "SECONDS"), .old = "lead_seconds",
     .commands = STREAMS, .what = "time after which a smaller lead is enough for that"},
    {AT(emotion, uncertain_below), NUMBER(0, 1, "0.4", "PROBABILITY"), .commands = FACES,
     .what = "confidence under which a face is called uncertain"},

    /* ---- kiosk ---- */
    {AT(kiosk, idle_text), TEXT("Step in front of the camera", "TEXT"), .commands = ON(KIOSK),
     .what = "what the screen says while nobody is there"},
    {AT(kiosk, idle_after), NUMBER(0, 3600, "5", "SECONDS"), .commands = ON(KIOSK),
     .what = "time without a face before the screen says so"},
    {AT(kiosk, lost_text), TEXT("The camera is away. Waiting for it to come back.", "TEXT"),
     .commands = ON(KIOSK), .what = "what the screen says without a camera"},
    {AT(kiosk, notice), TEXT("A computer looks at faces here. No picture is stored.", "TEXT"),
     .commands = ON(KIOSK),
     .what = "what people have to know, always on the screen; empty: nothing"},
    {AT(kiosk, exit_keys), TEXT("Ctrl+Alt+Q", "KEYS"),
     .pattern = "^(((Ctrl|Alt|Shift|Super)\\+)*([A-Z0-9]|F[1-9]|F1[0-2]|Escape))?$",
     .allowed = "keys such as Ctrl+Alt+Q: any of Ctrl, Alt, Shift, Super, then A to Z, 0 to 9, F1 "
                "to F12 or Escape; or an empty text",
     .commands = ON(KIOSK), .what = "keys that end the kiosk; empty: none do"},
    {AT(kiosk, fit), TEXT("contain", "FIT"), .choice = screen_fit, .commands = ON(KIOSK),
     .what = "contain: pictures are shown whole, with dark edges; cover: they fill the screen"},
    {AT(kiosk, rotate), TEXT("0", "DEGREES"), .choice = screen_rotation, .commands = ON(KIOSK),
     .what = "how far the screen is turned, clockwise"},

    /* ---- counts ---- */
    {AT(counts, file), TEXT("", "FILE"), .commands = ON(KIOSK),
     .what = "file to which counts of faces are appended, no pictures; empty: none"},
    {AT(counts, interval), NUMBER(1, 86400, "60", "SECONDS"), .commands = ON(KIOSK),
     .what = "time that each count covers"},

    /* ---- MQTT ---- */
    {AT(mqtt, host), TEXT("", "HOST"),
     .pattern = "^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\\.?|"
                "[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9._-]+)?)?$",
     .allowed = "a name or address, such as broker.example.org or 192.168.1.2, without scheme, "
                "path or port (mqtt.port has that); or an empty text",
     .commands = ON(KIOSK) | ON(LIVE),
     .what = "MQTT broker that gets the counts of the kiosk, and with --mqtt the rows of live; "
             "empty: none"},
    {AT(mqtt, port), INT(1, 65535, "1883", "PORT"), .commands = ON(KIOSK) | ON(LIVE),
     .what = "its TCP port"},
    {AT(mqtt, topic), TEXT("mien/counts", "TOPIC"), .pattern = "^[^+#]+$",
     .allowed = "a topic such as mien/counts: not empty, and without the wildcards + and #",
     .commands = ON(KIOSK), .what = "topic of the counts"},
    {AT(mqtt, faces_topic), TEXT("mien/faces", "TOPIC"), .pattern = "^[^+#]+$",
     .allowed = "a topic such as mien/faces: not empty, and without the wildcards + and #",
     .commands = ON(LIVE), .what = "topic above those of the faces: mien/faces/1 is of face 1"},
    {AT(mqtt, user), TEXT("", "NAME"), .commands = ON(KIOSK) | ON(LIVE),
     .what = "name to log in with; empty: none"},
    {AT(mqtt, password), TEXT("", NULL), .flag = "", .secret = true,
     .commands = ON(KIOSK) | ON(LIVE),
     .what = "password to log in with; better in $MIEN_MQTT_PASSWORD"},
    {AT(mqtt, ca_file), TEXT("", "FILE"), .commands = ON(KIOSK) | ON(LIVE),
     .what = "certificate authority that vouches for the broker; empty: no TLS"},

    /* ---- messages ---- */
    {AT(log, level), TEXT("info", "LEVEL"), .choice = log_level, .commands = FACES | ON(EVALUATE),
     .what = "the least important messages that are told"},

    /* ---- running ---- */
    {AT(run, config), WORD("FILE"), .flag = "config", .letter = 'c',
     .commands = FACES | ON(EVALUATE),
     .what = "settings, instead of the user's and the system's files"},
    {AT(run, seconds), NUMBER(0.001, 1e9, NULL, "SECONDS"), .flag = "seconds", .commands = ON(LIVE),
     .what = "stop after this time"},
    {AT(run, measure_seconds), NUMBER(0.01, 3600, "1", "SECONDS"), .flag = "seconds",
     .commands = ON(BENCH),
     .what = "how long to measure each part, the network and the frames; longer is steadier"},
    {AT(run, jobs), INT(1, 256, NULL, "N"), .flag = "jobs", .commands = FILES,
     .what = "work on N at a time; annotate 1 recording unless told, image a picture for each CPU"},
    {AT(run, resume), BOOL("false"), .flag = "resume", .commands = ON(ANNOTATE),
     .what = "make only what is missing, or older than its recording"},
    {AT(run, quiet), BOOL("false"), .flag = "quiet", .letter = 'q', .commands = FILES,
     .what = "tell only warnings and errors"},
    {AT(run, timing), BOOL("false"), .flag = "timing", .commands = ON(ANNOTATE),
     .what = "say at the end where the time went"},
    {AT(run, sandbox), BOOL("true"), .flag = "sandbox", .commands = FILES | ON(EVALUATE),
     .what = "leave whoever takes over a decoder no file, program or network but what is named"},
    {AT(run, only), WORD("PART"), .choice = bench_part, .flag = "only", .commands = ON(BENCH),
     .what = "measure the network alone, or the stages of a camera's frame alone"},
    {AT(run, threads), INT(1, 64, NULL, "N"), .flag = "threads", .letter = 't',
     .commands = ON(BENCH) | ON(EVALUATE),
     .what = "threads to use; evaluate takes one for each CPU unless told, bench 1"},
    {AT(run, batch), INT(1, 64, "1", "N"), .flag = "batch", .letter = 'b', .commands = ON(BENCH),
     .what = "faces computed together, as for a crowd"},
    {AT(run, cpu), WORD("LEVEL"), .choice = mien_network_level, .flag = "cpu",
     .variable = "MIEN_CPU", .commands = FACES | ON(EVALUATE),
     .what = "highest level of kernels to use, as `mien bench` lists them; bench: the only one"},
    {AT(run, status), BOOL("false"), .flag = "status", .commands = ON(KIOSK),
     .what = "print how the running kiosk is, as JSON"},
    {AT(run, check), WORD("FILE"), .flag = "check", .letter = 'c', .commands = ON(CONFIG),
     .what = "check a file; say where it is wrong"},
    {AT(run, print_defaults), BOOL("false"), .flag = "print-defaults", .letter = 'd',
     .commands = ON(CONFIG), .what = "print the defaults, a file to start from"},
    {AT(run, print_schema), BOOL("false"), .flag = "print-schema", .letter = 's',
     .commands = ON(CONFIG), .what = "print the JSON Schema of configuration files"},
};
const size_t option_count = sizeof options / sizeof *options;
_Static_assert(sizeof options / sizeof *options <= MIEN_OPTIONS_MAX, "a command line has room");
