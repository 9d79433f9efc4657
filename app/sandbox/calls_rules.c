#include "rules.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>

#include "mien/log.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* What no decoder, encoder or drawing library needs. AddressSanitizer looks into its own process
 * for leaks. */
static const int never[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
#ifndef __SANITIZE_ADDRESS__
    SCMP_SYS(ptrace),
#endif
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(kcmp),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(reboot),
};

static const int sockets[] = {SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect),
                              SCMP_SYS(bind), SCMP_SYS(listen)};

static int deny(scmp_filter_ctx filter, const int *calls, size_t count)
{
    int status = 0;
    for (size_t i = 0; i < count && status == 0; i++)
        status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);
    return status;
}

void calls_rules_enforce(bool network)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int status = filter ? deny(filter, never, COUNT(never)) : -ENOMEM;
    if (status == 0 && !network)
        status = deny(filter, sockets, COUNT(sockets));
    if (status == 0)
        status = seccomp_load(filter);
    if (status < 0)
        mien_log(MIEN_LOG_DEBUG, "no sandbox for system calls: %s", strerror(-status));
    if (filter)
        seccomp_release(filter);
}
