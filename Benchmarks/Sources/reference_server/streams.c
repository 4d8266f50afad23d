// TCP and Unix streams: one thread, level-triggered epoll, one buffer to read into, one write for what a read brought.
#include "server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES 65536

struct connection {
  int descriptor;
  int is_blocked;
  // The beginning of a line whose end has not come.
  char *rest;
  size_t rest_count;
  size_t rest_capacity;
  // What the socket has not taken yet.
  char *output;
  size_t output_start;
  size_t output_end;
  size_t output_capacity;
};

static int poller;
static char *receipts;
static struct ring *ring;

static void drop(struct connection *connection) {
  close(connection->descriptor);
  free(connection->rest);
  free(connection->output);
  free(connection);
}

static void watch(struct connection *connection, int for_writing) {
  if (connection->is_blocked == for_writing) { return; }
  connection->is_blocked = for_writing;
  // A full buffer stops the reading of its source.
  struct epoll_event event = {.events = for_writing ? EPOLLOUT : EPOLLIN, .data.ptr = connection};
  epoll_ctl(poller, EPOLL_CTL_MOD, connection->descriptor, &event);
}

// Returns 0 when the connection is broken.
static int flush(struct connection *connection) {
  while (connection->output_start < connection->output_end) {
    size_t count = connection->output_end - connection->output_start;
    ssize_t written = write(connection->descriptor, connection->output + connection->output_start, count);
    if (written < 0 && errno != EAGAIN) { return 0; }
    if (written < 0) {
      watch(connection, 1);
      return 1;
    }
    connection->output_start += (size_t)written;
  }
  connection->output_start = connection->output_end = 0;
  watch(connection, 0);
  return 1;
}

static int answer(struct connection *connection, const char *bytes, size_t count) {
  if (connection->output_end == 0) {
    ssize_t written = write(connection->descriptor, bytes, count);
    if (written < 0 && errno != EAGAIN) { return 0; }
    if (written == (ssize_t)count) { return 1; }
    if (written > 0) {
      bytes += written;
      count -= (size_t)written;
    }
  }
  if (connection->output_end + count > connection->output_capacity) {
    connection->output_capacity = (connection->output_end + count) * 2;
    connection->output = realloc(connection->output, connection->output_capacity);
    if (!connection->output) { fail("realloc"); }
  }
  memcpy(connection->output + connection->output_end, bytes, count);
  connection->output_end += count;
  return flush(connection);
}

static void keep_rest(struct connection *connection, const char *bytes, size_t count) {
  if (count > 0 && bytes != connection->rest) {
    if (connection->rest_capacity < count) {
      connection->rest_capacity = count + READ_BYTES;
      char *larger = malloc(connection->rest_capacity);
      if (!larger) { fail("malloc"); }
      memcpy(larger, bytes, count);
      free(connection->rest);
      connection->rest = larger;
    } else {
      memmove(connection->rest, bytes, count);
    }
  }
  connection->rest_count = count;
}

// Reads once; returns the receipts that are due, or -1 at the end of the connection.
static ssize_t read_lines(struct connection *connection, char *buffer) {
  char *base = buffer;
  size_t before = connection->rest_count;
  if (before > 0) {
    if (connection->rest_capacity < before + READ_BYTES) {
      connection->rest_capacity = before * 2 + READ_BYTES;
      connection->rest = realloc(connection->rest, connection->rest_capacity);
      if (!connection->rest) { fail("realloc"); }
    }
    base = connection->rest;
  }
  ssize_t count = read(connection->descriptor, base + before, READ_BYTES);
  if (count < 0 && errno == EAGAIN) { return 0; }
  if (count <= 0) { return -1; }
  ssize_t lines = 0;
  char *line = base;
  char *end = base + before + count;
  char *search = base + before;
  char *line_end;
  while ((line_end = memchr(search, '\n', (size_t)(end - search)))) {
    ring_keep(ring, line, (size_t)(line_end + 1 - line), (uint32_t)connection->descriptor);
    line = search = line_end + 1;
    lines++;
  }
  keep_rest(connection, line, (size_t)(end - line));
  return lines;
}

static int serve_lines(struct connection *connection, char *buffer) {
  ssize_t lines = read_lines(connection, buffer);
  if (lines < 0) { return 0; }
  return lines == 0 || answer(connection, receipts, (size_t)lines * RECEIPT_BYTES);
}

static int serve_echo(struct connection *connection, char *buffer) {
  ssize_t count = read(connection->descriptor, buffer, READ_BYTES);
  if (count < 0 && errno == EAGAIN) { return 1; }
  return count > 0 && answer(connection, buffer, (size_t)count);
}

static void accept_all(int listener) {
  int descriptor;
  while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection) { fail("calloc"); }
    connection->descriptor = descriptor;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
  }
}

void serve_streams(int listener, enum job job) {
  poller = epoll_create1(EPOLL_CLOEXEC);
  ring = ring_create();
  char *buffer = malloc(READ_BYTES);
  // No read brings more lines than bytes.
  receipts = malloc(READ_BYTES * RECEIPT_BYTES);
  fill_receipts(receipts, READ_BYTES * RECEIPT_BYTES);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    struct epoll_event events[512];
    int count = epoll_wait(poller, events, 512, -1);
    for (int index = 0; index < count; index++) {
      struct connection *connection = events[index].data.ptr;
      if (!connection) {
        accept_all(listener);
        continue;
      }
      int is_alive = events[index].events & EPOLLOUT    ? flush(connection)
                     : job == JOB_ECHO ? serve_echo(connection, buffer)
                                       : serve_lines(connection, buffer);
      if (!is_alive) { drop(connection); }
    }
  }
}
