// Starts programs as their users do: on a terminal, or with files and pipes.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct program {
  pid_t process;
  // When it was executed.
  uint64_t start_nanoseconds;
};

// The descriptors that it has as its standard streams; -1 for nothing.
struct streams {
  int input, output, errors;
};

// Starts a program, of which `arguments` are a null-terminated list, on a processor (-1: any), on the terminal that its
// streams are, or on none; gives 0 or an error number.
int program_start(
    struct program *program, char *const *arguments, int core, struct streams streams, bool is_on_terminal);

// A terminal: what shows it has the one end, a program the other. Gives 0 or an error number.
int open_terminal(int *shower, int *program, int columns, int rows);
// A file in memory, without a name; -1 and errno where there is none.
int open_memory(void);
// Has the calling thread run on one processor.
void stay_on(int core);
