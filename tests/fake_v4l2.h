/* What all cameras that are not there have in common: memory that pictures lie in, a queue of
 * buffers, one format (YUYV). The program that links tests/fake_v4l2.c answers the rest. */
#ifndef TESTS_FAKE_V4L2_H
#define TESTS_FAKE_V4L2_H

#include <errno.h>
#include <linux/videodev2.h>
#include <stdint.h>

struct fake_queue {
    unsigned indices[32], queued, taken;
};

/* To be written by that program: what the driver answers; returns 0, or -1 with errno. */
int answer_driver(unsigned long request, void *argument);

int fake_fail(int code); /* sets errno and returns -1 */
int fake_format(struct v4l2_fmtdesc *format);
struct v4l2_format fake_settled(uint32_t width, uint32_t height);
int fake_buffer(struct v4l2_buffer *buffer, uint32_t size);
int fake_enqueue(struct fake_queue *queue, const struct v4l2_buffer *buffer);

/* The buffer that was first enqueued, with a picture taken now. */
int fake_dequeue(struct fake_queue *queue, struct v4l2_buffer *buffer, uint32_t size);

#endif
