/* Pictures of an evaluation, drawn with cairo: SVG or PNG by the file's extension. */
#ifndef APP_PLOT_H
#define APP_PLOT_H

#include "files/atomic_file.h"
#include "metrics.h"
#include "mien/error.h"

/* Returns 0, or -EINVAL with a message where the name ends in neither .svg nor .png. */
int plot_check_name(const char *path, struct mien_error *error);

/* Each draws into `file`, whose name says as what, and leaves it open. Returns 0, -EINVAL (another
 * ending), -ENOMEM or -EIO (cannot be written), with a message that names the file. */
int plot_confusion(struct atomic_file *file, const struct metrics *metrics,
                   const char *const *labels, struct mien_error *error);
int plot_reliability(struct atomic_file *file, const struct metrics *metrics,
                     struct mien_error *error);

#endif
