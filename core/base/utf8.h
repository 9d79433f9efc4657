/* Text in UTF-8. */
#ifndef MIEN_UTF8_H
#define MIEN_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of the well-formed character (Unicode, table 3-7) at `text`, which ends with a zero: 1 to
 * 4, also 1 for that zero; 0 where there is none. Any thread. */
size_t mien_utf8_length(const char *text);

/* Whether a control character (C0, DEL, C1) stands at `text`: a terminal would obey it. Any thread.
 */
bool mien_utf8_is_control(const char *text);

/* Makes text fit to be shown on a terminal: bytes that are no UTF-8, and those of control
 * characters (C0, DEL, C1), become '?'. Returns `text`. Any thread. */
char *mien_utf8_make_plain(char *text);

#ifdef __cplusplus
}
#endif
#endif
