// reference_client: what bare C on epoll does in the place of echo_client, to be compared with it: the lines of standard
// input go over one TCP connection, and a receipt is awaited for each.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base.h"

#define READ_BYTES 65536
// As long as echo_client awaits a receipt unless it is told otherwise.
#define PATIENCE 5000000000ull

struct client {
  int descriptor;
  int poller;
  bool is_blocked;
  bool is_at_end;
  bool has_half_closed;
  // A block of the input, with room for a LF that the last line lacks; what the socket has not taken yet.
  char block[READ_BYTES + 1];
  size_t start;
  size_t end;
  // Bytes of the input that were cut into lines, and those that were written, since the beginning.
  uint64_t cut;
  uint64_t sent;
  uint64_t received;
  // Messages cut, written, and answered.
  uint64_t begun;
  uint64_t written;
  uint64_t answered;
  // Where each message that is not answered ends, and when its last byte was written, by its number.
  struct message {
    uint64_t end;
    uint64_t time;
  } *messages;
  // A power of two.
  uint64_t capacity;
  char receipts[READ_BYTES + RECEIPT_BYTES];
  // Nanoseconds from writes to receipts.
  uint64_t round_trips;
  uint64_t longest;
};

static void connect_to(struct client *client, const char *host, const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) { fail_check("the host is no IPv4 address", 0); }
  client->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int one = 1;
  setsockopt(client->descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(client->descriptor, (struct sockaddr *)&address, sizeof address) != 0) { fail("connect"); }
  fcntl(client->descriptor, F_SETFL, O_NONBLOCK);
  client->poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN};
  epoll_ctl(client->poller, EPOLL_CTL_ADD, client->descriptor, &event);
}

static void grow(struct client *client) {
  uint64_t capacity = client->capacity * 2;
  struct message *messages = malloc(capacity * sizeof *messages);
  if (!messages) { fail("malloc"); }
  for (uint64_t number = client->answered; number < client->begun; number++) {
    messages[number & (capacity - 1)] = client->messages[number & (client->capacity - 1)];
  }
  free(client->messages);
  client->messages = messages;
  client->capacity = capacity;
}

// Reads a block of the input, and notes where its lines end.
static void read_input(struct client *client) {
  ssize_t count = read(STDIN_FILENO, client->block, READ_BYTES);
  if (count < 0) { fail("read of the input"); }
  client->is_at_end = count == 0;
  uint64_t last_end = client->begun == 0 ? 0 : client->messages[(client->begun - 1) & (client->capacity - 1)].end;
  if (client->is_at_end && client->cut > last_end) { client->block[count++] = '\n'; }
  client->start = 0;
  client->end = (size_t)count;
  const char *end = client->block + count;
  const char *place = client->block;
  while ((place = memchr(place, '\n', (size_t)(end - place)))) {
    place++;
    if (client->begun - client->answered == client->capacity) { grow(client); }
    client->messages[client->begun++ & (client->capacity - 1)].end = client->cut + (uint64_t)(place - client->block);
  }
  client->cut += (uint64_t)count;
}

static void watch(struct client *client, bool for_writing) {
  if (client->is_blocked == for_writing) { return; }
  client->is_blocked = for_writing;
  struct epoll_event event = {.events = EPOLLIN | (for_writing ? EPOLLOUT : 0)};
  epoll_ctl(client->poller, EPOLL_CTL_MOD, client->descriptor, &event);
}

// Writes what the socket takes of the block, and notes when messages were written.
static void push(struct client *client) {
  size_t count = client->end - client->start;
  ssize_t written = write(client->descriptor, client->block + client->start, count);
  if (written < 0 && errno != EAGAIN) { fail("write"); }
  if (written > 0) {
    client->start += (size_t)written;
    client->sent += (uint64_t)written;
    uint64_t now = now_nanoseconds();
    while (client->written < client->begun) {
      struct message *message = &client->messages[client->written & (client->capacity - 1)];
      if (message->end > client->sent) { break; }
      message->time = now;
      client->written++;
    }
  }
  watch(client, written < (ssize_t)count);
}

// Whether the oldest message has waited for too long.
static void check_patience(const struct client *client, uint64_t now) {
  if (client->answered == client->written) { return; }
  if (now - client->messages[client->answered & (client->capacity - 1)].time > PATIENCE) {
    fail_check("no receipt in time", client->answered);
  }
}

// Reads receipts, and measures the round trip of each.
static void pull(struct client *client) {
  static char buffer[READ_BYTES];
  ssize_t count = read(client->descriptor, buffer, sizeof buffer);
  if (count < 0 && errno == EAGAIN) { return; }
  if (count < 0) { fail("read"); }
  if (count == 0) { fail_check("the server closed the connection", client->received); }
  uint64_t now = now_nanoseconds();
  check_patience(client, now);
  if (memcmp(buffer, client->receipts + client->received % RECEIPT_BYTES, (size_t)count) != 0) {
    fail_check("a wrong receipt", client->received);
  }
  client->received += (uint64_t)count;
  uint64_t answered = client->received / RECEIPT_BYTES;
  if (answered > client->written) { fail_check("more receipts than messages", answered); }
  for (; client->answered < answered; client->answered++) {
    uint64_t round_trip = now - client->messages[client->answered & (client->capacity - 1)].time;
    client->round_trips += round_trip;
    if (round_trip > client->longest) { client->longest = round_trip; }
  }
}

// Until everything was written and answered.
static void exchange(struct client *client) {
  for (;;) {
    if (!client->is_blocked) {
      if (client->start == client->end && !client->is_at_end) { read_input(client); }
      if (client->start < client->end) { push(client); }
    }
    bool is_all_written = client->is_at_end && client->start == client->end;
    if (is_all_written && !client->has_half_closed) {
      client->has_half_closed = true;
      shutdown(client->descriptor, SHUT_WR);
    }
    if (is_all_written && client->answered == client->begun) { return; }
    struct epoll_event event;
    int count = epoll_wait(client->poller, &event, 1, client->is_blocked || is_all_written ? 100 : 0);
    if (count <= 0) {
      check_patience(client, now_nanoseconds());
      continue;
    }
    if (event.events & EPOLLOUT) { push(client); }
    if (event.events & ~(uint32_t)EPOLLOUT) { pull(client); }
  }
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: reference_client HOST PORT < FILE\n");
    return 64;
  }
  signal(SIGPIPE, SIG_IGN);
  static struct client client;
  client.capacity = 4096;
  client.messages = malloc(client.capacity * sizeof *client.messages);
  if (!client.messages) { fail("malloc"); }
  fill_receipts(client.receipts, sizeof client.receipts);
  connect_to(&client, arguments[1], arguments[2]);
  exchange(&client);
  double microseconds = client.answered > 0 ? (double)client.round_trips / (double)client.answered / 1e3 : 0;
  printf("messages %llu\n", (unsigned long long)client.begun);
  printf("receipts %llu\n", (unsigned long long)client.answered);
  printf("mean_us %.1f\n", microseconds);
  printf("longest_us %.1f\n", (double)client.longest / 1e3);
  return 0;
}
