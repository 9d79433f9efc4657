/* Pictures of an evaluation, drawn with cairo: SVG or PNG by the file's extension. */
#ifndef APP_PLOT_H
#define APP_PLOT_H

#include <stdbool.h>

#include "metrics.h"
#include "mien/error.h"

/* Whether the name ends in .svg or .png. */
bool plot_known(const char *path);

/* Each returns 0, -EINVAL (another ending) or -EIO (cannot be written),
 * with a message that names the file. */
int plot_confusion(const char *path, const struct metrics *metrics, const char *const *labels,
                   struct mien_error *error);
int plot_reliability(const char *path, const struct metrics *metrics, struct mien_error *error);

#endif
