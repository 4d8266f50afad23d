// What all programs here need.
#pragma once

#include <stddef.h>
#include <stdint.h>

// The monotonic clock.
uint64_t now_nanoseconds(void);

// Ends the program with a message and errno's reason; for what must not fail.
_Noreturn void fail(const char *what);
// Ends it because the other side did what it should not have.
_Noreturn void fail_check(const char *what, uint64_t place);

// Messages in one stretch of memory, one after the other, the whole of it twice: any window of up to `bytes` bytes that
// begins inside the first half is contiguous.
struct payload {
  char *data;
  size_t bytes;
};

// Lines of a size, their LF included: letters by xorshift, the same in every run, and no two lines alike.
struct payload make_payload(size_t message_size);

// Fills a stretch of memory with receipts, one after the other.
void fill_receipts(char *bytes, size_t count);
#define RECEIPT_BYTES 3
