#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "csystem.h"
#include "private.h"

static int option(int descriptor, int name, int *value) {
  socklen_t length = sizeof *value;
  return getsockopt(descriptor, SOL_SOCKET, name, value, &length) < 0 ? -errno : 0;
}

int csystem_adopt_socket(int descriptor, struct csystem_passed_socket *socket) {
  int type = 0, accepts = 0;
  int error = option(descriptor, SO_TYPE, &type);
  if (!error && type == SOCK_STREAM) error = option(descriptor, SO_ACCEPTCONN, &accepts);
  if (error) return error;
  if (type == SOCK_STREAM ? !accepts : type != SOCK_DGRAM) return -EPROTOTYPE;
  struct sockaddr_storage storage = {0};
  socklen_t length = sizeof storage;
  if (getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0) return -errno;
  csystem_address_from(&storage, &socket->address);
  if (!socket->address.family || (socket->address.family == CSYSTEM_UNIX && type != SOCK_STREAM)) return -EPROTOTYPE;
  socket->is_datagram = type == SOCK_DGRAM;
  socket->path[0] = 0;
  if (storage.ss_family == AF_UNIX) {
    const struct sockaddr_un *address = (const struct sockaddr_un *)&storage;
    size_t count = length - offsetof(struct sockaddr_un, sun_path);
    // An abstract name begins with NUL, and is written with an at sign.
    memcpy(socket->path, address->sun_path, count < sizeof socket->path ? count : sizeof socket->path - 1);
    if (count && !socket->path[0]) socket->path[0] = '@';
  }
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return -errno;
  return fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}

int csystem_connect_notice(const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t count = strlen(name);
  if (count >= sizeof address.sun_path) return -ENAMETOOLONG;
  memcpy(address.sun_path, name, count);
  if (name[0] == '@') address.sun_path[0] = 0;
  int descriptor = csystem_socket(CSYSTEM_UNIX, 1);
  if (descriptor < 0) return descriptor;
  socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + count);
  if (connect(descriptor, (struct sockaddr *)&address, length) == 0) return descriptor;
  int error = -errno;
  close(descriptor);
  return error;
}
