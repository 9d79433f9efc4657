#include "shortcut.h"

#include <string.h>

static const struct {
    const char *name;
    unsigned mask;
} modifiers[] = {
    {"Ctrl+", KMOD_CTRL}, {"Alt+", KMOD_ALT}, {"Shift+", KMOD_SHIFT}, {"Super+", KMOD_GUI}};

enum { MODIFIERS = sizeof modifiers / sizeof *modifiers };

/* Steps over a modifier at the beginning of *name; 0: there is none. */
static unsigned take_modifier(const char **name)
{
    for (int i = 0; i < MODIFIERS; i++) {
        size_t length = strlen(modifiers[i].name);
        if (!strncmp(*name, modifiers[i].name, length)) {
            *name += length;
            return modifiers[i].mask;
        }
    }
    return 0;
}

bool shortcut_pressed(const char *name, SDL_Keysym key)
{
    unsigned wanted = 0, mask;
    while ((mask = take_modifier(&name)))
        wanted |= mask;
    for (int i = 0; i < MODIFIERS; i++)
        if (!(key.mod & modifiers[i].mask) != !(wanted & modifiers[i].mask))
            return false;
    return *name && key.sym == SDL_GetKeyFromName(name);
}
