// Connections that come and go, and connections that stay and say nothing.
#include "generator.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE_SECONDS 5

struct visitor {
  int descriptor;
  uint64_t begin;
  size_t sent;
  size_t received;
};

struct visits {
  const struct options *options;
  struct payload payload;
  int poller;
  uint64_t ended;
};

// What answers the first message of a payload.
static const char *answer(const struct options *options, const struct payload *payload, size_t *count) {
  bool is_echo = options->reply == REPLY_ECHO;
  *count = is_echo ? options->size : RECEIPT_BYTES;
  return is_echo ? payload->data : "OK\n";
}

static void compare(const char *bytes, size_t count, const char *wanted, size_t wanted_count, size_t place) {
  if (count > wanted_count - place || memcmp(bytes, wanted + place, count) != 0) { fail_check("a wrong answer", place); }
}

static void come(struct visits *visits, struct visitor *visitor) {
  *visitor = (struct visitor){.begin = now_nanoseconds()};
  visitor->descriptor = begin_connection(visits->options);
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = visitor};
  epoll_ctl(visits->poller, EPOLL_CTL_ADD, visitor->descriptor, &event);
}

static void go(struct visits *visits, struct visitor *visitor) {
  measure_latency(now_nanoseconds() - visitor->begin);
  visits->ended++;
  reset_connection(visitor->descriptor);
}

static void talk(struct visits *visits, struct visitor *visitor) {
  size_t size = visits->options->size;
  ssize_t count = write(visitor->descriptor, visits->payload.data + visitor->sent, size - visitor->sent);
  if (count < 0 && errno != EAGAIN) { fail("connect"); }
  if (count > 0) { visitor->sent += (size_t)count; }
  if (visitor->sent < size) { return; }
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = visitor};
  epoll_ctl(visits->poller, EPOLL_CTL_MOD, visitor->descriptor, &event);
}

// Whether the visitor has its answer.
static bool hear(struct visits *visits, struct visitor *visitor) {
  char buffer[65536];
  size_t wanted_count;
  const char *wanted = answer(visits->options, &visits->payload, &wanted_count);
  ssize_t count = read(visitor->descriptor, buffer, sizeof buffer);
  if (count < 0 && errno == EAGAIN) { return false; }
  if (count <= 0) { fail_read(count); }
  compare(buffer, (size_t)count, wanted, wanted_count, visitor->received);
  visitor->received += (size_t)count;
  return visitor->received == wanted_count;
}

// Connect, one message, its answer, reset; `connections` of them at any time.
struct result run_accepts(const struct options *options) {
  struct visits visits = {
      .options = options, .payload = make_payload(options->size), .poller = epoll_create1(EPOLL_CLOEXEC)};
  struct visitor *visitors = calloc((size_t)options->connections, sizeof *visitors);
  for (int index = 0; index < options->connections; index++) { come(&visits, &visitors[index]); }
  uint64_t now = now_nanoseconds();
  measure_prepare(options);
  while (!measure_is_over(now)) {
    if (measure_begins(options, now)) { visits.ended = 0; }
    struct epoll_event events[256];
    int count = epoll_wait(visits.poller, events, 256, PATIENCE_SECONDS * 1000);
    if (count == 0) { fail_silence("an answer"); }
    for (int index = 0; index < count; index++) {
      struct visitor *visitor = events[index].data.ptr;
      if (visitor->sent < options->size) {
        talk(&visits, visitor);
      } else if (hear(&visits, visitor)) {
        go(&visits, visitor);
        come(&visits, visitor);
      }
    }
    now = now_nanoseconds();
  }
  return (struct result){.messages = visits.ended, .seconds = measure_end(options)};
}

static void exchange(const struct options *options, int descriptor, const struct payload *payload) {
  struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (write(descriptor, payload->data, options->size) != (ssize_t)options->size) { fail("write"); }
  char buffer[65536];
  size_t wanted_count;
  const char *wanted = answer(options, payload, &wanted_count);
  for (size_t received = 0; received < wanted_count;) {
    ssize_t count = read(descriptor, buffer, sizeof buffer);
    if (count <= 0) { fail_read(count); }
    compare(buffer, (size_t)count, wanted, wanted_count, received);
    received += (size_t)count;
  }
}

// Opens all connections, has one message answered on each, and tells what each costs the server in memory.
void run_idle(const struct options *options) {
  struct payload payload = make_payload(options->size);
  int *descriptors = calloc((size_t)options->connections, sizeof *descriptors);
  // What the server needs once is there by then. It is no longer new when the others come: of the first second it may keep
  // less than it does of an hour.
  exchange(options, connect_to_server(options), &payload);
  poll(NULL, 0, 1500);
  uint64_t before = server_memory(options);
  for (int index = 0; index < options->connections; index++) { descriptors[index] = connect_to_server(options); }
  for (int index = 0; index < options->connections; index++) { exchange(options, descriptors[index], &payload); }
  uint64_t after = server_memory(options);
  printf("connections %d\n", options->connections);
  printf("bytes_a_connection %.0f\n", ((double)after - (double)before) / options->connections);
  printf("server_memory %llu\n", (unsigned long long)after);
}
