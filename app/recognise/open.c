#include "recognise/open.h"

#include <errno.h>

#include "common/model_path.h"

int recogniser_open(struct mien_recogniser **recogniser,
                    const struct mien_recogniser_options *options, struct mien_error *error)
{
    struct mien_recogniser_options complete = *options;
    complete.model = model_path(options->model, error);
    if (complete.finder.model && !*complete.finder.model) {
        complete.finder.model = face_model_path(error);
        if (!complete.finder.model)
            return -ENOENT;
    }
    return complete.model ? mien_recogniser_create(recogniser, &complete, error) : -ENOENT;
}
