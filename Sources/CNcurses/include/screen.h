#ifndef ECHO_CNCURSES_SCREEN_H
#define ECHO_CNCURSES_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

/// One place of the grid; the right half of a wide character has no cell of its own.
struct cncurses_cell {
  /// The base and up to three marks, 0 where there is none.
  uint32_t scalars[4];
  /// Columns, 1 or 2.
  uint8_t width;
  /// Bits: 1 bold, 2 dim, 4 reverse, 8 underline.
  uint8_t attributes;
  /// 0 to 255, or -1 for the terminal's own.
  int16_t foreground;
  int16_t background;
};

/// Sets LC_CTYPE from the environment, and to C.UTF-8 where that names a UTF-8 locale that is not installed. True if the
/// character encoding is UTF-8 then.
bool cncurses_locale_set(void);

/// 0 if terminfo knows a terminal whose cursor can be placed; 1 it knows none of this name; 2 it has no `cup`.
int cncurses_terminal_check(const char *name, int descriptor);

/// Starts ncurses, which writes to a file in memory and never to the terminal itself. Returns 0, or an errno.
int cncurses_screen_open(const char *name, int columns, int rows);
void cncurses_screen_close(void);

/// How many colours there are to choose from: 0, 8, 16 or 256 (or whatever terminfo says).
int cncurses_screen_colours(void);

/// A capability's string without its padding, at most `capacity` bytes; the count, 0 if the terminal has none.
int cncurses_capability(const char *name, char *bytes, int capacity);

void cncurses_screen_resize(int columns, int rows);

/// Puts a row's cells, from its left end.
void cncurses_screen_put(int row, const struct cncurses_cell *cells, int count);

/// Where the cursor is to stand; hidden if `column` is negative.
void cncurses_screen_cursor(int column, int row);

/// Forgets what the terminal shows: the next update writes all of it.
void cncurses_screen_forget(void);

/// Brings the terminal's picture up to date: the bytes to write, valid until the next call; NULL with an errno in `count`.
const char *cncurses_screen_update(int *count);

/// The columns that libc gives a scalar: 0 for a mark, negative if it is not printable (or not in the locale's encoding).
int cncurses_width(uint32_t scalar);

/// The window's size; false if the terminal tells none.
bool cncurses_window_size(int descriptor, int *columns, int *rows);

/// Opens a terminal or a pipe once more, non-blocking without making its other users so, or returns -1.
int cncurses_reopen(int descriptor);

#endif
