#if defined(__linux__)

#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "csystem.h"

enum { GROUP = 256 };

_Static_assert(CSYSTEM_READABLE == EPOLLIN && CSYSTEM_WRITABLE == EPOLLOUT && CSYSTEM_BROKEN == (EPOLLERR | EPOLLHUP) &&
                   CSYSTEM_EDGE_TRIGGERED == EPOLLET,
               "a poller's bits are those of epoll");

static int result(int value) { return value < 0 ? -errno : value; }

int csystem_poller_create(void) { return result(epoll_create1(EPOLL_CLOEXEC)); }

int csystem_poller_set(int poller, int descriptor, uint32_t interest, uint64_t token, int add) {
  struct epoll_event event = {.events = interest, .data.u64 = token};
  return result(epoll_ctl(poller, add ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event));
}

int csystem_poller_wait(int poller, struct csystem_ready *ready, int capacity, int timeout) {
  struct epoll_event events[GROUP];
  int count = epoll_wait(poller, events, capacity < GROUP ? capacity : GROUP, timeout);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) {
    ready[i] = (struct csystem_ready){.token = events[i].data.u64, .events = events[i].events};
  }
  return count;
}

int csystem_waker_create(struct csystem_waker *waker) {
  int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  *waker = (struct csystem_waker){descriptor, descriptor};
  return result(descriptor);
}

void csystem_waker_signal(struct csystem_waker waker) {
  uint64_t one = 1;
  while (write(waker.writer, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void csystem_waker_clear(struct csystem_waker waker) {
  uint64_t count;
  while (read(waker.descriptor, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

void csystem_waker_destroy(struct csystem_waker waker) { close(waker.descriptor); }

#endif
