#include "wake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/eventfd.h>
#endif

int cncurses_wake_open(int ends[2]) {
#if defined(__linux__)
  int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (descriptor < 0) return errno;
  ends[0] = descriptor;
  ends[1] = descriptor;
#else
  if (pipe(ends) != 0) return errno;
  for (int index = 0; index < 2; index++) {
    fcntl(ends[index], F_SETFL, O_NONBLOCK);
    fcntl(ends[index], F_SETFD, FD_CLOEXEC);
  }
#endif
  return 0;
}

void cncurses_wake_signal(int write_end) {
  int saved = errno;
  uint64_t one = 1;
  // EAGAIN means that it is readable already, which is all that is wanted.
  while (write(write_end, &one, sizeof one) < 0 && errno == EINTR) {
  }
  errno = saved;
}

void cncurses_wake_clear(int read_end) {
  int saved = errno;
  uint64_t bytes[64];
  for (;;) {
    ssize_t count = read(read_end, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < (ssize_t)sizeof bytes) break;
  }
  errno = saved;
}

void cncurses_wake_close(const int ends[2]) {
  close(ends[0]);
  if (ends[1] != ends[0]) close(ends[1]);
}
