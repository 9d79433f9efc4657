/* The program `mien` as a user runs it: on the portraits, with a small made-up model. */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

/* Enters a temporary folder with portrait.jpg, other.png and a model, and sets up the environment,
 * so that media_shell("mien …") works. So does "mien-faked …", which has a camera, "--device
 * /dev/null" (tests/command/fake_camera.c). */
void program_enter(void);

/* Shell words for a program that runs beside: `until_` tries a command for a minute and a half,
 * `logs` looks for a pattern in the file log, and $child does not outlive the script. */
#define PROGRAM_WORDS                                                                              \
    "until_() { for i in $(seq 900); do \"$@\" && return; sleep 0.1; done; return 1; }\n"          \
    "logs() { grep -q \"$1\" log; }\n"                                                             \
    "trap 'kill $child 2>/dev/null' EXIT\n"

/* What `mien image` says of the face in portrait.jpg. */
struct seen_face {
    int x, y, width, height;
    int uncertain;
    char label[32];
};
struct seen_face program_face(void);

#endif
