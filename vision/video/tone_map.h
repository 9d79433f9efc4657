/* Pictures of high dynamic range (PQ, HLG) as pictures of ordinary range. */
#ifndef VISION_TONE_MAP_H
#define VISION_TONE_MAP_H

#include <libavutil/frame.h>
#include <stdbool.h>

struct tone_map;

/* Whether pictures with this transfer (enum AVColorTransferCharacteristic) need it. */
bool tone_map_wants(int transfer);

/* Returns a frame of the same size in BGR0, BT.709, full range, which stays the map's until the
 * next call; NULL: no memory, or no such picture can be converted. *map is made for the first frame
 * and made anew for other kinds. */
const AVFrame *tone_map_apply(struct tone_map **map, const AVFrame *frame);
void tone_map_free(struct tone_map **map);

#endif
