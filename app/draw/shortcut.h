/* Keys pressed together, named as in "Ctrl+Alt+Q". */
#ifndef APP_SHORTCUT_H
#define APP_SHORTCUT_H

#include <SDL.h>
#include <stdbool.h>

/* Whether `name` names what was pressed; modifiers that it does not name must be up. An empty name
 * is never pressed. */
bool shortcut_pressed(const char *name, SDL_Keysym key);

#endif
