#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "csystem.h"
#include "private.h"

enum { SLOT = 65536, CONTROL = 256 };

#if !defined(__linux__)
struct mmsghdr {
  struct msghdr msg_hdr;
  unsigned int msg_len;
};

static int recvmmsg(int descriptor, struct mmsghdr *messages, unsigned int count, int flags, void *timeout) {
  (void)timeout;
  unsigned int received = 0;
  for (; received < count; received++) {
    ssize_t length = recvmsg(descriptor, &messages[received].msg_hdr, flags);
    if (length < 0) return received ? (int)received : -1;
    messages[received].msg_len = (unsigned int)length;
  }
  return (int)received;
}

static int sendmmsg(int descriptor, struct mmsghdr *messages, unsigned int count, int flags) {
  unsigned int sent = 0;
  for (; sent < count; sent++) {
    ssize_t length = sendmsg(descriptor, &messages[sent].msg_hdr, flags);
    if (length < 0) return sent ? (int)sent : -1;
    messages[sent].msg_len = (unsigned int)length;
  }
  return (int)sent;
}
#endif

struct control {
  _Alignas(struct cmsghdr) uint8_t bytes[CONTROL];
};

struct csystem_datagrams {
  int capacity;
  // Slots that are to be prepared anew, because the last receive has written to them.
  int used;
  int replies;
  int send_error;
  size_t sent_bytes;
  uint64_t unsent;
  uint8_t *slots;
  struct mmsghdr *received;
  struct iovec *receive_vectors;
  struct sockaddr_storage *sources;
  struct control *controls;
  struct mmsghdr *sent;
  struct iovec *send_vectors;
  struct control *send_controls;
};

struct csystem_datagrams *csystem_datagrams_create(int capacity) {
  struct csystem_datagrams *group = calloc(1, sizeof *group);
  size_t count = (size_t)capacity;
  if (!group) return NULL;
  group->capacity = group->used = capacity;
  // Anonymous memory: a slot costs nothing until a datagram reaches it.
  void *slots = mmap(NULL, count * SLOT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  group->slots = slots == MAP_FAILED ? NULL : slots;
  group->received = calloc(count, sizeof *group->received);
  group->receive_vectors = calloc(count, sizeof *group->receive_vectors);
  group->sources = calloc(count, sizeof *group->sources);
  group->controls = calloc(count, sizeof *group->controls);
  group->sent = calloc(count, sizeof *group->sent);
  group->send_vectors = calloc(count, sizeof *group->send_vectors);
  group->send_controls = calloc(count, sizeof *group->send_controls);
  if (group->slots && group->received && group->receive_vectors && group->sources && group->controls && group->sent &&
      group->send_vectors && group->send_controls)
    return group;
  csystem_datagrams_destroy(group);
  return NULL;
}

void csystem_datagrams_destroy(struct csystem_datagrams *group) {
  if (group->slots) munmap(group->slots, (size_t)group->capacity * SLOT);
  free(group->received);
  free(group->receive_vectors);
  free(group->sources);
  free(group->controls);
  free(group->sent);
  free(group->send_vectors);
  free(group->send_controls);
  free(group);
}

int csystem_datagrams_receive(struct csystem_datagrams *group, int descriptor) {
  for (int i = 0; i < group->used; i++) {
    group->receive_vectors[i] = (struct iovec){group->slots + (size_t)i * SLOT, SLOT};
    group->received[i].msg_hdr = (struct msghdr){
        .msg_name = &group->sources[i],
        .msg_namelen = sizeof group->sources[i],
        .msg_iov = &group->receive_vectors[i],
        .msg_iovlen = 1,
        .msg_control = group->controls[i].bytes,
        .msg_controllen = CONTROL,
    };
  }
  group->replies = 0;
  int count = recvmmsg(descriptor, group->received, (unsigned int)group->capacity, MSG_DONTWAIT, NULL);
  group->used = count < 0 ? 0 : count;
  return count < 0 ? -errno : count;
}

void csystem_datagrams_get(const struct csystem_datagrams *group, int index, struct csystem_datagram *datagram) {
  const struct mmsghdr *message = &group->received[index];
  memset(datagram, 0, sizeof *datagram);
  datagram->bytes = group->slots + (size_t)index * SLOT;
  datagram->count = message->msg_len;
  datagram->is_truncated = (message->msg_hdr.msg_flags & MSG_TRUNC) != 0;
  csystem_address_from(&group->sources[index], &datagram->source);
  struct msghdr *header = (struct msghdr *)&message->msg_hdr;
  for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control; control = CMSG_NXTHDR(header, control)) {
#if defined(SO_RXQ_OVFL)
    if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
      memcpy(&datagram->drops, CMSG_DATA(control), sizeof datagram->drops);
      datagram->has_drops = 1;
    }
#endif
#if defined(IP_PKTINFO)
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo info;
      memcpy(&info, CMSG_DATA(control), sizeof info);
      struct sockaddr_storage storage = {.ss_family = AF_INET};
      ((struct sockaddr_in *)&storage)->sin_addr = info.ipi_addr;
      csystem_address_from(&storage, &datagram->destination);
#if defined(__linux__)
      // For a broadcast, the local address is not the one in the header (ip(7)). Of what came before IP_PKTINFO was set on the
      // socket, as to one that a service manager holds, neither that address nor the interface is known.
      datagram->is_unsure = !info.ipi_ifindex && !info.ipi_spec_dst.s_addr;
      datagram->is_broadcast = !datagram->is_unsure && info.ipi_spec_dst.s_addr != info.ipi_addr.s_addr;
#endif
    }
#endif
    if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo info;
      memcpy(&info, CMSG_DATA(control), sizeof info);
      struct sockaddr_storage storage = {.ss_family = AF_INET6};
      ((struct sockaddr_in6 *)&storage)->sin6_addr = info.ipi6_addr;
      csystem_address_from(&storage, &datagram->destination);
    }
  }
}

/// The control message with which a datagram leaves from an address (ip(7), ipv6(7)); nothing where it is not known.
static void set_source(struct msghdr *message, struct control *buffer, const struct csystem_address *source) {
  struct sockaddr_storage storage;
  if (source->family != CSYSTEM_IPV4 && source->family != CSYSTEM_IPV6) return;
  csystem_address_to(source, &storage);
  memset(buffer, 0, sizeof *buffer);
  struct cmsghdr *control = (struct cmsghdr *)buffer->bytes;
  if (source->family == CSYSTEM_IPV6) {
    struct in6_pktinfo info = {.ipi6_addr = ((struct sockaddr_in6 *)&storage)->sin6_addr};
    *control = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO};
    memcpy(CMSG_DATA(control), &info, sizeof info);
    message->msg_controllen = CMSG_SPACE(sizeof info);
  } else {
#if defined(IP_PKTINFO)
    struct in_pktinfo info = {.ipi_spec_dst = ((struct sockaddr_in *)&storage)->sin_addr};
    *control = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
    memcpy(CMSG_DATA(control), &info, sizeof info);
    message->msg_controllen = CMSG_SPACE(sizeof info);
#else
    return;
#endif
  }
  message->msg_control = buffer->bytes;
}

/// Copies the packet information that the datagram came with, so that the reply leaves from the address it was sent to.
static void copy_destination(struct msghdr *received, struct msghdr *reply, struct control *buffer) {
  for (struct cmsghdr *control = CMSG_FIRSTHDR(received); control; control = CMSG_NXTHDR(received, control)) {
    int is_info = control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO;
#if defined(IP_PKTINFO)
    is_info = is_info || (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO);
#endif
    if (!is_info) continue;
    size_t length = control->cmsg_len - CMSG_LEN(0);
    reply->msg_control = buffer->bytes;
    reply->msg_controllen = CMSG_SPACE(length);
    struct cmsghdr *copy = CMSG_FIRSTHDR(reply);
    copy->cmsg_level = control->cmsg_level;
    copy->cmsg_type = control->cmsg_type;
    copy->cmsg_len = control->cmsg_len;
    memcpy(CMSG_DATA(copy), CMSG_DATA(control), length);
#if defined(IP_PKTINFO)
    if (control->cmsg_level == IPPROTO_IP) {
      struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(copy);
      info->ipi_spec_dst = info->ipi_addr;
      info->ipi_ifindex = 0;
    }
#endif
    return;
  }
}

void csystem_datagrams_reply(struct csystem_datagrams *group, int index, const void *bytes, size_t count) {
  if (group->replies == group->capacity) return;
  int slot = group->replies++;
  struct msghdr *received = &group->received[index].msg_hdr;
  group->send_vectors[slot] = (struct iovec){(void *)bytes, count};
  group->sent[slot].msg_hdr = (struct msghdr){
      .msg_name = received->msg_name,
      .msg_namelen = received->msg_namelen,
      .msg_iov = &group->send_vectors[slot],
      .msg_iovlen = 1,
  };
  copy_destination(received, &group->sent[slot].msg_hdr, &group->send_controls[slot]);
}

void csystem_datagrams_answer(struct csystem_datagrams *group, const struct csystem_address *peer,
                              const struct csystem_address *source, const void *bytes, size_t count) {
  if (group->replies == group->capacity) return;
  int slot = group->replies++;
  socklen_t length = csystem_address_to(peer, &group->sources[slot]);
  group->send_vectors[slot] = (struct iovec){(void *)bytes, count};
  group->sent[slot].msg_hdr = (struct msghdr){
      .msg_name = &group->sources[slot],
      .msg_namelen = length,
      .msg_iov = &group->send_vectors[slot],
      .msg_iovlen = 1,
  };
  set_source(&group->sent[slot].msg_hdr, &group->send_controls[slot], source);
}

int csystem_datagrams_send(struct csystem_datagrams *group, int descriptor) {
  int done = 0;
  int failures = 0;
  group->send_error = 0;
  group->sent_bytes = 0;
  group->unsent = 0;
  while (done < group->replies) {
    int sent = sendmmsg(descriptor, group->sent + done, (unsigned int)(group->replies - done), MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) {
      // One unreachable peer must not cost the others their reply.
      group->send_error = errno;
      group->unsent |= UINT64_C(1) << done;
      failures++;
      done++;
    } else {
      for (int end = done + sent; done < end; done++) group->sent_bytes += group->sent[done].msg_len;
    }
  }
  int replies = group->replies;
  group->replies = 0;
  return replies && failures == replies ? -group->send_error : replies - failures;
}

void csystem_datagrams_forget(struct csystem_datagrams *group) { group->replies = 0; }

void csystem_datagrams_queue(struct csystem_datagrams *group, const void *bytes, size_t count) {
  if (group->replies == group->capacity) return;
  int slot = group->replies++;
  group->send_vectors[slot] = (struct iovec){(void *)bytes, count};
  group->sent[slot].msg_hdr = (struct msghdr){.msg_iov = &group->send_vectors[slot], .msg_iovlen = 1};
}

int csystem_datagrams_transmit(struct csystem_datagrams *group, int descriptor) {
  int sent = sendmmsg(descriptor, group->sent, (unsigned int)group->replies, MSG_DONTWAIT);
  group->replies = 0;
  return sent < 0 ? -errno : sent;
}

size_t csystem_datagrams_sent_bytes(const struct csystem_datagrams *group) { return group->sent_bytes; }

uint64_t csystem_datagrams_unsent(const struct csystem_datagrams *group) { return group->unsent; }

int csystem_datagrams_send_error(const struct csystem_datagrams *group) { return group->send_error; }
