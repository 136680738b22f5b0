/* Preloaded into a process: writes down, in order, what it does to files below one folder, and when it waits for the disk.

   HEADRACE_RECORD names the record, HEADRACE_RECORD_UNDER the folder. An entry is four numbers of 64 bits (kind, offset,
   length of the path, length of the data), the path and the data. An operation and its entry are made under one lock, and
   the entry comes last: what the record holds has happened. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITTEN = 1, TRUNCATED = 2, SYNCED = 3, REMOVED = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int record = -1;
static const char *under;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    const char *place = getenv("HEADRACE_RECORD");
    under = getenv("HEADRACE_RECORD_UNDER");
    if (place && under) record = open(place, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int concerns(const char *path) { return record >= 0 && !strncmp(path, under, strlen(under)); }

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return fd != record && concerns(path);
}

static void note(int64_t kind, int64_t offset, const char *path, const void *data, int64_t length) {
    int64_t head[4] = {kind, offset, (int64_t)strlen(path), length};
    struct iovec parts[3] = {{head, sizeof head}, {(void *)path, (size_t)head[2]}, {(void *)data, (size_t)length}};
    if (writev(record, parts, 3) < 0) abort();
}

static ssize_t write_at(int fd, const void *data, size_t count, int64_t offset) {
    char path[PATH_MAX];
    if (!path_of(fd, path)) return REAL(pwrite64)(fd, data, count, offset);
    pthread_mutex_lock(&lock);
    ssize_t done = REAL(pwrite64)(fd, data, count, offset);
    if (done > 0) note(WRITTEN, offset, path, data, done);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t count, off_t offset) { return write_at(fd, data, count, offset); }
ssize_t pwrite64(int fd, const void *data, size_t count, off64_t offset) { return write_at(fd, data, count, offset); }

static int cut(int fd, int64_t length) {
    char path[PATH_MAX];
    if (!path_of(fd, path)) return REAL(ftruncate64)(fd, length);
    pthread_mutex_lock(&lock);
    int failed = REAL(ftruncate64)(fd, length);
    if (!failed) note(TRUNCATED, length, path, "", 0);
    pthread_mutex_unlock(&lock);
    return failed;
}

int ftruncate(int fd, off_t length) { return cut(fd, length); }
int ftruncate64(int fd, off64_t length) { return cut(fd, length); }

static int synced(int fd, int (*sync)(int)) {
    char path[PATH_MAX];
    if (!path_of(fd, path)) return sync(fd);
    pthread_mutex_lock(&lock);
    int failed = sync(fd);
    if (!failed) note(SYNCED, 0, path, "", 0);
    pthread_mutex_unlock(&lock);
    return failed;
}

int fsync(int fd) { return synced(fd, REAL(fsync)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)); }

int unlink(const char *path) {
    if (!concerns(path)) return REAL(unlink)(path);
    pthread_mutex_lock(&lock);
    int failed = REAL(unlink)(path);
    if (!failed) note(REMOVED, 0, path, "", 0);
    pthread_mutex_unlock(&lock);
    return failed;
}
