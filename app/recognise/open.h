/* The recogniser as the program opens it. */
#ifndef APP_OPEN_H
#define APP_OPEN_H

#include "mien/recogniser.h"

/* As mien_recogniser_create, with model_path's model where the options name none, and the one that
 * came with mien where the finder's is "". */
int recogniser_open(struct mien_recogniser **recogniser,
                    const struct mien_recogniser_options *options, struct mien_error *error);

/* Likewise as mien_recogniser_create_beside. */
int recogniser_open_beside(struct mien_recogniser **recogniser, const struct mien_recogniser *other,
                           const struct mien_recogniser_options *options, struct mien_error *error);

#endif
