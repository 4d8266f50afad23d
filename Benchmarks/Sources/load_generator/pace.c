// When messages are due: at a rate, one after the other over all connections in turn, whether or not earlier ones were
// answered; or as soon as there is room for them.
#include "generator.h"

#include <sys/prctl.h>
#include <time.h>

// Beyond so many a second they go out in groups: one by one they would cost more than they are worth.
#define GROUPED_RATE 1e6
#define GROUP_NANOSECONDS 1000000ull

struct pace pace_begin(const struct options *options) {
  // The kernel may wake a sleeper 50 µs late otherwise.
  prctl(PR_SET_TIMERSLACK, 1);
  return (struct pace){
      .rate = options->rate, .connections = (uint64_t)options->connections, .begin = now_nanoseconds()};
}

void pace_end(struct pace *pace) { pace->is_over = true; }

void pace_advance(struct pace *pace, uint64_t now) {
  if (pace->rate > 0 && !pace->is_over) { pace->due = (uint64_t)((double)(now - pace->begin) / 1e9 * pace->rate) + 1; }
}

static uint64_t time_of(const struct pace *pace, uint64_t number) {
  return pace->begin + (uint64_t)((double)number / pace->rate * 1e9);
}

uint64_t pace_due(const struct pace *pace, int connection) {
  if (pace->is_over) { return 0; }
  if (pace->rate <= 0) { return UINT64_MAX; }
  uint64_t index = (uint64_t)connection;
  return pace->due > index ? (pace->due - index - 1) / pace->connections + 1 : 0;
}

uint64_t pace_time(const struct pace *pace, int connection, uint64_t number, uint64_t now) {
  return pace->rate > 0 ? time_of(pace, number * pace->connections + (uint64_t)connection) : now;
}

int pace_wait(const struct pace *pace, int poller, struct epoll_event *events, int room, int milliseconds) {
  if (pace->rate <= 0 || pace->is_over) { return epoll_wait(poller, events, room, milliseconds); }
  uint64_t now = now_nanoseconds();
  uint64_t next = time_of(pace, pace->due);
  uint64_t wait = next > now ? next - now : 0;
  if (pace->rate > GROUPED_RATE) { wait = GROUP_NANOSECONDS; }
  struct timespec patience = {.tv_sec = (time_t)(wait / 1000000000ull), .tv_nsec = (long)(wait % 1000000000ull)};
  return epoll_pwait2(poller, events, room, &patience, NULL);
}
