#include "child.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int cncurses_child_start(const char *script, const char *name, const char *argument) {
  posix_spawnattr_t attributes;
  int code = posix_spawnattr_init(&attributes);
  if (code != 0) return -code;
  // Those that are caught are at their defaults again by themselves; these are ignored here, and only for this program.
  sigset_t defaults, none;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGXFSZ);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  char *const arguments[] = {"sh", "-c", (char *)script, (char *)name, (char *)argument, NULL};
  pid_t process = 0;
  code = posix_spawn(&process, "/bin/sh", NULL, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  return code == 0 ? process : -code;
}

void cncurses_foreground(int terminal, int group) {
  // Whoever is in the background would be stopped for it.
  sigset_t output, old;
  sigemptyset(&output);
  sigaddset(&output, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &output, &old);
  tcsetpgrp(terminal, group == 0 ? getpgrp() : group);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
}

int cncurses_child_state(int process, int *code) {
  int status = 0;
  pid_t found;
  do {
    found = waitpid(process, &status, WNOHANG | WUNTRACED);
  } while (found < 0 && errno == EINTR);
  if (found == 0) return 0;
  if (found == process && WIFSTOPPED(status)) return 2;
  // A child that somebody else has waited for has ended, nobody knows how.
  *code = found != process ? 1 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return 1;
}
