#include "signals.h"
#include "wake.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

enum { signal_count = 64 };

static _Atomic uint64_t pending;
static _Atomic int wake_end = -1;
static atomic_bool watching;
static uint64_t watched;
static struct sigaction old_actions[signal_count];

static void note(int number) {
  atomic_fetch_or(&pending, UINT64_C(1) << number);
  int end = atomic_load(&wake_end);
  if (end >= 0) cncurses_wake_signal(end);
}

int cncurses_signals_watch(uint64_t set, int write_end) {
  if (atomic_exchange(&watching, true)) return EBUSY;
  signal(SIGPIPE, SIG_IGN);
  atomic_store(&wake_end, write_end);
  atomic_store(&pending, 0);
  watched = 0;
  for (int number = 1; number < signal_count; number++) {
    if (!(set >> number & 1)) continue;
    if (sigaction(number, NULL, &old_actions[number]) != 0) continue;
    bool was_ignored = old_actions[number].sa_handler == SIG_IGN;
    if (was_ignored && (number == SIGHUP || number == SIGTSTP)) continue;
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    if (sigaction(number, &action, NULL) == 0) watched |= UINT64_C(1) << number;
  }
  return 0;
}

uint64_t cncurses_signals_take(void) { return atomic_exchange(&pending, 0); }

void cncurses_signals_unwatch(void) {
  for (int number = 1; number < signal_count; number++) {
    if (watched >> number & 1) sigaction(number, &old_actions[number], NULL);
  }
  watched = 0;
  atomic_store(&wake_end, -1);
  atomic_store(&watching, false);
}

void cncurses_signals_stop_job(void) {
  if (getpgrp() == getsid(0)) {
    kill(getpid(), SIGSTOP);
    return;
  }
  struct sigaction old, plain = {.sa_handler = SIG_DFL};
  sigset_t stop, old_mask;
  sigemptyset(&plain.sa_mask);
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  sigaction(SIGTSTP, &plain, &old);
  pthread_sigmask(SIG_UNBLOCK, &stop, &old_mask);
  kill(0, SIGTSTP);
  pthread_sigmask(SIG_SETMASK, &old_mask, NULL);
  sigaction(SIGTSTP, &old, NULL);
}
