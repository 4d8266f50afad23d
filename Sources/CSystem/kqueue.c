#if !defined(__linux__)

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/event.h>
#include <sys/time.h>
#include <unistd.h>

#include "csystem.h"

enum { GROUP = 256 };

int csystem_poller_create(void) {
  int poller = kqueue();
  if (poller < 0) return -errno;
  fcntl(poller, F_SETFD, FD_CLOEXEC);
  return poller;
}

int csystem_poller_set(int poller, int descriptor, uint32_t interest, uint64_t token, int add) {
  struct kevent changes[2];
  void *data = (void *)(uintptr_t)token;
  uint16_t flags = EV_ADD | (interest & CSYSTEM_EDGE_TRIGGERED ? EV_CLEAR : 0);
  (void)add;
  EV_SET(&changes[0], descriptor, EVFILT_READ, flags | (interest & CSYSTEM_READABLE ? EV_ENABLE : EV_DISABLE), 0, 0, data);
  EV_SET(&changes[1], descriptor, EVFILT_WRITE, flags | (interest & CSYSTEM_WRITABLE ? EV_ENABLE : EV_DISABLE), 0, 0, data);
  return kevent(poller, changes, 2, NULL, 0, NULL) < 0 ? -errno : 0;
}

int csystem_poller_wait(int poller, struct csystem_ready *ready, int capacity, int timeout) {
  struct kevent events[GROUP];
  struct timespec limit = {timeout / 1000, (long)(timeout % 1000) * 1000000};
  int count = kevent(poller, NULL, 0, events, capacity < GROUP ? capacity : GROUP, timeout < 0 ? NULL : &limit);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) {
    uint32_t state = events[i].filter == EVFILT_WRITE ? CSYSTEM_WRITABLE : CSYSTEM_READABLE;
    ready[i] = (struct csystem_ready){.token = (uint64_t)(uintptr_t)events[i].udata, .events = state};
  }
  return count;
}

int csystem_waker_create(struct csystem_waker *waker) {
  int ends[2];
  if (pipe(ends) < 0) return -errno;
  for (int i = 0; i < 2; i++) {
    fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    fcntl(ends[i], F_SETFL, O_NONBLOCK);
  }
  *waker = (struct csystem_waker){ends[0], ends[1]};
  return 0;
}

void csystem_waker_signal(struct csystem_waker waker) {
  uint8_t one = 1;
  while (write(waker.writer, &one, 1) < 0 && errno == EINTR) {
  }
}

void csystem_waker_clear(struct csystem_waker waker) {
  uint8_t bytes[256];
  while (read(waker.descriptor, bytes, sizeof bytes) > 0) {
  }
}

void csystem_waker_destroy(struct csystem_waker waker) {
  close(waker.descriptor);
  close(waker.writer);
}

#endif
