/* Names that a person gave to the faces of recordings, as the report saves them:
 * {"format": "mien-people", "version": 1, "recordings":
 *  [{"source": "talk.mp4", "people": [{"name": "Anna", "faces": [1, 4]}]}]} */
#ifndef APP_PEOPLE_H
#define APP_PEOPLE_H

#include <stdint.h>

#include "mien/error.h"

struct people;

/* Reads the names in the recording `source`, which is known by its name without folders. A file
 * that does not name it is fine. Returns 0, −errno of reading, -EINVAL (the message says what is
 * wrong) or -ENOMEM. */
int people_read(struct people **people, const char *path, const char *source,
                struct mien_error *error);
void people_free(struct people **people);

/* NULL: nobody gave one. `people` may be NULL. */
const char *people_name(const struct people *people, uint32_t face);

#endif
