// Starts programs as their users do: on a terminal, or with what they print in a pipe.
#pragma once

#include <stdint.h>
#include <sys/types.h>

enum program_output {
  // A terminal of its own has all three streams.
  PROGRAM_TERMINAL,
  // The descriptor has its standard output, or its standard error; the other one goes nowhere.
  PROGRAM_OUTPUT,
  PROGRAM_ERRORS,
};

struct program {
  pid_t process;
  // The other end of its terminal, or of its pipe.
  int descriptor;
  // When it was executed.
  uint64_t start_nanoseconds;
};

// Starts a program, of which `arguments` are a null-terminated list, on a processor (-1: any); gives 0 or an error number.
int program_start(
    struct program *program, char *const *arguments, int core, enum program_output output, int columns, int rows);
// Has the calling thread run on one processor.
void programs_stay_on(int core);
// The monotonic clock.
uint64_t programs_clock(void);
