#ifndef ECHO_CNCURSES_SIGNALS_H
#define ECHO_CNCURSES_SIGNALS_H

#include <stdint.h>

/// Catches the signals whose bits (1 << number) are set: each is recorded as pending, and `write_end` of a wake descriptor
/// is written. SIGHUP and SIGTSTP stay ignored if they were (nohup). SIGPIPE is ignored. One watch a process at a time.
/// Returns 0, or an errno (EBUSY: there is a watch).
int cncurses_signals_watch(uint64_t set, int write_end);

/// The bits of the signals that came since the last call.
uint64_t cncurses_signals_take(void);

/// Gives every signal its old action back, SIGPIPE's excepted.
void cncurses_signals_unwatch(void);

/// Stops the process as ^Z does, its whole job with it, and returns once it is continued. Where no shell could see the job
/// stop (the process group is the session leader's), this process alone is stopped.
void cncurses_signals_stop_job(void);

#endif
