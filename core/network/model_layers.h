/* What the compiler of the network sees of a model. */
#ifndef CORE_MODEL_LAYERS_H
#define CORE_MODEL_LAYERS_H

#include "layers.h"
#include "mien/model.h"

/* The layers with their tensors, as long as these live; NULL when the weights were dropped. */
const struct layer_list *model_layers(const struct mien_model *model);

#endif
