#include <errno.h>
#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#if defined(__linux__)
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#endif
#include <time.h>
#include <unistd.h>

#include "csystem.h"
#include "private.h"

static int resolve(const char *host, int flags, struct csystem_address *addresses, int capacity) {
  struct addrinfo hints = {.ai_flags = flags, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  struct addrinfo *list = NULL;
  int error = getaddrinfo(host, NULL, &hints, &list);
  if (error) return error < 0 ? error : -error;
  int count = 0;
  for (struct addrinfo *entry = list; entry && count < capacity; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    struct sockaddr_storage storage;
    memset(&storage, 0, sizeof storage);
    memcpy(&storage, entry->ai_addr, entry->ai_addrlen);
    csystem_address_from(&storage, &addresses[count++]);
  }
  freeaddrinfo(list);
  return count;
}

int csystem_resolve(const char *host, struct csystem_address *addresses, int capacity) {
  return resolve(host, 0, addresses, capacity);
}

int csystem_resolve_literal(const char *host, struct csystem_address *address) {
  return resolve(host, AI_NUMERICHOST, address, 1);
}

const char *csystem_resolve_error(int code) {
#if defined(__linux__)
  return gai_strerror(code);
#else
  return gai_strerror(-code);
#endif
}

static int64_t nanoseconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t csystem_wall_clock(void) { return nanoseconds(CLOCK_REALTIME); }

int64_t csystem_monotonic_clock(void) { return nanoseconds(CLOCK_MONOTONIC); }

int csystem_wait_readable(int descriptor, int timeout) {
  struct pollfd entry = {.fd = descriptor, .events = POLLIN};
  int count = poll(&entry, 1, timeout);
  return count < 0 ? (errno == EINTR ? 0 : -errno) : count;
}

int csystem_thread_start(void **thread, void *(*body)(void *), void *context) {
  pthread_t *handle = malloc(sizeof *handle);
  if (!handle) return -ENOMEM;
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  int error = pthread_create(handle, NULL, body, context);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  if (error) {
    free(handle);
    return -error;
  }
  if (thread) {
    *thread = handle;
  } else {
    pthread_detach(*handle);
    free(handle);
  }
  return 0;
}

void csystem_thread_name(const char *name) {
#if defined(__linux__)
  pthread_setname_np(pthread_self(), name);
#else
  pthread_setname_np(name);
#endif
}

void csystem_thread_nice(int increment) {
#if defined(__linux__)
  // nice(2), C library/kernel differences: on Linux it is the thread's own.
  int saved = errno;
  if (nice(increment) == -1) errno = saved;
#else
  (void)increment;
#endif
}

void csystem_thread_join(void *thread) {
  pthread_t *handle = thread;
  pthread_join(*handle, NULL);
  free(handle);
}

#if defined(__linux__)
// sched_setattr(2); glibc has it from 2.41 on.
struct scheduling {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
};

#define RESET_ON_FORK 1
#endif

void csystem_thread_turns(int64_t nanoseconds) {
#if defined(__linux__)
  struct scheduling scheduling;
  if (syscall(SYS_sched_getattr, 0, &scheduling, sizeof scheduling, 0) != 0) return;
  scheduling.size = sizeof scheduling;
  scheduling.flags |= RESET_ON_FORK;
  scheduling.runtime = (uint64_t)nanoseconds;
  syscall(SYS_sched_setattr, 0, &scheduling, 0);
#else
  (void)nanoseconds;
#endif
}

void csystem_thread_yield(void) { sched_yield(); }

void csystem_keep_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 4 << 20);
#endif
}

#if defined(__linux__)
static int leave_pages(struct dl_phdr_info *object, size_t size, void *context) {
  (void)size, (void)context;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
    uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
    uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz + page - 1) & ~(page - 1);
    madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}
#endif

void csystem_leave_file_pages(void) {
#if defined(__linux__)
  dl_iterate_phdr(leave_pages, NULL);
#endif
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define IS_WATCHED 1
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#endif
#endif

void csystem_lock_taken(void *lock) {
#ifdef IS_WATCHED
  __tsan_acquire(lock);
#else
  (void)lock;
#endif
}

void csystem_lock_left(void *lock) {
#ifdef IS_WATCHED
  __tsan_release(lock);
#else
  (void)lock;
#endif
}
