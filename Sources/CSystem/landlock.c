#include <errno.h>
#include <stdint.h>

#include "csystem.h"

#if defined(__linux__)
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// As linux/landlock.h has them since Linux 6.12, because the headers of a distribution are older than the kernels that its
// programs run on. A kernel that does not know a field takes it as long as it is 0.
struct ruleset {
  uint64_t files;
  uint64_t network;
  uint64_t scopes;
};
struct path_beneath {
  uint64_t rights;
  int32_t folder;
} __attribute__((packed));
struct net_port {
  uint64_t rights;
  uint64_t port;
};
enum { version_flag = 1, rule_path_beneath = 1, rule_net_port = 2 };

// The same on every architecture whose headers may lack them.
#if !defined(SYS_landlock_create_ruleset)
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

static int result(long value) { return value < 0 ? -errno : (int)value; }

int csystem_landlock_version(void) {
  return result(syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, version_flag));
}

int csystem_landlock_create(uint64_t files, uint64_t network, uint64_t scopes) {
  struct ruleset ruleset = {.files = files, .network = network, .scopes = scopes};
  return result(syscall(SYS_landlock_create_ruleset, &ruleset, sizeof ruleset, 0));
}

int csystem_landlock_allow_folder(int rules, const char *path, uint64_t rights) {
  int folder = csystem_folder_open(path);
  if (folder < 0) return folder;
  struct path_beneath rule = {.rights = rights, .folder = folder};
  int added = result(syscall(SYS_landlock_add_rule, rules, rule_path_beneath, &rule, 0));
  close(folder);
  return added;
}

int csystem_landlock_allow_port(int rules, uint16_t port, uint64_t rights) {
  struct net_port rule = {.rights = rights, .port = port};
  return result(syscall(SYS_landlock_add_rule, rules, rule_net_port, &rule, 0));
}

int csystem_landlock_restrict(int rules) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
  return result(syscall(SYS_landlock_restrict_self, rules, 0));
}
#else
int csystem_landlock_version(void) { return -ENOSYS; }

int csystem_landlock_create(uint64_t files, uint64_t network, uint64_t scopes) {
  (void)files, (void)network, (void)scopes;
  return -ENOSYS;
}

int csystem_landlock_allow_folder(int rules, const char *path, uint64_t rights) {
  (void)rules, (void)path, (void)rights;
  return -ENOSYS;
}

int csystem_landlock_allow_port(int rules, uint16_t port, uint64_t rights) {
  (void)rules, (void)port, (void)rights;
  return -ENOSYS;
}

int csystem_landlock_restrict(int rules) {
  (void)rules;
  return -ENOSYS;
}
#endif
