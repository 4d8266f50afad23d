#include "base.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

uint64_t now_nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

void fail(const char *what) {
  fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
  exit(EX_OSERR);
}

void fail_check(const char *what, uint64_t place) {
  fprintf(stderr, "%s: %s at %llu\n", program_invocation_short_name, what, (unsigned long long)place);
  exit(EX_PROTOCOL);
}

struct payload make_payload(size_t message_size) {
  size_t messages = ((size_t)1 << 18) / message_size;
  if (messages < 2) { messages = 2; }
  struct payload payload = {.bytes = messages * message_size};
  payload.data = malloc(payload.bytes * 2);
  if (!payload.data) { fail("malloc"); }
  uint64_t state = 88172645463325252ull;
  for (size_t place = 0; place < payload.bytes; place++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    bool is_end = place % message_size == message_size - 1;
    payload.data[place] = is_end ? '\n' : (char)('a' + state % 26);
  }
  memcpy(payload.data + payload.bytes, payload.data, payload.bytes);
  return payload;
}

void fill_receipts(char *bytes, size_t count) {
  for (size_t place = 0; place < count; place++) { bytes[place] = "OK\n"[place % RECEIPT_BYTES]; }
}
