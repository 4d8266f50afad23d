// Connections that come and go, and connections that stay and say nothing.
#include "generator.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void exchange(const struct options *options, int descriptor, const struct payload *payload) {
  if (write(descriptor, payload->data, options->size) != (ssize_t)options->size) { fail("write"); }
  size_t wanted = options->reply == REPLY_ECHO ? options->size : 3;
  char buffer[65536];
  for (size_t received = 0; received < wanted;) {
    ssize_t count = read(descriptor, buffer, sizeof buffer);
    if (count <= 0) { fail("read"); }
    received += (size_t)count;
  }
}

// Connect, one message, its answer, reset; `connections` of them at a time.
struct result run_accepts(const struct options *options) {
  struct payload payload = make_payload(options->size);
  int *descriptors = calloc((size_t)options->connections, sizeof *descriptors);
  uint64_t *begins = calloc((size_t)options->connections, sizeof *begins);
  struct result result = {0};
  measure_begin(options);
  uint64_t begin = now_nanoseconds();
  uint64_t end = begin + (uint64_t)(options->seconds * 1e9);
  while (now_nanoseconds() < end) {
    for (int index = 0; index < options->connections; index++) {
      begins[index] = now_nanoseconds();
      descriptors[index] = connect_to_server(options);
    }
    for (int index = 0; index < options->connections; index++) {
      exchange(options, descriptors[index], &payload);
      measure_latency(now_nanoseconds() - begins[index]);
      struct linger reset = {.l_onoff = 1, .l_linger = 0};
      setsockopt(descriptors[index], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
      close(descriptors[index]);
      result.messages++;
    }
  }
  measure_end(options);
  result.seconds = (double)(now_nanoseconds() - begin) / 1e9;
  return result;
}

// Opens all connections, has one message answered on each, and tells what each costs the server in memory.
void run_idle(const struct options *options) {
  struct payload payload = make_payload(options->size);
  int *descriptors = calloc((size_t)options->connections, sizeof *descriptors);
  uint64_t before = server_memory(options);
  for (int index = 0; index < options->connections; index++) { descriptors[index] = connect_to_server(options); }
  for (int index = 0; index < options->connections; index++) { exchange(options, descriptors[index], &payload); }
  uint64_t after = server_memory(options);
  printf("connections %d\n", options->connections);
  printf("bytes_a_connection %.0f\n", ((double)after - (double)before) / options->connections);
  printf("server_memory %llu\n", (unsigned long long)after);
}
