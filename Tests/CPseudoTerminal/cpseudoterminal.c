#include "cpseudoterminal.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#endif

// Between fork and exec only what is safe there: the parent has threads.
// `end`: from which descriptor on there is to be none.
static void become(const char *path, char *const arguments[], char *const environment[], int end) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  for (int descriptor = end; descriptor < 1024; descriptor++) close(descriptor);
  execve(path, arguments, environment);
  _exit(127);
}

int cpseudoterminal_open(int columns, int rows, int ends[2]) {
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0) return errno;
  char name[128];
  int slave = -1;
  if (grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, name, sizeof name) == 0) {
    slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  }
  if (slave < 0) {
    int code = errno;
    close(master);
    return code;
  }
  cpseudoterminal_resize(master, columns, rows);
  ends[0] = master;
  ends[1] = slave;
  return 0;
}

pid_t cpseudoterminal_start(const char *path, char *const arguments[], char *const environment[], int slave) {
  pid_t process = fork();
  if (process == 0) {
    setsid();
    ioctl(slave, TIOCSCTTY, 0);
    for (int descriptor = 0; descriptor < 3; descriptor++) dup2(slave, descriptor);
    become(path, arguments, environment, 3);
  }
  return process < 0 ? -errno : process;
}

static int make_pipe(int ends[2]) {
#if defined(__linux__)
  return pipe2(ends, O_CLOEXEC);
#else
  if (pipe(ends) != 0) return -1;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  return 0;
#endif
}

pid_t cpseudoterminal_start_plain(const char *path, char *const arguments[], char *const environment[],
                                  const int passed[], int passed_count, int ends[3]) {
  int pipes[3][2];
  for (int index = 0; index < 3; index++) {
    if (make_pipe(pipes[index]) == 0) continue;
    int code = errno;
    while (index-- > 0) {
      close(pipes[index][0]);
      close(pipes[index][1]);
    }
    return -code;
  }
  pid_t process = fork();
  if (process == 0) {
    dup2(pipes[0][0], 0);
    dup2(pipes[1][1], 1);
    dup2(pipes[2][1], 2);
    // First out of the way of each other.
    int copies[16];
    for (int index = 0; index < passed_count; index++) copies[index] = fcntl(passed[index], F_DUPFD, 512);
    for (int index = 0; index < passed_count; index++) dup2(copies[index], 3 + index);
    become(path, arguments, environment, 3 + passed_count);
  }
  int code = errno;
  close(pipes[0][0]);
  close(pipes[1][1]);
  close(pipes[2][1]);
  ends[0] = pipes[0][1];
  ends[1] = pipes[1][0];
  ends[2] = pipes[2][0];
  if (process < 0) {
    for (int index = 0; index < 3; index++) close(ends[index]);
    return -code;
  }
  for (int index = 0; index < 3; index++) fcntl(ends[index], F_SETFL, O_NONBLOCK);
  return process;
}

int cpseudoterminal_resize(int master, int columns, int rows) {
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  return ioctl(master, TIOCSWINSZ, &size) == 0 ? 0 : errno;
}

int cpseudoterminal_limit_descriptors(pid_t process, int count) {
#if defined(__linux__)
  struct rlimit limit;
  if (prlimit(process, RLIMIT_NOFILE, NULL, &limit) != 0) return errno;
  limit.rlim_cur = (rlim_t)count;
  return prlimit(process, RLIMIT_NOFILE, &limit, NULL) == 0 ? 0 : errno;
#else
  (void)process, (void)count;
  return ENOSYS;
#endif
}

void cpseudoterminal_modes(int descriptor, char *text, int capacity) {
  struct termios modes;
  if (tcgetattr(descriptor, &modes) != 0) {
    snprintf(text, (size_t)capacity, "no terminal: %s", strerror(errno));
    return;
  }
  int used = snprintf(text, (size_t)capacity, "input %lx output %lx control %lx local %lx characters",
                      (unsigned long)modes.c_iflag, (unsigned long)modes.c_oflag, (unsigned long)modes.c_cflag,
                      (unsigned long)modes.c_lflag);
  for (int index = 0; index < NCCS && used < capacity; index++) {
    used += snprintf(text + used, (size_t)(capacity - used), " %02x", modes.c_cc[index]);
  }
}

int cpseudoterminal_process_descriptor(pid_t process) {
#if defined(__linux__)
  return (int)syscall(SYS_pidfd_open, process, 0);
#else
  (void)process;
  return -1;
#endif
}

int cpseudoterminal_state(pid_t process, int *code) {
  int status = 0;
  pid_t found = waitpid(process, &status, WNOHANG | WUNTRACED);
  if (found != process) return 0;
  if (WIFSTOPPED(status)) return 2;
  *code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return 1;
}

const char *cpseudoterminal_image(void) {
  static char path[PATH_MAX];
  Dl_info info;
  if (dladdr((const void *)cpseudoterminal_image, &info) == 0 || realpath(info.dli_fname, path) == NULL) return "";
  return path;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place) {
  (void)status;
  (void)type;
  (void)place;
  return remove(path);
}

void cpseudoterminal_remove_folder(const char *path) { nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS); }

bool cpseudoterminal_use_files_as_nobody(void) {
#if defined(__linux__)
  const uid_t nobody = 65534;
  setfsuid(nobody);
  return (uid_t)setfsuid(nobody) == nobody;
#else
  return false;
#endif
}
