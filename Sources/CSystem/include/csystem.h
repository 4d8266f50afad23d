#ifndef ECHO_CSYSTEM_H
#define ECHO_CSYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// The system calls that Swift's C library module does not show, or shows only through macros and unions.
/// Plain types, no policy. Each function returns what the call returns, or the negated errno: never -1.

enum { CSYSTEM_IPV4 = 4, CSYSTEM_IPV6 = 6, CSYSTEM_UNIX = 1 };

/// An Internet address in host terms: IPv4 in the low 32 bits of `low`, IPv6 in both halves, big end first.
struct csystem_address {
  uint64_t high;
  uint64_t low;
  uint32_t scope;
  uint16_t port;
  uint8_t family;
};

// Streams and sockets.

/// socket(2), close-on-exec and non-blocking.
int csystem_socket(int family, int datagram);
int csystem_bind(int descriptor, const struct csystem_address *address);
int csystem_bind_path(int descriptor, const char *path);
int csystem_listen(int descriptor, int backlog);
/// accept4(2), close-on-exec and non-blocking; `address` is filled in for Internet peers.
int csystem_accept(int descriptor, struct csystem_address *address);
int csystem_connect(int descriptor, const struct csystem_address *address);
int csystem_connect_path(int descriptor, const char *path);
ssize_t csystem_receive(int descriptor, void *bytes, size_t count);
/// send(2) that never raises SIGPIPE.
ssize_t csystem_send(int descriptor, const void *bytes, size_t count);
int csystem_shutdown_write(int descriptor);
int csystem_close(int descriptor);
int csystem_local_address(int descriptor, struct csystem_address *address);

/// SO_ERROR, taken and cleared: an errno, 0 for none.
int csystem_take_error(int descriptor);
int csystem_set_no_delay(int descriptor);
int csystem_set_reuse_address(int descriptor);
int csystem_set_version6_only(int descriptor);
/// Makes close(2) send RST (SO_LINGER of 0).
int csystem_set_abortive_close(int descriptor);
/// Asks for a receive buffer of `bytes`, beyond the system's limit where the process may.
int csystem_set_receive_buffer(int descriptor, int bytes);
/// Asks for a send buffer of `bytes`, as far as the system's limit goes.
int csystem_set_send_buffer(int descriptor, int bytes);
/// Makes received datagrams carry their destination and the count of those that the kernel dropped.
int csystem_set_datagram_reports(int descriptor, int family);
/// The peer's process and user of a Unix stream socket.
int csystem_peer_credentials(int descriptor, int32_t *process, uint32_t *user);
/// How many datagrams the kernel has dropped on this socket so far; negative where it does not say.
int64_t csystem_kernel_drops(int descriptor);

/// A socket that was bound by whoever started this process.
struct csystem_passed_socket {
  struct csystem_address address;
  /// Of a Unix socket; one without a name has none.
  char path[128];
  uint8_t is_datagram;
};
/// Makes a passed socket this process's own, close-on-exec and non-blocking; -EPROTOTYPE for what neither accepts streams
/// nor receives Internet datagrams.
int csystem_adopt_socket(int descriptor, struct csystem_passed_socket *socket);
/// A datagram socket that is connected to a Unix socket; a name that begins with an at sign is an abstract one.
int csystem_connect_notice(const char *name);

/// What stands at a path: 0 nothing, 1 a socket of this user, 2 anything else, 3 a folder.
int csystem_path_kind(const char *path);
int csystem_unlink(const char *path);
/// What tells a file from all others.
struct csystem_file_identity {
  uint64_t device;
  uint64_t number;
};
/// Of what stands at a path, and not of what a symbolic link there leads to.
int csystem_file_identity_of(const char *path, struct csystem_file_identity *identity);
uint32_t csystem_user(void);
uint32_t csystem_process(void);

/// A folder, as one that paths can be followed from; it need not be readable.
int csystem_folder_open(const char *path);
/// mkdir(2) for the user alone.
int csystem_folder_make(const char *path);
int csystem_folder_parent(int folder);
/// Locks a folder against whoever else does (flock(2)) until the descriptor that this gives is closed; -EWOULDBLOCK where
/// somebody else has it locked for so long.
int csystem_folder_lock(const char *path, int milliseconds);
/// A folder's owner, its permission bits (chmod(2)), and what tells it from every other.
struct csystem_folder {
  uint64_t device;
  uint64_t number;
  uint32_t owner;
  uint32_t mode;
};
int csystem_folder_status(int folder, struct csystem_folder *status);
/// The path that leads to a folder now: its length, at most `capacity`.
ssize_t csystem_folder_path(int folder, char *path, size_t capacity);
/// Gives a file in a folder a name that nothing there has: -EEXIST otherwise.
int csystem_rename_new(int folder, const char *name, const char *new_name);

/// Raises the soft limit on descriptors to the hard one; returns the limit.
int64_t csystem_raise_descriptor_limit(void);

// Landlock (landlock(7)); where the system has none, each function returns an errno that says so.

/// The version of the kernel's interface, 1 or more.
int csystem_landlock_version(void);
/// A set of rules under which these rights, bits as in linux/landlock.h, are forbidden except where a rule allows them.
int csystem_landlock_create(uint64_t files, uint64_t network, uint64_t scopes);
/// Allows rights to files below a folder.
int csystem_landlock_allow_folder(int rules, const char *path, uint64_t rights);
int csystem_landlock_allow_port(int rules, uint16_t port, uint64_t rights);
/// Puts the calling thread under the rules, with all that it will start: for good, and it gains no privileges any more.
int csystem_landlock_restrict(int rules);

// Datagrams in groups.

/// A group of receive slots, each of the largest datagram's size, and the replies to them.
struct csystem_datagrams;

struct csystem_datagram {
  const uint8_t *bytes;
  uint32_t count;
  /// What the socket has dropped so far, where the kernel tells (`has_drops`).
  uint32_t drops;
  uint8_t has_drops;
  uint8_t is_truncated;
  /// Whether it was sent to a broadcast address, a subnet's own included, or a multicast group; IPv4 on Linux only.
  uint8_t is_broadcast;
  /// Whether the kernel can't say that, because nobody had asked for it when the datagram came.
  uint8_t is_unsure;
  struct csystem_address source;
  /// Where it was sent to; family 0 where the kernel does not tell.
  struct csystem_address destination;
};

struct csystem_datagrams *csystem_datagrams_create(int capacity);
void csystem_datagrams_destroy(struct csystem_datagrams *group);
/// recvmmsg(2): how many arrived.
int csystem_datagrams_receive(struct csystem_datagrams *group, int descriptor);
void csystem_datagrams_get(const struct csystem_datagrams *group, int index, struct csystem_datagram *datagram);
/// Queues a reply to the datagram at `index`, from the address that it was sent to; `bytes` must outlive the send.
void csystem_datagrams_reply(struct csystem_datagrams *group, int index, const void *bytes, size_t count);
/// Queues a datagram to a peer, from an address of this machine, over what was received; `bytes` must outlive the send.
void csystem_datagrams_answer(struct csystem_datagrams *group, const struct csystem_address *peer,
                              const struct csystem_address *source, const void *bytes, size_t count);
/// sendmmsg(2) of what was queued: how many were sent; the rest is forgotten.
int csystem_datagrams_send(struct csystem_datagrams *group, int descriptor);
/// Forgets what was queued and not sent.
void csystem_datagrams_forget(struct csystem_datagrams *group);
/// Queues a datagram for a connected socket; `bytes` must outlive the transmission.
void csystem_datagrams_queue(struct csystem_datagrams *group, const void *bytes, size_t count);
/// sendmmsg(2) of what was queued, up to the first that fails: how many were sent; the rest is forgotten.
int csystem_datagrams_transmit(struct csystem_datagrams *group, int descriptor);

/// Bytes that the last send sent.
size_t csystem_datagrams_sent_bytes(const struct csystem_datagrams *group);
/// The errno of the last reply that the last send could not send; 0 when all went.
int csystem_datagrams_send_error(const struct csystem_datagrams *group);
/// Which of the first 64 replies the last send could not send, a bit each.
uint64_t csystem_datagrams_unsent(const struct csystem_datagrams *group);

// Names.

/// Resolves a name or literal into at most `capacity` addresses, in the resolver's order (RFC 6724).
/// Returns how many, or a negative EAI code.
int csystem_resolve(const char *host, struct csystem_address *addresses, int capacity);
const char *csystem_resolve_error(int code);
/// The address that a text is by itself, without asking anyone: 1, or a negative EAI code.
int csystem_resolve_literal(const char *host, struct csystem_address *address);

// Time, in nanoseconds.

int64_t csystem_wall_clock(void);
int64_t csystem_monotonic_clock(void);

// Readiness.

/// Bits as in epoll(7); of those of `CSYSTEM_BROKEN` any will do. What is edge-triggered is told once each time something comes.
enum { CSYSTEM_READABLE = 1, CSYSTEM_WRITABLE = 4, CSYSTEM_BROKEN = 8 | 16 };
#define CSYSTEM_EDGE_TRIGGERED 0x80000000u

struct csystem_ready {
  uint64_t token;
  uint32_t events;
};

int csystem_poller_create(void);
/// `add` registers, otherwise the interest changes; the descriptor leaves by close(2).
int csystem_poller_set(int poller, int descriptor, uint32_t interest, uint64_t token, int add);
/// Waits at most `timeout` milliseconds, for ever when negative; an interrupted wait is 0.
int csystem_poller_wait(int poller, struct csystem_ready *ready, int capacity, int timeout);

/// A descriptor that a poller sees become readable when another thread signals it.
struct csystem_waker {
  int descriptor;
  int writer;
};
int csystem_waker_create(struct csystem_waker *waker);
void csystem_waker_signal(struct csystem_waker waker);
void csystem_waker_clear(struct csystem_waker waker);
void csystem_waker_destroy(struct csystem_waker waker);
/// Waits for one descriptor to be readable, at most `timeout` milliseconds.
int csystem_wait_readable(int descriptor, int timeout);

// Threads.

/// Starts a thread with every signal blocked: joinable by what `thread` gets, or, where that is NULL, giving itself back
/// when it ends.
int csystem_thread_start(void **thread, void *(*body)(void *), void *context);
/// Names the calling thread; naming another one takes a file of proc(5), which a sandbox forbids.
void csystem_thread_name(const char *name);
/// Makes the calling thread nicer to others, where a thread can be so by itself; else nothing.
void csystem_thread_nice(int increment);
void csystem_thread_join(void *thread);
/// Has the calling thread take turns of so long, its share of the processor being what it is: who takes shorter ones than
/// others runs as soon as it is woken. Threads and programs that it starts are not so. Without effect where the system
/// can't do it (Linux can from 6.12 on).
void csystem_thread_turns(int64_t nanoseconds);
/// Lets whoever else waits for the processor run, for as long as the rest of the thread's turn may take.
void csystem_thread_yield(void);

/// Tell the thread sanitizer, where it is built in, of a lock that it can't see: taken, and about to be left.
void csystem_lock_taken(void *lock);
void csystem_lock_left(void *lock);

/// Has the allocator keep some megabytes of freed memory for what is allocated next, in the whole process.
void csystem_keep_freed_memory(void);

/// Has the process no longer hold the pages of those segments of the program and of its libraries that are not writable; they
/// come back from their files as they are needed. What a debugger has put into them is lost.
void csystem_leave_file_pages(void);

#endif
