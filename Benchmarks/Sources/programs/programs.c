#include "programs.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

uint64_t programs_clock(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

void programs_stay_on(int core) {
  if (core < 0) { return; }
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}

struct ends {
  // The starter's end, and the program's.
  int ours, theirs;
};

static int open_ends(struct ends *ends, enum program_output output, int columns, int rows) {
  if (output == PROGRAM_TERMINAL) {
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    if (openpty(&ends->ours, &ends->theirs, NULL, NULL, &size) != 0) { return errno; }
  } else {
    int pair[2];
    if (pipe(pair) != 0) { return errno; }
    *ends = (struct ends){.ours = pair[0], .theirs = pair[1]};
  }
  fcntl(ends->ours, F_SETFD, FD_CLOEXEC);
  return 0;
}

static void take_streams(int descriptor, enum program_output output) {
  if (output == PROGRAM_TERMINAL) {
    setsid();
    ioctl(descriptor, TIOCSCTTY, 0);
    for (int stream = 0; stream < 3; stream++) { dup2(descriptor, stream); }
  } else {
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(output == PROGRAM_OUTPUT ? descriptor : nothing, STDOUT_FILENO);
    dup2(output == PROGRAM_ERRORS ? descriptor : nothing, STDERR_FILENO);
    if (nothing > STDERR_FILENO) { close(nothing); }
  }
  close(descriptor);
}

int program_start(
    struct program *program, char *const *arguments, int core, enum program_output output, int columns, int rows) {
  struct ends ends;
  int news[2];
  int code = open_ends(&ends, output, columns, rows);
  if (code != 0) { return code; }
  // Tells when it was executed; then, if it was not, why.
  if (pipe2(news, O_CLOEXEC) != 0) { return errno; }
  program->process = fork();
  if (program->process < 0) { return errno; }
  if (program->process == 0) {
    take_streams(ends.theirs, output);
    programs_stay_on(core);
    uint64_t now = programs_clock();
    if (write(news[1], &now, sizeof now) == sizeof now) { execvp(arguments[0], arguments); }
    code = errno;
    _exit(write(news[1], &code, sizeof code) == sizeof code ? 127 : 126);
  }
  close(ends.theirs);
  close(news[1]);
  program->descriptor = ends.ours;
  code = read(news[0], &program->start_nanoseconds, sizeof program->start_nanoseconds) < 0 ? errno : 0;
  int reason;
  if (read(news[0], &reason, sizeof reason) == sizeof reason) { code = reason; }
  close(news[0]);
  return code;
}
