/* Where the network looked, in numbers (recognise/occlusion.h). */
#ifndef APP_OCCLUSION_MAP_H
#define APP_OCCLUSION_MAP_H

/* The patch has a quarter of the face's side and moves by an eighth. */
enum { OCCLUSION_SIDE = 7, OCCLUSION_PLACES = OCCLUSION_SIDE * OCCLUSION_SIDE };

struct occlusion_map {
    float drop[OCCLUSION_PLACES]; /* of the label's probability, −1…1, row by row */
};

#endif
