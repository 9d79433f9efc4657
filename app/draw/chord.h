/* Keys pressed together, named as in "Ctrl+Alt+Q". */
#ifndef APP_CHORD_H
#define APP_CHORD_H

#include <SDL.h>
#include <stdbool.h>

/* Whether `name` names what was pressed; modifiers that it does not name must be up. An empty name
 * is never pressed. */
bool chord_pressed(const char *name, SDL_Keysym key);

#endif
