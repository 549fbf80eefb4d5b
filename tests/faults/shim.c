/* A disk that fails or forgets, between one program and the system: loaded before the C library, it counts the writes
 * and syncs of one file and of its side files, lets the nth fail, and can keep a record of all of them, from which
 * the disk after a power cut at any instant can be put together. Nothing happens before shim_watch is called.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MAIN = 1, WAL, ROLLBACK, FOLDER, FDS = 4096 };
enum { BAD = 0, FULL = 1, SHORT = 2 }; /* EIO; ENOSPC; half is written, then the disk is full */

struct record { /* one step; `length` bytes follow it */
    uint8_t what, file, unused[6];
    uint64_t offset, length;
};

static char watched[4096], folder[4096];
static unsigned char kind_of[FDS];
static int trace = -1, how, lasting, short_written;
static long nth, count, failed_at;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void shim_watch(const char *path, const char *trace_path, long fail_nth, int fail_how, int fail_for_ever) {
    strncpy(watched, path, sizeof watched - 1);
    strcpy(folder, watched);
    *strrchr(folder, '/') = 0;
    nth = fail_nth, how = fail_how, lasting = fail_for_ever;
    if (*trace_path) trace = REAL(open)(trace_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

long shim_count(void) { return count; }
long shim_failed_at(void) { return failed_at; }

static int file_of(const char *path) {
    size_t length = strlen(watched);
    if (!length || !path) return 0;
    if (!strcmp(path, folder)) return FOLDER;
    if (strncmp(path, watched, length)) return 0;
    path += length;
    return !*path ? MAIN : !strcmp(path, "-wal") ? WAL : !strcmp(path, "-journal") ? ROLLBACK : 0;
}

static int of(int fd) { return fd >= 0 && fd < FDS ? kind_of[fd] : 0; }

static void note(char what, int file, uint64_t offset, const void *data, uint64_t length) {
    if (trace < 0) return;
    struct record head = {(uint8_t)what, (uint8_t)file, {0}, offset, length};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)data, length}};
    if (writev(trace, parts, 2) < 0) abort(); /* a record with a hole would prove nothing */
}

/* Whether this call is to fail: 0 it is not, else the errno; -1: half of it is to be done. */
static int fails(int file, int writes) {
    int why = 0;
    if (!file) return 0;
    pthread_mutex_lock(&lock);
    count++;
    if (nth > 0 && (count == nth || (count > nth && lasting))) why = how == BAD || !writes ? EIO : ENOSPC;
    if (short_written && writes) why = ENOSPC, short_written = lasting;
    if (how == SHORT && count == nth && writes) why = -1, short_written = 1;
    if (why && !failed_at) failed_at = count;
    pthread_mutex_unlock(&lock);
    return why;
}

static int opened(int fd, const char *path, int existed) {
    int file = fd >= 0 ? file_of(path) : 0;
    if (fd >= 0 && fd < FDS) kind_of[fd] = (unsigned char)file;
    if (file && file != FOLDER && !existed) note('C', file, 0, "", 0);
    return fd;
}

#define OPENING(name)                                                       \
    int name(const char *path, int flags, ...) {                            \
        va_list more;                                                       \
        va_start(more, flags);                                              \
        int makes = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;        \
        mode_t mode = makes ? (mode_t)va_arg(more, unsigned) : 0;           \
        va_end(more);                                                       \
        int existed = !(flags & O_CREAT) || access(path, F_OK) == 0;        \
        return opened(REAL(name)(path, flags, mode), path, existed);        \
    }
OPENING(open)
OPENING(open64)

int close(int fd) {
    if (fd >= 0 && fd < FDS) kind_of[fd] = 0;
    return REAL(close)(fd);
}

static ssize_t written(int file, uint64_t offset, const void *data, ssize_t length) {
    if (length > 0) note('W', file, offset, data, (uint64_t)length);
    return length;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    int file = of(fd), why = fails(file, 1);
    if (why > 0) return errno = why, -1;
    if (why < 0) length = length > 1 ? length / 2 : length;
    ssize_t done = REAL(pwrite64)(fd, data, length, offset);
    return file ? written(file, (uint64_t)offset, data, done) : done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }

ssize_t write(int fd, const void *data, size_t length) {
    int file = of(fd);
    if (!file) return REAL(write)(fd, data, length);
    ssize_t done = pwrite64(fd, data, length, lseek(fd, 0, SEEK_CUR));
    if (done > 0) lseek(fd, done, SEEK_CUR);
    return done;
}

#define SYNCING(name)                                   \
    int name(int fd) {                                  \
        int file = of(fd), why = fails(file, 0);        \
        if (why) return errno = why, -1;                \
        int done = REAL(name)(fd);                      \
        if (file && !done) note('S', file, 0, "", 0);   \
        return done;                                    \
    }
SYNCING(fsync)
SYNCING(fdatasync)

int ftruncate64(int fd, off64_t length) {
    int file = of(fd), why = fails(file, 1);
    if (why > 0) return errno = why, -1;
    int done = REAL(ftruncate64)(fd, length);
    if (file && !done) note('T', file, (uint64_t)length, "", 0);
    return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int unlink(const char *path) {
    int file = file_of(path), done = REAL(unlink)(path);
    if (file && !done) note('U', file, 0, "", 0);
    return done;
}
