// The client that echo_client grew out of, with its faults: long lines are cut into pieces, old bytes stay behind a
// message's NUL, the end of input sends the last message again and again, and whoever replies is the server from then on.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int fail(const char *what) {
  perror(what);
  return 1;
}

int main(int count, char *arguments[]) {
  if (count != 3) {
    fprintf(stderr, "usage: %s address port\n", arguments[0]);
    return 1;
  }
  int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  if (descriptor < 0) return fail("socket");
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(arguments[2]))};
  if (inet_aton(arguments[1], &server.sin_addr) == 0) return fail("inet_aton");

  char message[16] = "";
  for (;;) {
    printf("please enter the message to send: ");
    if (fgets(message, sizeof message, stdin) != NULL) message[strcspn(message, "\n")] = '\0';
    socklen_t length = sizeof server;
    if (sendto(descriptor, message, sizeof message, 0, (struct sockaddr *)&server, length) != sizeof message) {
      return fail("sendto");
    }
    printf("client sent 16 bytes to server\n");
    char reply[4];
    ssize_t received = recvfrom(descriptor, reply, sizeof reply, 0, (struct sockaddr *)&server, &length);
    if (received < 0) return fail("recvfrom");
    if (memchr(reply, '\0', (size_t)received) == NULL) return fail("no NUL in the reply");
    printf("server reply: %s \n", reply);
    if (message[0] == '.') {
      printf("client entered ., exiting ...\n");
      return 0;
    }
  }
}
