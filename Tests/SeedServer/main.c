// The server that echo_server grew out of, with its faults: what its messages, its replies and its ends are must stay so.
// Only the port is told besides, on standard error, for tests let the system choose it (0).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static int fail(const char *what) {
  perror(what);
  return 1;
}

int main(int count, char *arguments[]) {
  if (count != 2) {
    fprintf(stderr, "usage: %s port\n", arguments[0]);
    return 1;
  }
  int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  if (descriptor < 0) return fail("socket");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(arguments[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (bind(descriptor, (struct sockaddr *)&address, length) != 0) return fail("bind");
  if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0) return fail("getsockname");
  fprintf(stderr, "listening on %s:%d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));

  printf("waiting ...\n");
  for (;;) {
    char message[16];
    struct sockaddr_in peer;
    length = sizeof peer;
    // MSG_TRUNC has a longer datagram's own length returned, so that it is seen to be longer.
    ssize_t received = recvfrom(descriptor, message, sizeof message, MSG_TRUNC, (struct sockaddr *)&peer, &length);
    if (received != sizeof message) return fail("recvfrom");
    static const char reply[4] = "OK";
    if (sendto(descriptor, reply, sizeof reply, 0, (struct sockaddr *)&peer, length) != sizeof reply) {
      return fail("sendto");
    }
    if (message[0] == '.') {
      printf("server received ., exiting ...\n");
      return 0;
    }
    printf("server received 16 bytes:\n%.16s\n--------------------------\nwaiting ...\n", message);
  }
}
