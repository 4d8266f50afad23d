// Sockets to the server, and what is sent over them.
#include "generator.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void fail_read(ssize_t count) {
  if (count < 0) { fail(errno == EAGAIN ? "no answer came" : "read"); }
  errno = ECONNRESET;
  fail("the server closed the connection");
}

void fail_silence(const char *what) {
  errno = ETIMEDOUT;
  fail(what);
}

static int connect_unix(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) { fail("the path is too long"); }
  strcpy(address.sun_path, path);
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) { fail("connect"); }
  return descriptor;
}

// Each loopback address has ports for some 28,000 connections: the next ones come from 127.0.0.2 and so on.
static void bind_source(int descriptor) {
  static unsigned int count;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + count++ / 20000)};
  int one = 1;
  setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) { fail("bind"); }
}

static int open_internet(const struct options *options, int flags) {
  bool is_stream = options->transport == TRANSPORT_TCP;
  int descriptor = socket(AF_INET, (is_stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | flags, 0);
  if (descriptor < 0) { fail("socket"); }
  int one = 1;
  int buffer = 4 << 20;
  if (is_stream) {
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    bind_source(descriptor);
  } else {
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  }
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(options->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int code = connect(descriptor, (struct sockaddr *)&address, sizeof address);
  if (code != 0 && errno != EINPROGRESS) { fail("connect"); }
  return descriptor;
}

int connect_to_server(const struct options *options) {
  return options->transport == TRANSPORT_UNIX ? connect_unix(options->path) : open_internet(options, 0);
}

int begin_connection(const struct options *options) { return open_internet(options, SOCK_NONBLOCK); }

void reset_connection(int descriptor) {
  struct linger reset = {.l_onoff = 1, .l_linger = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(descriptor);
}

void make_nonblocking(int descriptor) { fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK); }
