#include "restore.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved_modes;
static char restore_bytes[512];
static int restore_count;
static int restore_input, restore_output;
static atomic_bool armed;
static bool installed;

static const int fatal_signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
enum { fatal_count = sizeof fatal_signals / sizeof fatal_signals[0] };
static struct sigaction old_actions[fatal_count];

int cncurses_modes_save(int descriptor) { return tcgetattr(descriptor, &saved_modes) == 0 ? 0 : errno; }

static int set_modes(int descriptor, const struct termios *modes) {
  // A process in the background would be stopped by SIGTTOU, in the middle of its end.
  sigset_t output, old;
  sigemptyset(&output);
  sigaddset(&output, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &output, &old);
  int code;
  do {
    code = tcsetattr(descriptor, TCSANOW, modes) == 0 ? 0 : errno;
  } while (code == EINTR);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  return code;
}

int cncurses_modes_raw(int descriptor) {
  struct termios modes = saved_modes;
  modes.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON | IXOFF);
  modes.c_oflag &= ~(tcflag_t)OPOST;
  modes.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
  modes.c_cc[VMIN] = 1;
  modes.c_cc[VTIME] = 0;
  int code;
  do {
    code = tcsetattr(descriptor, TCSANOW, &modes) == 0 ? 0 : errno;
  } while (code == EINTR);
  return code;
}

int cncurses_modes_restore(int descriptor) { return set_modes(descriptor, &saved_modes); }

// Async-signal-safe: atomics, poll, write and tcsetattr only.
static void restore_now(void) {
  if (!atomic_exchange(&armed, false)) return;
  int saved = errno;
  int written = 0;
  // A terminal that takes nothing is not waited for: 20 times 10 ms.
  for (int attempt = 0; written < restore_count && attempt < 20;) {
    ssize_t count = write(restore_output, restore_bytes + written, (size_t)(restore_count - written));
    if (count > 0) {
      written += (int)count;
    } else if (count < 0 && errno == EAGAIN) {
      struct pollfd entry = {.fd = restore_output, .events = POLLOUT};
      poll(&entry, 1, 10);
      attempt++;
    } else if (count < 0 && errno != EINTR) {
      break;
    }
  }
  set_modes(restore_input, &saved_modes);
  errno = saved;
}

static void restore_and_fall(int number, siginfo_t *information, void *context) {
  (void)context;
  restore_now();
  for (int index = 0; index < fatal_count; index++) sigaction(fatal_signals[index], &old_actions[index], NULL);
  // A fault happens again when the instruction is repeated, and finds the old action with all that it knows; after a
  // breakpoint instruction, and when someone sent the signal, nothing would be repeated.
  if (information->si_code <= 0 || number == SIGTRAP || number == SIGABRT) raise(number);
}

static void install(void) {
  if (installed) return;
  installed = true;
  atexit(restore_now);
  stack_t stack = {0};
  if (sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE)) {
    size_t size = 65536;
    stack = (stack_t){.ss_sp = malloc(size), .ss_size = size};
    if (stack.ss_sp != NULL) sigaltstack(&stack, NULL);
  }
  for (int index = 0; index < fatal_count; index++) {
    struct sigaction action = {.sa_sigaction = restore_and_fall, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    sigaction(fatal_signals[index], &action, &old_actions[index]);
  }
}

void cncurses_restore_arm(int input, int output, const char *bytes, int count) {
  atomic_store(&armed, false);
  restore_count = count < (int)sizeof restore_bytes ? count : (int)sizeof restore_bytes;
  memcpy(restore_bytes, bytes, (size_t)restore_count);
  restore_input = input;
  restore_output = output;
  install();
  atomic_store(&armed, true);
}

void cncurses_restore_disarm(void) { atomic_store(&armed, false); }
