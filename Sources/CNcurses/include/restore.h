#ifndef ECHO_CNCURSES_RESTORE_H
#define ECHO_CNCURSES_RESTORE_H

#include <stdbool.h>

/// The terminal's modes, kept and set again: input is raw in between (no echo, no signals from keys, no flow control).
/// Each returns 0, or an errno.
int cncurses_modes_save(int descriptor);
int cncurses_modes_raw(int descriptor);
int cncurses_modes_restore(int descriptor);

/// From now on every end of the process (exit(3), a fatal signal) writes these bytes to `output` and sets the saved modes on
/// `input`. At most 512 bytes.
void cncurses_restore_arm(int input, int output, const char *bytes, int count);

/// Nothing is restored any more, because it has been.
void cncurses_restore_disarm(void);

#endif
