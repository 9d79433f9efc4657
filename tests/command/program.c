#include "program.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "generated_model.h"
#include "media.h"
#include "runner.h"

static void make_model(void)
{
    cJSON *layers = cJSON_Parse("[{\"op\":\"conv\",\"name\":\"begin\",\"filters\":4,\"kernel\":3},"
                                "{\"op\":\"relu\"},{\"op\":\"max_pool\",\"size\":2},"
                                "{\"op\":\"global_average_pool\"},"
                                "{\"op\":\"dense\",\"name\":\"end\",\"units\":7},"
                                "{\"op\":\"softmax\"}]");
    cJSON *labels = cJSON_Parse("[\"angry\",\"disgust\",\"fear\",\"happy\",\"sad\",\"surprise\","
                                "\"neutral\"]");
    struct file_bytes file = generate_model(layers, labels, 48, 0);
    FILE *out = fopen("model.safetensors", "w"); /* no suite runs yet that could assert */
    if (!out || fwrite(file.data, 1, file.size, out) != file.size || fclose(out))
        perror("model.safetensors");
    free(file.data);
    cJSON_Delete(layers);
    cJSON_Delete(labels);
}

static void link_program(const char *variable, const char *name)
{
    if (symlink(getenv(variable), name))
        perror(name);
}

static void link_file(const char *from, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/tests/data/%s", getenv("TEST_SOURCE"), from);
    if (symlink(path, name))
        perror(path);
}

void program_enter(void)
{
    media_enter_folder();
    link_program("MIEN", "mien");
    link_program("TEST_FAKED", "mien-faked");
    link_file("portrait-hopper-usn.jpg", "portrait.jpg");
    link_file("portrait-collins-nasa.png", "other.png");
    make_model();
    setenv("MIEN_MODEL", "model.safetensors", 1);
    char path[PATH_MAX + 8];
    const char *old = getenv("PATH");
    snprintf(path, sizeof path, ".:%s", old ? old : "/usr/bin:/bin");
    setenv("PATH", path, 1);
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    unsetenv("SDL_VIDEODRIVER");
}

struct seen_face program_face(void)
{
    struct seen_face face = {0};
    struct run run;
    media_shell(&run, "mien image portrait.jpg");
    CU_ASSERT_EQUAL_FATAL(run.code, 0);
    CU_ASSERT_EQUAL_FATAL(sscanf(run.out, "portrait.jpg: face 1 at %d,%d %d×%d: %31s", &face.x,
                                 &face.y, &face.width, &face.height, face.label),
                          5);
    face.uncertain = strstr(run.out, "uncertain") != NULL;
    return face;
}
