// Has every TCP and UDP socket that is bound share its port (SO_REUSEPORT), so that several servers can be compared with
// one: docs/decisions/0012-one-wire-thread.md has the figures and the commands.
//   cc -shared -fPIC -O2 -o reuse_port.so reuse_port.c -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/socket.h>

int bind(int descriptor, const struct sockaddr *address, socklen_t length) {
  int (*next)(int, const struct sockaddr *, socklen_t) =
      (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "bind");
  int one = 1;
  if (address->sa_family != AF_UNIX) { setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one); }
  return next(descriptor, address, length);
}
