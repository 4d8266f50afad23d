// UDP: datagrams are received, kept and answered by 64, as echo_server has it.
#include "server.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define BATCH 64
#define SLOT 65536

void serve_datagrams(int descriptor, enum job job) {
  static char receipt[4] = {'O', 'K', 0, 0};
  struct ring *ring = ring_create();
  char *slots = malloc((size_t)BATCH * SLOT);
  if (!slots) { fail("malloc"); }
  struct mmsghdr messages[BATCH];
  struct iovec parts[BATCH];
  struct sockaddr_storage addresses[BATCH];
  int poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN};
  epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
  for (;;) {
    epoll_wait(poller, &event, 1, -1);
    int count;
    do {
      for (int index = 0; index < BATCH; index++) {
        parts[index] = (struct iovec){.iov_base = slots + (size_t)index * SLOT, .iov_len = SLOT};
        messages[index].msg_hdr = (struct msghdr){
            .msg_name = &addresses[index],
            .msg_namelen = sizeof addresses[index],
            .msg_iov = &parts[index],
            .msg_iovlen = 1,
        };
      }
      count = recvmmsg(descriptor, messages, BATCH, MSG_DONTWAIT, NULL);
      for (int index = 0; index < count; index++) {
        size_t length = messages[index].msg_len;
        ring_keep(ring, parts[index].iov_base, length, 0);
        parts[index].iov_len = length;
        if (job == JOB_LINES) {
          parts[index] = (struct iovec){.iov_base = receipt, .iov_len = length < 4 ? length : 4};
        }
      }
      for (int sent = 0; sent < count;) {
        int more = sendmmsg(descriptor, messages + sent, (unsigned int)(count - sent), MSG_DONTWAIT);
        if (more <= 0) { break; }
        sent += more;
      }
    } while (count == BATCH);
  }
}
