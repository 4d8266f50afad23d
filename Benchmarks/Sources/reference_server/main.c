// reference_server: what bare C on epoll does in the place of echo_server, to be compared with it.
#include "server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct ring *ring_create(void) {
  struct ring *ring = calloc(1, sizeof *ring);
  if (ring) { ring->bytes = malloc(RING_BYTES); }
  if (!ring || !ring->bytes) { fail("malloc"); }
  return ring;
}

static int bind_internet(int type, unsigned short port) {
  int descriptor = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int one = 1;
  int buffer = 4 << 20;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (type == SOCK_DGRAM && setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0) {
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  }
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) { fail("bind"); }
  return descriptor;
}

static int bind_unix(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) { fail("the path is too long"); }
  strcpy(address.sun_path, path);
  unlink(path);
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) { fail("bind"); }
  return descriptor;
}

// Tells the port as echo_server does, so that one can be put in the place of the other.
static void announce(int descriptor) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  getsockname(descriptor, (struct sockaddr *)&address, &length);
  if (address.sin_family == AF_INET) {
    fprintf(stderr, "listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  } else {
    fputs("listening on unix\n", stderr);
  }
  puts("waiting");
  fflush(stdout);
}

int main(int count, char **arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: reference_server echo|lines tcp|udp|unix PORT|PATH\n");
    return 64;
  }
  signal(SIGPIPE, SIG_IGN);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  enum job job = strcmp(arguments[1], "echo") == 0 ? JOB_ECHO : JOB_LINES;
  const char *transport = arguments[2];
  unsigned short port = (unsigned short)atoi(arguments[3]);
  int descriptor = strcmp(transport, "unix") == 0 ? bind_unix(arguments[3])
                   : strcmp(transport, "udp") == 0 ? bind_internet(SOCK_DGRAM, port)
                                                  : bind_internet(SOCK_STREAM, port);
  if (strcmp(transport, "udp") == 0) {
    announce(descriptor);
    serve_datagrams(descriptor, job);
  }
  if (listen(descriptor, 4096) != 0) { fail("listen"); }
  announce(descriptor);
  serve_streams(descriptor, job);
}
