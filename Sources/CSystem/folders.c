#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "csystem.h"

#if defined(O_PATH)
enum { place = O_PATH | O_DIRECTORY | O_CLOEXEC };
#else
enum { place = O_SEARCH | O_DIRECTORY | O_CLOEXEC };
#endif

int csystem_folder_open(const char *path) {
  int folder = open(path, place);
  return folder < 0 ? -errno : folder;
}

int csystem_folder_make(const char *path) { return mkdir(path, S_IRWXU) < 0 ? -errno : 0; }

int csystem_folder_lock(const char *path, int milliseconds) {
  enum { pause = 5 };
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return -errno;
  while (flock(folder, LOCK_EX | LOCK_NB) != 0) {
    int error = errno;
    if (error == EWOULDBLOCK && milliseconds > 0) {
      poll(NULL, 0, pause);
      milliseconds -= pause;
    } else if (error != EINTR) {
      close(folder);
      return -error;
    }
  }
  return folder;
}

int csystem_folder_parent(int folder) {
  int parent = openat(folder, "..", place);
  return parent < 0 ? -errno : parent;
}

int csystem_folder_status(int folder, struct csystem_folder *status) {
  struct stat found;
  if (fstat(folder, &found) < 0) return -errno;
  status->device = (uint64_t)found.st_dev;
  status->number = (uint64_t)found.st_ino;
  status->owner = found.st_uid;
  status->mode = found.st_mode & 07777;
  return 0;
}

ssize_t csystem_folder_path(int folder, char *path, size_t capacity) {
#if defined(__linux__)
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
  ssize_t count = readlink(link, path, capacity);
  return count < 0 ? -errno : count;
#else
  char found[MAXPATHLEN];
  if (fcntl(folder, F_GETPATH, found) < 0) return -errno;
  size_t count = strnlen(found, sizeof found);
  if (count > capacity) return -ENAMETOOLONG;
  memcpy(path, found, count);
  return (ssize_t)count;
#endif
}

int csystem_rename_new(int folder, const char *name, const char *new_name) {
#if defined(__linux__) && defined(SYS_renameat2)
  enum { no_replace = 1 };
  int renamed = (int)syscall(SYS_renameat2, folder, name, folder, new_name, no_replace);
  // Not every file system knows the flag.
  if (renamed == 0 || (errno != EINVAL && errno != ENOSYS)) return renamed < 0 ? -errno : 0;
#elif defined(__APPLE__)
  if (renameatx_np(folder, name, folder, new_name, RENAME_EXCL) == 0) return 0;
  if (errno != ENOTSUP) return -errno;
#endif
  if (linkat(folder, name, folder, new_name, 0) < 0 || unlinkat(folder, name, 0) < 0) return -errno;
  return 0;
}
