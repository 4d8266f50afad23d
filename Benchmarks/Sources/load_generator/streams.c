// Steady load over streams: each connection keeps `depth` messages unanswered, and every byte that comes back is checked.
#include "generator.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define READ_BYTES ((size_t)1 << 18)
#define LARGEST_WRITE ((size_t)1 << 18)

struct stream {
  int descriptor;
  int index;
  bool is_blocked;
  // Bytes sent and received since the beginning.
  uint64_t sent;
  uint64_t received;
  // Messages that may be sent, and that were answered.
  uint64_t begun;
  uint64_t answered;
  // When each unanswered message was due, by its number modulo the depth.
  uint64_t *begin_times;
};

struct generator {
  const struct options *options;
  struct payload payload;
  int poller;
  char *buffer;
  char *receipts;
  uint64_t answered;
  struct pace pace;
};

static void watch(struct generator *generator, struct stream *stream, bool for_writing) {
  if (stream->is_blocked == for_writing) { return; }
  stream->is_blocked = for_writing;
  struct epoll_event event = {.events = EPOLLIN | (for_writing ? EPOLLOUT : 0), .data.ptr = stream};
  epoll_ctl(generator->poller, EPOLL_CTL_MOD, stream->descriptor, &event);
}

// Sends what may be sent, as far as the socket takes it.
static void push(struct generator *generator, struct stream *stream, uint64_t now) {
  const struct options *options = generator->options;
  uint64_t depth = (uint64_t)options->depth;
  uint64_t allowed = stream->answered + depth;
  uint64_t due = pace_due(&generator->pace, stream->index);
  if (allowed > due) { allowed = due; }
  for (; stream->begun < allowed; stream->begun++) {
    stream->begin_times[stream->begun % depth] = pace_time(&generator->pace, stream->index, stream->begun, now);
  }
  uint64_t end = stream->begun * options->size;
  while (stream->sent < end) {
    size_t place = stream->sent % generator->payload.bytes;
    size_t count = end - stream->sent;
    if (count > generator->payload.bytes) { count = generator->payload.bytes; }
    if (count > LARGEST_WRITE) { count = LARGEST_WRITE; }
    ssize_t written = write(stream->descriptor, generator->payload.data + place, count);
    if (written < 0 && errno != EAGAIN) { fail("write"); }
    if (written > 0) { stream->sent += (uint64_t)written; }
    if (written < (ssize_t)count) { return watch(generator, stream, true); }
  }
  watch(generator, stream, false);
}

static void check(const struct generator *generator, const struct stream *stream, size_t count) {
  bool is_echo = generator->options->reply == REPLY_ECHO;
  const char *wanted = is_echo ? generator->payload.data : generator->receipts;
  size_t period = is_echo ? generator->payload.bytes : RECEIPT_BYTES;
  size_t window = is_echo ? generator->payload.bytes : READ_BYTES;
  for (size_t done = 0; done < count;) {
    size_t length = count - done < window ? count - done : window;
    const char *expected = wanted + (stream->received + done) % period;
    if (memcmp(generator->buffer + done, expected, length) != 0) { fail_check("wrong bytes", stream->received + done); }
    done += length;
  }
}

static void pull(struct generator *generator, struct stream *stream, uint64_t *now) {
  ssize_t count = read(stream->descriptor, generator->buffer, READ_BYTES);
  if (count < 0 && errno == EAGAIN) { return; }
  if (count <= 0) { fail_read(count); }
  check(generator, stream, (size_t)count);
  stream->received += (uint64_t)count;
  size_t reply_size = generator->options->reply == REPLY_ECHO ? generator->options->size : RECEIPT_BYTES;
  uint64_t answered = stream->received / reply_size;
  if (answered > stream->begun) { fail_check("more answers than messages", answered); }
  *now = now_nanoseconds();
  for (uint64_t message = stream->answered; message < answered; message++) {
    measure_latency(*now - stream->begin_times[message % (uint64_t)generator->options->depth]);
  }
  generator->answered += answered - stream->answered;
  stream->answered = answered;
}

static struct stream *open_streams(struct generator *generator) {
  const struct options *options = generator->options;
  struct stream *streams = calloc((size_t)options->connections, sizeof *streams);
  for (int index = 0; index < options->connections; index++) {
    struct stream *stream = &streams[index];
    stream->descriptor = connect_to_server(options);
    stream->index = index;
    make_nonblocking(stream->descriptor);
    stream->begin_times = calloc((size_t)options->depth, sizeof *stream->begin_times);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = stream};
    epoll_ctl(generator->poller, EPOLL_CTL_ADD, stream->descriptor, &event);
  }
  return streams;
}

// Waits for events, takes what was answered and sends what may be sent; false when nothing has happened for so long.
static bool turn(struct generator *generator, struct stream *streams, int milliseconds, uint64_t *now) {
  struct pace *pace = &generator->pace;
  struct epoll_event events[512];
  int count = pace_wait(pace, generator->poller, events, 512, milliseconds);
  *now = now_nanoseconds();
  uint64_t next = pace->due;
  pace_advance(pace, *now);
  for (int index = 0; index < count; index++) {
    struct stream *stream = events[index].data.ptr;
    if (events[index].events & ~(uint32_t)EPOLLOUT) { pull(generator, stream, now); }
    push(generator, stream, *now);
  }
  // No answer tells that more is due.
  uint64_t connections = pace->connections;
  for (uint64_t end = pace->due < next + connections ? pace->due : next + connections; next < end; next++) {
    struct stream *stream = &streams[next % connections];
    if (!stream->is_blocked) { push(generator, stream, *now); }
  }
  return count > 0;
}

// Sends and awaits the rest of what has begun, so that the server's accounts can be compared.
static uint64_t finish(struct generator *generator, struct stream *streams, uint64_t now) {
  pace_end(&generator->pace);
  uint64_t total = 0;
  for (int index = 0; index < generator->options->connections; index++) {
    while (streams[index].answered < streams[index].begun) {
      if (!turn(generator, streams, 5000, &now)) { fail_silence("the last answers"); }
    }
    total += streams[index].answered;
  }
  return total;
}

struct result run_streams(const struct options *options) {
  struct generator generator = {
      .options = options, .payload = make_payload(options->size), .poller = epoll_create1(EPOLL_CLOEXEC)};
  generator.buffer = malloc(READ_BYTES);
  generator.receipts = malloc(READ_BYTES + RECEIPT_BYTES);
  fill_receipts(generator.receipts, READ_BYTES + RECEIPT_BYTES);
  struct stream *streams = open_streams(&generator);
  uint64_t now = now_nanoseconds();
  measure_prepare(options);
  generator.pace = pace_begin(options);
  pace_advance(&generator.pace, now);
  for (int index = 0; index < options->connections; index++) { push(&generator, &streams[index], now); }
  while (!measure_is_over(now)) {
    if (measure_begins(options, now)) { generator.answered = 0; }
    turn(&generator, streams, 50, &now);
  }
  struct result result = {.messages = generator.answered, .seconds = measure_end(options)};
  result.total = finish(&generator, streams, now);
  return result;
}
