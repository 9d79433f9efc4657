#include "rules.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mien/log.h"

/* Newer than the header files of Debian 12, whose kernel may be newer than they are. */
enum { ABI_REFER = 2, ABI_TRUNCATE = 3, ABI_NETWORK = 4, ABI_DEVICES = 5 };
#define ACCESS_TRUNCATE (1u << 14)
#define ACCESS_IOCTL (1u << 15)
#define NETWORK_TCP 3u /* bind and connect */

/* struct landlock_ruleset_attr as of ABI 4; older kernels take its beginning. */
struct ruleset {
    uint64_t files, network;
};

struct files_rules {
    int descriptor;
    uint64_t handled;
};

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITING (LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)
#define MAKING                                                                                     \
    (LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |  \
     LANDLOCK_ACCESS_FS_REFER)

static const uint64_t allowed_by[] = {
    [FILES_LIST] = LANDLOCK_ACCESS_FS_READ_DIR,
    [FILES_READ] = READING,
    [FILES_WRITE] = READING | WRITING | MAKING,
    [FILES_DEVICE] = READING | WRITING | ACCESS_IOCTL,
};
static const uint64_t of_a_file = LANDLOCK_ACCESS_FS_READ_FILE | WRITING | ACCESS_IOCTL;

/* All that the kernel knows of files is handled, which is: denied unless a rule allows it. */
static struct ruleset handled_by(int abi, bool network)
{
    struct ruleset ruleset = {.files = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
    if (abi >= ABI_REFER)
        ruleset.files |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= ABI_TRUNCATE)
        ruleset.files |= ACCESS_TRUNCATE;
    if (abi >= ABI_NETWORK && !network)
        ruleset.network = NETWORK_TCP;
    if (abi >= ABI_DEVICES)
        ruleset.files |= ACCESS_IOCTL;
    return ruleset;
}

struct files_rules *files_rules_begin(bool network)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct files_rules *rules = abi > 0 ? malloc(sizeof *rules) : NULL;
    if (!rules) {
        mien_log(MIEN_LOG_DEBUG, "no sandbox for files: Landlock: %s", strerror(errno));
        return NULL;
    }
    struct ruleset ruleset = handled_by((int)abi, network);
    size_t size = abi >= ABI_NETWORK ? sizeof ruleset : sizeof ruleset.files;
    rules->handled = ruleset.files;
    rules->descriptor = (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
    if (rules->descriptor >= 0)
        return rules;
    mien_log(MIEN_LOG_DEBUG, "no sandbox for files: Landlock: %s", strerror(errno));
    free(rules);
    return NULL;
}

void files_rules_allow(struct files_rules *rules, const char *path, enum files_access access)
{
    struct stat is;
    int descriptor = rules ? open(path, O_PATH | O_CLOEXEC) : -1;
    if (descriptor < 0)
        return;
    uint64_t wanted = allowed_by[access];
    if (fstat(descriptor, &is) == 0 && !S_ISDIR(is.st_mode))
        wanted &= of_a_file;
    struct landlock_path_beneath_attr rule = {.allowed_access = wanted & rules->handled,
                                              .parent_fd = descriptor};
    if (syscall(SYS_landlock_add_rule, rules->descriptor, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
        mien_log(MIEN_LOG_DEBUG, "sandbox: %s: %s", path, strerror(errno));
    close(descriptor);
}

void files_rules_enforce(struct files_rules *rules)
{
    if (!rules)
        return;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        syscall(SYS_landlock_restrict_self, rules->descriptor, 0))
        mien_log(MIEN_LOG_DEBUG, "no sandbox for files: Landlock: %s", strerror(errno));
    close(rules->descriptor);
    free(rules);
}
