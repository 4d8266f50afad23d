#include "programs.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base.h"

void stay_on(int core) {
  if (core < 0) { return; }
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}

int open_terminal(int *shower, int *program, int columns, int rows) {
  struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
  if (openpty(shower, program, NULL, NULL, &size) != 0) { return errno; }
  fcntl(*shower, F_SETFD, FD_CLOEXEC);
  fcntl(*program, F_SETFD, FD_CLOEXEC);
  return 0;
}

int open_memory(void) { return memfd_create("echo", MFD_CLOEXEC); }

static void take_streams(struct streams streams, bool is_on_terminal) {
  if (is_on_terminal) {
    setsid();
    ioctl(streams.input, TIOCSCTTY, 0);
  }
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  int wanted[3] = {streams.input, streams.output, streams.errors};
  for (int stream = 0; stream < 3; stream++) { dup2(wanted[stream] < 0 ? nothing : wanted[stream], stream); }
}

int program_start(
    struct program *program, char *const *arguments, int core, struct streams streams, bool is_on_terminal) {
  // Tells when it was executed; then, if it was not, why.
  int news[2];
  if (pipe2(news, O_CLOEXEC) != 0) { return errno; }
  program->process = fork();
  if (program->process < 0) { return errno; }
  if (program->process == 0) {
    take_streams(streams, is_on_terminal);
    stay_on(core);
    uint64_t now = now_nanoseconds();
    if (write(news[1], &now, sizeof now) == sizeof now) { execvp(arguments[0], arguments); }
    int code = errno;
    _exit(write(news[1], &code, sizeof code) == sizeof code ? 127 : 126);
  }
  close(news[1]);
  int code = read(news[0], &program->start_nanoseconds, sizeof program->start_nanoseconds) < 0 ? errno : 0;
  int reason;
  if (read(news[0], &reason, sizeof reason) == sizeof reason) { code = reason; }
  close(news[0]);
  return code;
}
