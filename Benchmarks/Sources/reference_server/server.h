// What the parts of the reference server share: the least that a server in C on epoll does for each job.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base.h"

enum job {
  // The bytes come back.
  JOB_ECHO,
  // Lines are cut, counted, kept in a bounded ring, and acknowledged.
  JOB_LINES,
};

// The last messages: their bytes in one ring, what is known of each in another. As much as echo_server keeps of what nobody
// watches, for memory that goes round quickly stays in the processor's caches.
#define RING_MESSAGES 10000
#define RING_BYTES (512u << 10)

struct ring {
  char *bytes;
  uint64_t head;
  uint64_t count;
  uint64_t received;
  struct {
    uint64_t offset;
    uint64_t sequence;
    uint32_t length;
    uint32_t connection;
  } messages[RING_MESSAGES];
};

struct ring *ring_create(void);

_Noreturn void serve_streams(int listener, enum job job);
_Noreturn void serve_datagrams(int descriptor, enum job job);

static inline void ring_keep(struct ring *ring, const char *bytes, size_t length, uint32_t connection) {
  size_t kept = length > RING_BYTES / 4 ? RING_BYTES / 4 : length;
  uint64_t place = ring->head & (RING_BYTES - 1);
  if (place + kept > RING_BYTES) {
    ring->head += RING_BYTES - place;
    place = 0;
  }
  memcpy(ring->bytes + place, bytes, kept);
  uint64_t index = ring->count % RING_MESSAGES;
  ring->messages[index].offset = ring->head;
  ring->messages[index].length = (uint32_t)length;
  ring->messages[index].connection = connection;
  ring->messages[index].sequence = ring->count++;
  ring->received += length;
  ring->head += kept;
}
