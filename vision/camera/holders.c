/* Who has a camera open: the kernel only says "busy", but /proc tells of the user's own programs.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device.h"

static bool holds(const char *process, const char *path)
{
    char name[64], target[64];
    snprintf(name, sizeof name, "/proc/%.16s/fd", process);
    DIR *folder = opendir(name);
    bool found = false;
    struct dirent *entry;
    while (folder && !found && (entry = readdir(folder))) {
        snprintf(name, sizeof name, "/proc/%.16s/fd/%.16s", process, entry->d_name);
        ssize_t length = readlink(name, target, sizeof target - 1);
        target[length > 0 ? length : 0] = '\0';
        found = !strcmp(target, path);
    }
    if (folder)
        closedir(folder);
    return found;
}

static void add_name(char *names, size_t size, const char *process)
{
    char path[64], command[32] = "";
    snprintf(path, sizeof path, "/proc/%.16s/comm", process);
    FILE *file = fopen(path, "re");
    if (file && fgets(command, sizeof command, file))
        command[strcspn(command, "\n")] = '\0';
    if (file)
        fclose(file);
    size_t used = strlen(names);
    snprintf(names + used, size - used, "%s%s (process %.16s)", used ? ", " : "",
             command[0] ? command : "a program", process);
}

void camera_holders(const char *path, char *names, size_t size)
{
    names[0] = '\0';
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    while (processes && (entry = readdir(processes)))
        if (isdigit((unsigned char)entry->d_name[0]) && holds(entry->d_name, path))
            add_name(names, size, entry->d_name);
    if (processes)
        closedir(processes);
    if (names[0] == '\0')
        snprintf(names, size, "another program");
}
