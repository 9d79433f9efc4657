#include "recognise/open.h"

#include <errno.h>

#include "common/model_path.h"

int recogniser_open(struct mien_recogniser **recogniser,
                    const struct mien_recogniser_options *options, struct mien_error *error)
{
    return recogniser_open_beside(recogniser, NULL, options, error);
}

int recogniser_open_beside(struct mien_recogniser **recogniser, const struct mien_recogniser *other,
                           const struct mien_recogniser_options *options, struct mien_error *error)
{
    struct mien_recogniser_options complete = *options;
    complete.model = model_path(options->model, error);
    if (complete.finder.model && !*complete.finder.model) {
        complete.finder.model = face_model_path(error);
        if (!complete.finder.model)
            return -ENOENT;
    }
    return complete.model ? mien_recogniser_create_beside(recogniser, other, &complete, error)
                          : -ENOENT;
}
