// Steady load over UDP: each socket keeps `depth` datagrams unanswered; what is not answered within 200 ms is lost.
#include "generator.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define BATCH 32
#define SLOT 65536
#define NUMBER_BYTES 8
#define PATIENCE 200000000ull

struct peer {
  int descriptor;
  uint64_t sent;
  uint64_t answered;
  uint64_t lost;
  uint64_t last_progress;
  // When each datagram was sent, by its number modulo the depth.
  uint64_t *send_times;
};

struct generator {
  const struct options *options;
  char *outgoing;
  char *incoming;
  uint64_t answered;
  uint64_t lost;
  bool is_measuring;
};

// The number of a datagram, as letters: it is text, and tells which one an echo answers.
static void put_number(char *bytes, uint64_t number) {
  for (int place = 0; place < NUMBER_BYTES; place++) { bytes[place] = (char)('a' + (number >> (4 * place) & 15)); }
}

static uint64_t get_number(const char *bytes, uint64_t near) {
  uint64_t number = 0;
  for (int place = 0; place < NUMBER_BYTES; place++) { number |= (uint64_t)(bytes[place] - 'a') << (4 * place); }
  return (near & ~0xFFFFFFFFull) | number;
}

static void push(struct generator *generator, struct peer *peer, uint64_t now) {
  const struct options *options = generator->options;
  uint64_t allowed = peer->answered + peer->lost + (uint64_t)options->depth;
  while (peer->sent < allowed) {
    int count = allowed - peer->sent < BATCH ? (int)(allowed - peer->sent) : BATCH;
    struct mmsghdr messages[BATCH] = {0};
    struct iovec parts[BATCH];
    for (int index = 0; index < count; index++) {
      uint64_t number = peer->sent + (uint64_t)index;
      char *slot = generator->outgoing + (size_t)index * SLOT;
      if (options->size >= NUMBER_BYTES) { put_number(slot, number); }
      parts[index] = (struct iovec){.iov_base = slot, .iov_len = options->size};
      messages[index].msg_hdr.msg_iov = &parts[index];
      messages[index].msg_hdr.msg_iovlen = 1;
      peer->send_times[number % (uint64_t)options->depth] = now;
    }
    int sent = sendmmsg(peer->descriptor, messages, (unsigned int)count, MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != ENOBUFS) { fail("sendmmsg"); }
    if (sent > 0) { peer->sent += (uint64_t)sent; }
    if (sent < count) { return; }
  }
}

static void take(struct generator *generator, struct peer *peer, const char *bytes, size_t count, uint64_t now) {
  const struct options *options = generator->options;
  uint64_t number = peer->answered + peer->lost;
  if (options->reply == REPLY_ECHO) {
    if (count != options->size || memcmp(bytes + NUMBER_BYTES, generator->outgoing + NUMBER_BYTES, count - NUMBER_BYTES)) {
      fail_check("an echo", number);
    }
    number = get_number(bytes, number);
  } else if (count < 2 || memcmp(bytes, "OK", 2) != 0) {
    fail_check("a receipt", number);
  }
  if (generator->is_measuring) { measure_latency(now - peer->send_times[number % (uint64_t)options->depth]); }
  peer->answered++;
  generator->answered++;
  peer->last_progress = now;
}

static void pull(struct generator *generator, struct peer *peer) {
  struct mmsghdr messages[BATCH] = {0};
  struct iovec parts[BATCH];
  for (int index = 0; index < BATCH; index++) {
    parts[index] = (struct iovec){.iov_base = generator->incoming + (size_t)index * SLOT, .iov_len = SLOT};
    messages[index].msg_hdr.msg_iov = &parts[index];
    messages[index].msg_hdr.msg_iovlen = 1;
  }
  int count = recvmmsg(peer->descriptor, messages, BATCH, MSG_DONTWAIT, NULL);
  if (count < 0 && errno != EAGAIN) { fail("recvmmsg"); }
  uint64_t now = now_nanoseconds();
  for (int index = 0; index < count; index++) {
    take(generator, peer, parts[index].iov_base, messages[index].msg_len, now);
  }
}

static void give_up(struct generator *generator, struct peer *peer, uint64_t now) {
  if (now - peer->last_progress < PATIENCE) { return; }
  uint64_t open = peer->sent - peer->answered - peer->lost;
  peer->lost += open;
  generator->lost += open;
  peer->last_progress = now;
  push(generator, peer, now);
}

struct result run_datagrams(const struct options *options) {
  struct generator generator = {.options = options};
  generator.outgoing = calloc(BATCH, SLOT);
  generator.incoming = malloc((size_t)BATCH * SLOT);
  struct payload payload = make_payload(options->size);
  for (size_t index = 0; index < BATCH; index++) {
    memcpy(generator.outgoing + index * SLOT, payload.data, options->size);
  }
  int poller = epoll_create1(EPOLL_CLOEXEC);
  struct peer *peers = calloc((size_t)options->connections, sizeof *peers);
  uint64_t now = now_nanoseconds();
  for (int index = 0; index < options->connections; index++) {
    struct peer *peer = &peers[index];
    peer->descriptor = connect_to_server(options);
    peer->send_times = calloc((size_t)options->depth, sizeof *peer->send_times);
    peer->last_progress = now;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    epoll_ctl(poller, EPOLL_CTL_ADD, peer->descriptor, &event);
    push(&generator, peer, now);
  }
  uint64_t begin = now + (uint64_t)(options->warm_seconds * 1e9);
  uint64_t end = begin + (uint64_t)(options->seconds * 1e9);
  uint64_t next_check = now + PATIENCE;
  while (now < end) {
    if (!generator.is_measuring && now >= begin) {
      generator.is_measuring = true;
      generator.answered = 0;
      generator.lost = 0;
      measure_begin(options);
      begin = now_nanoseconds();
      end = begin + (uint64_t)(options->seconds * 1e9);
    }
    struct epoll_event events[256];
    int count = epoll_wait(poller, events, 256, 50);
    for (int index = 0; index < count; index++) {
      pull(&generator, events[index].data.ptr);
      push(&generator, events[index].data.ptr, now_nanoseconds());
    }
    now = now_nanoseconds();
    if (now >= next_check) {
      next_check = now + PATIENCE / 4;
      for (int index = 0; index < options->connections; index++) { give_up(&generator, &peers[index], now); }
    }
  }
  measure_end(options);
  return (struct result){
      .messages = generator.answered, .lost = generator.lost, .seconds = (double)(now - begin) / 1e9};
}
