// Steady load over UDP: each socket keeps at most `depth` datagrams unanswered; what is not answered within 200 ms is lost.
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

// A datagram that was sent, at its number modulo the window.
struct datagram {
  uint64_t number;
  // When it was due, and when it was sent.
  uint64_t due;
  uint64_t time;
  bool is_open;
};

struct peer {
  int descriptor;
  int index;
  // Sent since the beginning; all before `oldest` are answered or lost; of the others so many are neither.
  uint64_t sent;
  uint64_t oldest;
  uint64_t open;
  struct datagram *window;
};

struct generator {
  const struct options *options;
  struct pace pace;
  // A power of two, with room for late ones before the oldest open one is waited for.
  uint64_t window;
  char *outgoing;
  char *incoming;
  uint64_t answered;
  uint64_t lost;
  // Answered after they were given up, or twice.
  uint64_t late;
};

// The number of a datagram, as letters: it is text, and tells which one an echo answers.
static void put_number(char *bytes, uint64_t number) {
  for (int place = 0; place < NUMBER_BYTES; place++) { bytes[place] = (char)('a' + (number >> (4 * place) & 15)); }
}

// The number whose low half the letters have, among those before `sent`.
static uint64_t get_number(const char *bytes, uint64_t sent) {
  uint32_t number = 0;
  for (int place = 0; place < NUMBER_BYTES; place++) { number |= (uint32_t)(bytes[place] - 'a') << (4 * place); }
  return sent - (uint32_t)((uint32_t)sent - number);
}

static uint64_t room(const struct generator *generator, const struct peer *peer) {
  uint64_t depth = (uint64_t)generator->options->depth;
  uint64_t room = peer->open < depth ? depth - peer->open : 0;
  uint64_t in_window = generator->window - (peer->sent - peer->oldest);
  if (room > in_window) { room = in_window; }
  uint64_t due = pace_due(&generator->pace, peer->index);
  if (due <= peer->sent) { return 0; }
  return room < due - peer->sent ? room : due - peer->sent;
}

static void push(struct generator *generator, struct peer *peer, uint64_t now) {
  const struct options *options = generator->options;
  for (uint64_t wanted; (wanted = room(generator, peer)) > 0;) {
    int count = wanted < BATCH ? (int)wanted : BATCH;
    struct mmsghdr messages[BATCH] = {0};
    struct iovec parts[BATCH];
    for (int index = 0; index < count; index++) {
      uint64_t number = peer->sent + (uint64_t)index;
      char *slot = generator->outgoing + (size_t)index * SLOT;
      put_number(slot, number);
      parts[index] = (struct iovec){.iov_base = slot, .iov_len = options->size};
      messages[index].msg_hdr.msg_iov = &parts[index];
      messages[index].msg_hdr.msg_iovlen = 1;
    }
    int sent = sendmmsg(peer->descriptor, messages, (unsigned int)count, MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != ENOBUFS) { fail("sendmmsg"); }
    for (int index = 0; index < sent; index++) {
      uint64_t number = peer->sent++;
      peer->window[number & (generator->window - 1)] = (struct datagram){
          .number = number,
          .due = pace_time(&generator->pace, peer->index, number, now),
          .time = now,
          .is_open = true,
      };
      peer->open++;
    }
    if (sent < count) { return; }
  }
}

static void close_one(struct generator *generator, struct peer *peer, struct datagram *datagram) {
  datagram->is_open = false;
  peer->open--;
  while (peer->oldest < peer->sent && !peer->window[peer->oldest & (generator->window - 1)].is_open) { peer->oldest++; }
}

// The datagram that an answer belongs to: a receipt has no number, and is taken for the oldest one's.
static struct datagram *find(struct generator *generator, struct peer *peer, const char *bytes, size_t count) {
  const struct options *options = generator->options;
  uint64_t number = peer->oldest;
  if (options->reply == REPLY_ECHO) {
    size_t rest = options->size - NUMBER_BYTES;
    if (count != options->size || memcmp(bytes + NUMBER_BYTES, generator->outgoing + NUMBER_BYTES, rest) != 0) {
      fail_check("a wrong echo", number);
    }
    number = get_number(bytes, peer->sent);
  } else if (count < 2 || memcmp(bytes, "OK", 2) != 0) {
    fail_check("a wrong receipt", number);
  }
  struct datagram *datagram = &peer->window[number & (generator->window - 1)];
  return datagram->is_open && datagram->number == number ? datagram : NULL;
}

static void take(struct generator *generator, struct peer *peer, const char *bytes, size_t count, uint64_t now) {
  struct datagram *datagram = find(generator, peer, bytes, count);
  if (!datagram) {
    generator->late++;
    return;
  }
  measure_latency(now - datagram->due);
  generator->answered++;
  close_one(generator, peer, datagram);
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
  while (peer->open > 0) {
    struct datagram *oldest = &peer->window[peer->oldest & (generator->window - 1)];
    if (now < oldest->time + PATIENCE) { return; }
    generator->lost++;
    close_one(generator, peer, oldest);
  }
}

static struct peer *open_peers(struct generator *generator, int poller) {
  const struct options *options = generator->options;
  struct peer *peers = calloc((size_t)options->connections, sizeof *peers);
  for (int index = 0; index < options->connections; index++) {
    struct peer *peer = &peers[index];
    peer->descriptor = connect_to_server(options);
    peer->index = index;
    peer->window = calloc(generator->window, sizeof *peer->window);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    epoll_ctl(poller, EPOLL_CTL_ADD, peer->descriptor, &event);
  }
  return peers;
}

static struct generator create(const struct options *options) {
  struct generator generator = {.options = options, .window = 64, .pace = pace_begin(options)};
  while (generator.window < 4 * (uint64_t)options->depth) { generator.window *= 2; }
  generator.outgoing = calloc(BATCH, SLOT);
  generator.incoming = malloc((size_t)BATCH * SLOT);
  struct payload payload = make_payload(options->size);
  for (size_t index = 0; index < BATCH; index++) {
    memcpy(generator.outgoing + index * SLOT, payload.data, options->size);
  }
  return generator;
}

// Waits for answers, takes them, and sends what may be sent.
static uint64_t turn(struct generator *generator, int poller, struct peer *peers) {
  struct epoll_event events[256];
  int count = pace_wait(&generator->pace, poller, events, 256, 50);
  for (int index = 0; index < count; index++) { pull(generator, events[index].data.ptr); }
  uint64_t now = now_nanoseconds();
  pace_advance(&generator->pace, now);
  for (int index = 0; index < generator->options->connections; index++) {
    give_up(generator, &peers[index], now);
    push(generator, &peers[index], now);
  }
  return now;
}

// Sends no more, and awaits what is still open: how much of the load was lost is known only then.
static void finish(struct generator *generator, int poller, struct peer *peers) {
  pace_end(&generator->pace);
  uint64_t end = now_nanoseconds() + PATIENCE + PATIENCE / 4;
  for (uint64_t open = 1; open > 0 && now_nanoseconds() < end;) {
    turn(generator, poller, peers);
    open = 0;
    for (int index = 0; index < generator->options->connections; index++) { open += peers[index].open; }
  }
}

struct result run_datagrams(const struct options *options) {
  struct generator generator = create(options);
  int poller = epoll_create1(EPOLL_CLOEXEC);
  struct peer *peers = open_peers(&generator, poller);
  uint64_t now = now_nanoseconds();
  measure_prepare(options);
  pace_advance(&generator.pace, now);
  for (int index = 0; index < options->connections; index++) { push(&generator, &peers[index], now); }
  while (!measure_is_over(now)) {
    if (measure_begins(options, now)) { generator.answered = generator.lost = generator.late = 0; }
    now = turn(&generator, poller, peers);
  }
  struct result result = {.messages = generator.answered, .seconds = measure_end(options)};
  finish(&generator, poller, peers);
  result.total = generator.answered;
  result.lost = generator.lost;
  result.late = generator.late;
  return result;
}
