#ifndef ECHO_CPSEUDOTERMINAL_H
#define ECHO_CPSEUDOTERMINAL_H

#include <stdbool.h>
#include <sys/types.h>

/// Makes a pseudo-terminal: `ends[0]` is its master, `ends[1]` its slave. Returns 0, or an errno.
int cpseudoterminal_open(int columns, int rows, int ends[2]);

/// Starts a program as the leader of a session whose controlling terminal is the slave, which stays open here too, so that
/// nothing is lost when the program ends. Returns the process id, or -errno.
pid_t cpseudoterminal_start(const char *path, char *const arguments[], char *const environment[], int slave);

/// Starts a program on three pipes; `ends` are this side's: its input, output and error. The at most 16 `passed` descriptors
/// are its own from 3 on. Returns the process id, or -errno.
pid_t cpseudoterminal_start_plain(const char *path, char *const arguments[], char *const environment[],
                                  const int passed[], int passed_count, int ends[3]);

/// Sets the window's size, which sends SIGWINCH to the programs in the terminal. Returns 0, or an errno.
int cpseudoterminal_resize(int master, int columns, int rows);

/// The terminal's modes and control characters, as text to compare and to read.
void cpseudoterminal_modes(int descriptor, char *text, int capacity);

/// A descriptor that becomes readable when the process ends, or -1 where the system has none.
int cpseudoterminal_process_descriptor(pid_t process);

/// How many descriptors the process may have open from now on; 0, or an errno where that can't be set.
int cpseudoterminal_limit_descriptors(pid_t process, int count);

/// waitpid(2) without blocking: 0 still running, 1 ended, 2 stopped; `code` is the exit code, or 128 + the signal.
int cpseudoterminal_state(pid_t process, int *code);

/// Removes a folder with everything in it.
void cpseudoterminal_remove_folder(const char *path);

/// Has this thread alone use files as a user who owns none; false where it may not, or there is no such thing.
bool cpseudoterminal_use_files_as_nobody(void);

/// The file that this code was loaded from: the program, or the bundle with the tests.
const char *cpseudoterminal_image(void);

#endif
