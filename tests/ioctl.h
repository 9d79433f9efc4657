/* The C library's ioctl and libv4l2's, answered by the program that links tests/ioctl.c. */
#ifndef TESTS_IOCTL_H
#define TESTS_IOCTL_H

/* To be written by that program: returns 0, or -1 with errno. */
int answer_ioctl(int fd, unsigned long request, void *argument);

/* What the kernel answers. */
int kernel_ioctl(int fd, unsigned long request, void *argument);

#endif
