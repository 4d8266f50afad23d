// What the parts of the load generator share.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

#include "base.h"

enum transport { TRANSPORT_TCP, TRANSPORT_UDP, TRANSPORT_UNIX };
enum reply { REPLY_OK, REPLY_ECHO };
enum mode { MODE_STEADY, MODE_ACCEPT, MODE_IDLE };

struct options {
  enum transport transport;
  enum reply reply;
  enum mode mode;
  uint16_t port;
  const char *path;
  int connections;
  // Messages that a connection has unanswered at most.
  int depth;
  // Bytes of a message on the wire, its LF included.
  size_t size;
  double warm_seconds;
  double seconds;
  // Messages a second over all connections; 0 for as many as are answered.
  double rate;
  // The server, for its processor time; 0 for none.
  pid_t server;
};

struct result {
  // Answered in the measured interval; of streams from the first to the last, of datagrams with what was open at its end.
  uint64_t messages;
  uint64_t total;
  // Datagrams that were not answered in time, and answers that came after that, or twice.
  uint64_t lost;
  uint64_t late;
  double seconds;
};

// Ends the program after a read that brought no bytes: an end of file, or an error.
_Noreturn void fail_read(ssize_t count);
_Noreturn void fail_silence(const char *what);
int connect_to_server(const struct options *options);
// Over TCP, without waiting until it is there.
int begin_connection(const struct options *options);
// Closes it so that no port stays taken for a time.
void reset_connection(int descriptor);
void make_nonblocking(int descriptor);

// When messages are due.
struct pace {
  double rate;
  uint64_t connections;
  uint64_t begin;
  // So many have become due, over all connections in turn.
  uint64_t due;
  bool is_over;
};

struct pace pace_begin(const struct options *options);
// Has those become due that are by now.
void pace_advance(struct pace *pace, uint64_t now);
// None becomes due any more.
void pace_end(struct pace *pace);
// How many of a connection have become due.
uint64_t pace_due(const struct pace *pace, int connection);
// When a connection's message was due, which is where its wait begins, sent late or not; without a rate, now.
uint64_t pace_time(const struct pace *pace, int connection, uint64_t number, uint64_t now);
// epoll_wait(2), at most until the next message is due.
int pace_wait(const struct pace *pace, int poller, struct epoll_event *events, int room, int milliseconds);

struct result run_streams(const struct options *options);
struct result run_datagrams(const struct options *options);
struct result run_accepts(const struct options *options);
void run_idle(const struct options *options);

// The measured interval, which begins after the warm-up: its time, latencies, and the server's processor time.
void measure_prepare(const struct options *options);
// Whether it begins now, which it does once.
bool measure_begins(const struct options *options, uint64_t now);
bool measure_is_over(uint64_t now);
// Its seconds.
double measure_end(const struct options *options);
// Outside of it this does nothing.
void measure_latency(uint64_t nanoseconds);
void measure_print(const struct options *options, const struct result *result);
// Resident memory of the server in bytes; 0 without one.
uint64_t server_memory(const struct options *options);
