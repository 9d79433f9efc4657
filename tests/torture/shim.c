/* Makes one call of the program fail, by LD_PRELOAD. TORTURE names the kind of call, TORTURE_NTH
 * which one (0: none), TORTURE_COUNT a file that gets the number of such calls at the end. Only
 * calls out of the program's own code count: what libraries do for themselves is theirs. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uintptr_t code_begin, code_end;
static const char *kind;
static long nth;
static int count_file = -1; /* opened before the program shuts itself off from files */
static atomic_long calls;

static int find_code(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size, (void)user;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && part->p_flags & PF_X) {
            code_begin = info->dlpi_addr + part->p_vaddr;
            code_end = code_begin + part->p_memsz;
        }
    }
    return 1; /* the program comes first */
}

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv("TORTURE_NTH");
    dl_iterate_phdr(find_code, NULL);
    nth = number ? atol(number) : 0;
    kind = getenv("TORTURE");
    const char *path = getenv("TORTURE_COUNT");
    if (path)
        count_file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

__attribute__((destructor)) static void end(void)
{
    if (count_file >= 0)
        dprintf(count_file, "%ld\n", atomic_load(&calls));
}

static bool is_program(const void *caller)
{
    return (uintptr_t)caller >= code_begin && (uintptr_t)caller < code_end;
}

static bool fails(const char *what, const void *caller, int code)
{
    if (!kind || strcmp(kind, what) || !is_program(caller) ||
        atomic_fetch_add(&calls, 1) + 1 != nth)
        return false;
    errno = code;
    return true;
}

/* Ours (below) stands before libc's. */
static void *real_dlsym(void *handle, const char *name)
{
    static void *(*real)(void *, const char *);
    static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"};
    for (size_t i = 0; i < sizeof versions / sizeof *versions && !real; i++)
        *(void **)&real = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
    return real(handle, name);
}

#define CALLER __builtin_return_address(0)
#define NEXT(name) ((__typeof__(name) *)real_dlsym(RTLD_NEXT, #name))
#define NO_MEMORY fails("memory", CALLER, ENOMEM)

/* ---- memory ---- */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
int __asprintf_chk(char **out, int flag, const char *format, ...);

void *malloc(size_t size)
{
    return NO_MEMORY ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return NO_MEMORY ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return NO_MEMORY ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
    size_t whole;
    if (NO_MEMORY || __builtin_mul_overflow(count, size, &whole))
        return NULL;
    return __libc_realloc(old, whole);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return NO_MEMORY ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    if (NO_MEMORY)
        return ENOMEM;
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : ENOMEM;
}

char *strdup(const char *text)
{
    char *copy = NO_MEMORY ? NULL : __libc_malloc(strlen(text) + 1);
    return copy ? strcpy(copy, text) : NULL;
}

char *strndup(const char *text, size_t most)
{
    size_t length = strnlen(text, most);
    char *copy = NO_MEMORY ? NULL : __libc_malloc(length + 1);
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

#define PRINTS(name, parameters)                                                                   \
    int name parameters                                                                            \
    {                                                                                              \
        va_list arguments;                                                                         \
        if (NO_MEMORY)                                                                             \
            return -1;                                                                             \
        va_start(arguments, format);                                                               \
        int length = vasprintf(out, format, arguments);                                            \
        va_end(arguments);                                                                         \
        return length;                                                                             \
    }
PRINTS(asprintf, (char **out, const char *format, ...))
PRINTS(__asprintf_chk, (char **out, __attribute__((unused)) int flag, const char *format, ...))

FILE *open_memstream(char **text, size_t *size)
{
    return NO_MEMORY ? NULL : NEXT(open_memstream)(text, size);
}

FILE *fdopen(int fd, const char *mode)
{
    return NO_MEMORY ? NULL : NEXT(fdopen)(fd, mode);
}

/* Libraries' own, as the program calls them. Some are loaded late, out of the sight of RTLD_NEXT:
 * the program then asks dlsym for them, in a module of its own. */
#define LIBRARIES(EACH)                                                                            \
    EACH(av_malloc, (size_t size), (size))                                                         \
    EACH(av_mallocz, (size_t size), (size))                                                        \
    EACH(av_calloc, (size_t count, size_t size), (count, size))                                    \
    EACH(av_packet_alloc, (void), ())                                                              \
    EACH(av_frame_alloc, (void), ())                                                               \
    EACH(avcodec_alloc_context3, (const void *codec), (codec))                                     \
    EACH(avformat_alloc_context, (void), ())                                                       \
    EACH(avformat_new_stream, (void *context, const void *codec), (context, codec))                \
    EACH(tjInitCompress, (void), ())                                                               \
    EACH(tjInitDecompress, (void), ())

enum { MODULES_MAX = 16 };
static void *_Atomic modules[MODULES_MAX];

static void *find(const char *name)
{
    void *found = real_dlsym(RTLD_NEXT, name);
    for (int i = 0; i < MODULES_MAX && modules[i] && !found; i++)
        found = real_dlsym(modules[i], name);
    return found;
}

#define ALLOCATES(name, parameters, arguments)                                                     \
    void *name parameters;                                                                         \
    void *name parameters                                                                          \
    {                                                                                              \
        return NO_MEMORY ? NULL : ((void *(*)parameters)find(#name))arguments;                     \
    }
LIBRARIES(ALLOCATES)

void *dlsym(void *restrict handle, const char *restrict name)
{
#define STANDS_IN(function, parameters, arguments) {#function, function},
    static const struct {
        const char *name;
        void *function;
    } ours[] = {LIBRARIES(STANDS_IN)};
    int i = 0;
    if (!is_program(CALLER))
        return real_dlsym(handle, name);
    while (i < MODULES_MAX - 1 && modules[i] && modules[i] != handle)
        i++;
    modules[i] = handle;
    for (size_t k = 0; k < sizeof ours / sizeof *ours; k++)
        if (!strcmp(name, ours[k].name))
            return ours[k].function;
    return real_dlsym(handle, name);
}

/* ---- files ---- */

ssize_t write(int fd, const void *data, size_t size)
{
    return fails("write", CALLER, ENOSPC) ? -1 : NEXT(write)(fd, data, size);
}

/* A stream remembers that it failed: programs ask ferror at the end. */
static bool stream_fails(FILE *file, const void *caller)
{
    enum { ERROR_SEEN = 0x20 }; /* glibc's _IO_ERR_SEEN */
    bool fail = fails("write", caller, ENOSPC);
    if (fail && file)
        file->_flags |= ERROR_SEEN;
    return fail;
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *file)
{
    return stream_fails(file, CALLER) ? 0 : NEXT(fwrite)(data, size, count, file);
}

int fflush(FILE *file)
{
    return stream_fails(file, CALLER) ? EOF : NEXT(fflush)(file);
}

int fsync(int fd)
{
    return fails("sync", CALLER, EIO) ? -1 : NEXT(fsync)(fd);
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    return fails("rename", CALLER, EACCES) ? -1 : NEXT(renameat2)(from, old, to, new, flags);
}

int renameat(int from, const char *old, int to, const char *new)
{
    return fails("rename", CALLER, EACCES) ? -1 : NEXT(renameat)(from, old, to, new);
}

/* It closes all the same, as Linux does. */
int close(int fd)
{
    bool fail = fails("close", CALLER, EIO);
    int result = NEXT(close)(fd);
    return fail ? (errno = EIO, -1) : result;
}

/* ---- threads and maps ---- */

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *data)
{
    return fails("thread", CALLER, EAGAIN) ? EAGAIN
                                           : NEXT(pthread_create)(thread, attributes, run, data);
}

void *mmap(void *place, size_t size, int protection, int flags, int fd, off_t offset)
{
    return fails("map", CALLER, ENOMEM) ? MAP_FAILED
                                        : NEXT(mmap)(place, size, protection, flags, fd, offset);
}
