#ifndef ECHO_CNCURSES_CHILD_H
#define ECHO_CNCURSES_CHILD_H

/// Runs `sh -c script name argument` in a process group of its own, with no signal blocked and none ignored that this
/// program alone ignores. Returns the process, whose number is also the group's, or an errno as a negative number.
int cncurses_child_start(const char *script, const char *name, const char *argument);

/// Makes a process group the terminal's foreground, which gets its keys and the signals that they send; 0 is this
/// program's own.
void cncurses_foreground(int terminal, int group);

/// 0: it runs, or was stopped at an earlier look; 1: it has ended, with the exit code in `code`, or 128 + the signal that
/// ended it; 2: it was stopped.
int cncurses_child_state(int process, int *code);

#endif
