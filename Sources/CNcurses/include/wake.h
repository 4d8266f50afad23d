#ifndef ECHO_CNCURSES_WAKE_H
#define ECHO_CNCURSES_WAKE_H

/// Opens a wake descriptor, non-blocking and closed on exec: `ends[0]` is polled and read, `ends[1]` is written (the same
/// number where the system has eventfd(2)). Returns 0, or an errno.
int cncurses_wake_open(int ends[2]);

/// Makes the descriptor readable; safe in signal handlers and in any thread.
void cncurses_wake_signal(int write_end);

/// Makes the descriptor unreadable until the next signal.
void cncurses_wake_clear(int read_end);

void cncurses_wake_close(const int ends[2]);

#endif
