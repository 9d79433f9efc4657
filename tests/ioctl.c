#include "ioctl.h"

#include <libv4l2.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int kernel_ioctl(int fd, unsigned long request, void *argument)
{
    return (int)syscall(SYS_ioctl, fd, request, argument);
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return answer_ioctl(fd, request, argument);
}

int v4l2_ioctl(int fd, unsigned long request, ...) __attribute__((alias("ioctl")));
