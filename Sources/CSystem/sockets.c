#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif
#include <sys/un.h>
#include <unistd.h>

#include "csystem.h"
#include "private.h"

static int result(int value) { return value < 0 ? -errno : value; }

static uint64_t load64(const uint8_t *bytes) {
  uint64_t value = 0;
  for (int i = 0; i < 8; i++) value = value << 8 | bytes[i];
  return value;
}

static void store64(uint8_t *bytes, uint64_t value) {
  for (int i = 7; i >= 0; i--, value >>= 8) bytes[i] = (uint8_t)value;
}

void csystem_address_from(const struct sockaddr_storage *storage, struct csystem_address *address) {
  memset(address, 0, sizeof *address);
  if (storage->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)storage;
    address->family = CSYSTEM_IPV4;
    address->port = ntohs(in->sin_port);
    address->low = ntohl(in->sin_addr.s_addr);
  } else if (storage->ss_family == AF_INET6) {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)storage;
    address->family = CSYSTEM_IPV6;
    address->port = ntohs(in6->sin6_port);
    address->scope = in6->sin6_scope_id;
    address->high = load64(in6->sin6_addr.s6_addr);
    address->low = load64(in6->sin6_addr.s6_addr + 8);
  } else if (storage->ss_family == AF_UNIX) {
    address->family = CSYSTEM_UNIX;
  }
}

socklen_t csystem_address_to(const struct csystem_address *address, struct sockaddr_storage *storage) {
  memset(storage, 0, sizeof *storage);
  if (address->family == CSYSTEM_IPV4) {
    struct sockaddr_in *in = (struct sockaddr_in *)storage;
    in->sin_family = AF_INET;
    in->sin_port = htons(address->port);
    in->sin_addr.s_addr = htonl((uint32_t)address->low);
    return sizeof *in;
  }
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)storage;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(address->port);
  in6->sin6_scope_id = address->scope;
  store64(in6->sin6_addr.s6_addr, address->high);
  store64(in6->sin6_addr.s6_addr + 8, address->low);
  return sizeof *in6;
}

#if !defined(__linux__)
static int prepare(int descriptor) {
  if (descriptor < 0) return -errno;
  int one = 1;
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &one, sizeof one);
  return descriptor;
}
#define MSG_NOSIGNAL 0
#endif

int csystem_socket(int family, int datagram) {
  int domain = family == CSYSTEM_IPV4 ? AF_INET : family == CSYSTEM_IPV6 ? AF_INET6 : AF_UNIX;
  int type = datagram ? SOCK_DGRAM : SOCK_STREAM;
#if defined(__linux__)
  return result(socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
#else
  return prepare(socket(domain, type, 0));
#endif
}

int csystem_bind(int descriptor, const struct csystem_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = csystem_address_to(address, &storage);
  return result(bind(descriptor, (struct sockaddr *)&storage, length));
}

static int path_address(const char *path, struct sockaddr_un *address) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address->sun_path) return -ENAMETOOLONG;
  strcpy(address->sun_path, path);
  return 0;
}

int csystem_bind_path(int descriptor, const char *path) {
  struct sockaddr_un address;
  int error = path_address(path, &address);
  if (error) return error;
#if defined(__linux__)
  // The socket's own mode is what the new file gets (unix(7)), so it is never open to others, not even for a moment.
  fchmod(descriptor, S_IRUSR | S_IWUSR);
  return result(bind(descriptor, (struct sockaddr *)&address, sizeof address));
#else
  mode_t old = umask(S_IRWXG | S_IRWXO | S_IXUSR);
  int bound = result(bind(descriptor, (struct sockaddr *)&address, sizeof address));
  umask(old);
  return bound;
#endif
}

int csystem_listen(int descriptor, int backlog) { return result(listen(descriptor, backlog)); }

int csystem_accept(int descriptor, struct csystem_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  memset(&storage, 0, sizeof storage);
#if defined(__linux__)
  int accepted = accept4(descriptor, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted < 0) return -errno;
#else
  int accepted = prepare(accept(descriptor, (struct sockaddr *)&storage, &length));
  if (accepted < 0) return accepted;
#endif
  csystem_address_from(&storage, address);
  return accepted;
}

int csystem_connect(int descriptor, const struct csystem_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = csystem_address_to(address, &storage);
  return result(connect(descriptor, (struct sockaddr *)&storage, length));
}

int csystem_connect_path(int descriptor, const char *path) {
  struct sockaddr_un address;
  int error = path_address(path, &address);
  if (error) return error;
  return result(connect(descriptor, (struct sockaddr *)&address, sizeof address));
}

// The C library's own recv(2) and send(2) also see to it that the thread can be cancelled, which is most of what they cost.
// A sanitizer has to see what they do.
#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__linux__) && !__has_feature(thread_sanitizer) && !__has_feature(address_sanitizer)
#define CALLS_KERNEL 1
#endif

ssize_t csystem_receive(int descriptor, void *bytes, size_t count) {
#if CALLS_KERNEL
  ssize_t received = syscall(SYS_recvfrom, descriptor, bytes, count, 0, NULL, NULL);
#else
  ssize_t received = recv(descriptor, bytes, count, 0);
#endif
  return received < 0 ? -errno : received;
}

ssize_t csystem_send(int descriptor, const void *bytes, size_t count) {
#if CALLS_KERNEL
  ssize_t sent = syscall(SYS_sendto, descriptor, bytes, count, MSG_NOSIGNAL, NULL, 0);
#else
  ssize_t sent = send(descriptor, bytes, count, MSG_NOSIGNAL);
#endif
  return sent < 0 ? -errno : sent;
}

int csystem_shutdown_write(int descriptor) { return result(shutdown(descriptor, SHUT_WR)); }

int csystem_close(int descriptor) { return result(close(descriptor)); }

int csystem_local_address(int descriptor, struct csystem_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  memset(&storage, 0, sizeof storage);
  if (getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0) return -errno;
  csystem_address_from(&storage, address);
  return 0;
}

int csystem_take_error(int descriptor) {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return errno;
  return error;
}

static int set(int descriptor, int level, int option, int value) {
  return result(setsockopt(descriptor, level, option, &value, sizeof value));
}

int csystem_set_no_delay(int descriptor) { return set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1); }

int csystem_set_reuse_address(int descriptor) { return set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1); }

int csystem_set_version6_only(int descriptor) { return set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1); }

int csystem_set_abortive_close(int descriptor) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  return result(setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
}

int csystem_set_receive_buffer(int descriptor, int bytes) {
#if defined(SO_RCVBUFFORCE)
  if (set(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, bytes) == 0) return 0;
#endif
  return set(descriptor, SOL_SOCKET, SO_RCVBUF, bytes);
}

int csystem_set_send_buffer(int descriptor, int bytes) { return set(descriptor, SOL_SOCKET, SO_SNDBUF, bytes); }

int csystem_set_datagram_reports(int descriptor, int family) {
#if defined(SO_RXQ_OVFL)
  set(descriptor, SOL_SOCKET, SO_RXQ_OVFL, 1);
#endif
  // An IPv6 socket may receive IPv4, too, and only IPv4's own report tells of a broadcast.
  int reported = family == CSYSTEM_IPV6 ? set(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) : 0;
#if defined(IP_PKTINFO)
  int reported4 = set(descriptor, IPPROTO_IP, IP_PKTINFO, 1);
  if (family != CSYSTEM_IPV6) return reported4;
#endif
  return reported;
}

int csystem_peer_credentials(int descriptor, int32_t *process, uint32_t *user) {
#if defined(__linux__)
  struct ucred credentials;
  socklen_t length = sizeof credentials;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -errno;
  *process = credentials.pid;
  *user = credentials.uid;
  return 0;
#else
  gid_t group;
  uid_t effective;
  pid_t peer = 0;
  socklen_t length = sizeof peer;
  if (getpeereid(descriptor, &effective, &group) < 0) return -errno;
  getsockopt(descriptor, SOL_LOCAL, LOCAL_PEERPID, &peer, &length);
  *process = peer;
  *user = effective;
  return 0;
#endif
}

int64_t csystem_kernel_drops(int descriptor) {
#if defined(SO_MEMINFO)
  // SK_MEMINFO_DROPS is the ninth of the counters (linux/sock_diag.h).
  uint32_t counters[9] = {0};
  socklen_t length = sizeof counters;
  if (getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, counters, &length) < 0) return -errno;
  return length == sizeof counters ? counters[8] : -ENOTSUP;
#else
  (void)descriptor;
  return -ENOTSUP;
#endif
}

int csystem_path_kind(const char *path) {
  struct stat status;
  if (lstat(path, &status) < 0) return errno == ENOENT ? 0 : -errno;
  if (S_ISDIR(status.st_mode)) return 3;
  return S_ISSOCK(status.st_mode) && status.st_uid == geteuid() ? 1 : 2;
}

int csystem_unlink(const char *path) { return result(unlink(path)); }

int csystem_file_identity_of(const char *path, struct csystem_file_identity *identity) {
  struct stat status;
  if (lstat(path, &status) < 0) return -errno;
  *identity = (struct csystem_file_identity){(uint64_t)status.st_dev, (uint64_t)status.st_ino};
  return 0;
}

uint32_t csystem_user(void) { return geteuid(); }

uint32_t csystem_process(void) { return (uint32_t)getpid(); }

int64_t csystem_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return (int64_t)limit.rlim_cur;
}
