#define NCURSES_WIDECHAR 1
#if defined(__APPLE__)
#define _XOPEN_SOURCE_EXTENDED 1
#include <ncurses.h>
#else
#include <ncursesw/ncurses.h>
#endif
#include <term.h>
// Macros of term.h's that are everybody's words.
#undef columns
#undef lines

#include "screen.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

// ncurses is a global of the C library's kind: one screen, one thread.
static SCREEN *current;
static FILE *memory;
static char *frame;
static size_t frame_capacity;
static bool has_default_colours;
static int pair_limit;

// Pairs of colours in use: pair `index + 1` has these.
enum { pair_capacity = 1024 };
static struct {
  int16_t foreground, background;
} pairs[pair_capacity];
static int pair_count;

bool cncurses_locale_set(void) {
  if (setlocale(LC_CTYPE, "") == NULL) {
    const char *name = getenv("LC_ALL");
    if (name == NULL || *name == 0) name = getenv("LC_CTYPE");
    if (name == NULL || *name == 0) name = getenv("LANG");
    bool utf8 = name != NULL && (strcasestr(name, "utf-8") != NULL || strcasestr(name, "utf8") != NULL);
    if (utf8 && setlocale(LC_CTYPE, "C.UTF-8") == NULL) setlocale(LC_CTYPE, "en_US.UTF-8");
  }
  return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

// Text that terminfo has, and not the marks for "cancelled" and "absent".
static const char *capability(const char *name) {
  const char *value = tigetstr(name);
  return value == NULL || value == (const char *)-1 ? NULL : value;
}

int cncurses_terminal_check(const char *name, int descriptor) {
  int error = 0;
  if (setupterm(name, descriptor, &error) != OK) return 1;
  bool usable = capability("cup") != NULL;
  del_curterm(cur_term);
  return usable ? 0 : 2;
}

static FILE *open_memory(void) {
#if defined(__linux__)
  int descriptor = memfd_create("screen", MFD_CLOEXEC);
  if (descriptor < 0) return NULL;
  FILE *file = fdopen(descriptor, "w+");
  if (file == NULL) close(descriptor);
  return file;
#else
  return tmpfile();
#endif
}

// newterm takes the signals that nobody has; they are not its to take.
static SCREEN *start_quietly(const char *name) {
  static const int taken[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
  struct sigaction actions[4];
  for (int index = 0; index < 4; index++) sigaction(taken[index], NULL, &actions[index]);
  // The size is set afterwards; LINES and COLUMNS of a shell's are no news, and could be any number.
  char *lines = getenv("LINES"), *columns = getenv("COLUMNS");
  if (lines != NULL) lines = strdup(lines);
  if (columns != NULL) columns = strdup(columns);
  unsetenv("LINES");
  unsetenv("COLUMNS");
  SCREEN *screen = newterm(name, memory, stdin);
  if (lines != NULL) setenv("LINES", lines, 1);
  if (columns != NULL) setenv("COLUMNS", columns, 1);
  free(lines);
  free(columns);
  for (int index = 0; index < 4; index++) sigaction(taken[index], &actions[index], NULL);
  return screen;
}

int cncurses_screen_open(const char *name, int columns, int rows) {
  if (current != NULL) return EBUSY;
  memory = open_memory();
  if (memory == NULL) return errno;
  setenv("NCURSES_NO_PADDING", "1", 0);
  current = start_quietly(name);
  if (current == NULL) {
    fclose(memory);
    memory = NULL;
    return ENOTTY;
  }
  typeahead(-1);
  nonl();
  idlok(stdscr, TRUE);
  scrollok(stdscr, FALSE);
  leaveok(stdscr, FALSE);
  pair_count = 0;
  pair_limit = 0;
  has_default_colours = false;
  if (has_colors() && start_color() == OK) {
    has_default_colours = use_default_colors() == OK;
    pair_limit = COLOR_PAIRS - 1 < pair_capacity ? COLOR_PAIRS - 1 : pair_capacity;
    if (pair_limit > 32766) pair_limit = 32766;
  }
  cncurses_screen_resize(columns, rows);
  cncurses_screen_forget();
  int count = 0;
  cncurses_screen_update(&count);
  cncurses_screen_forget();
  return 0;
}

void cncurses_screen_close(void) {
  if (current == NULL) return;
  delscreen(current);
  current = NULL;
  fclose(memory);
  memory = NULL;
  free(frame);
  frame = NULL;
  frame_capacity = 0;
}

int cncurses_screen_colours(void) { return pair_limit > 0 ? COLORS : 0; }

int cncurses_capability(const char *name, char *bytes, int capacity) {
  const char *value = capability(name);
  int count = 0;
  while (value != NULL && *value != 0 && count < capacity) {
    const char *end = strncmp(value, "$<", 2) == 0 ? strchr(value, '>') : NULL;
    if (end != NULL) {
      value = end + 1;
    } else {
      bytes[count++] = *value++;
    }
  }
  return count;
}

void cncurses_screen_resize(int columns, int rows) {
  resize_term(rows, columns);
  werase(stdscr);
}

// The nearest of the first 8 or 16 colours for one of xterm's 256.
static int nearest(int colour, int count) {
  if (colour < count) return colour;
  if (colour < 16) return colour - 8;
  int red, green, blue;
  if (colour >= 232) {
    red = green = blue = 8 + (colour - 232) * 10;
  } else {
    int index = colour - 16;
    red = index / 36 * 51;
    green = index / 6 % 6 * 51;
    blue = index % 6 * 51;
  }
  int highest = red > green ? red : green;
  if (blue > highest) highest = blue;
  int half = highest / 2 > 40 ? highest / 2 : 40;
  int basic = (red > half ? 1 : 0) | (green > half ? 2 : 0) | (blue > half ? 4 : 0);
  if (count < 16) return basic;
  if (basic == 0 && highest > 60) return 8;
  if (basic == 7 && highest < 210) return highest < 130 ? 8 : 7;
  return highest > 210 ? basic + 8 : basic;
}

static int pair_for(int foreground, int background) {
  if (pair_limit == 0 || (foreground < 0 && background < 0)) return 0;
  int count = COLORS;
  if (count < 256 && foreground >= 0) foreground = nearest(foreground, count);
  if (count < 256 && background >= 0) background = nearest(background, count);
  if (!has_default_colours && foreground < 0) foreground = COLOR_WHITE;
  if (!has_default_colours && background < 0) background = COLOR_BLACK;
  for (int index = 0; index < pair_count; index++) {
    if (pairs[index].foreground == foreground && pairs[index].background == background) return index + 1;
  }
  if (pair_count == pair_limit) return 0;
  if (init_pair((short)(pair_count + 1), (short)foreground, (short)background) != OK) return 0;
  pairs[pair_count].foreground = (int16_t)foreground;
  pairs[pair_count].background = (int16_t)background;
  return ++pair_count;
}

static attr_t attributes_for(uint8_t bits) {
  attr_t attributes = A_NORMAL;
  if (bits & 1) attributes |= A_BOLD;
  if (bits & 2) attributes |= A_DIM;
  if (bits & 4) attributes |= A_REVERSE;
  if (bits & 8) attributes |= A_UNDERLINE;
  return attributes;
}

void cncurses_screen_put(int row, const struct cncurses_cell *cells, int count) {
  enum { batch = 256 };
  cchar_t out[batch];
  int column = 0, filled = 0, next_column = 0;
  for (int index = 0; index < count; index++) {
    const struct cncurses_cell *cell = &cells[index];
    wchar_t text[5] = {0};
    for (int place = 0; place < 4; place++) text[place] = (wchar_t)cell->scalars[place];
    int pair = pair_for(cell->foreground, cell->background);
    if (setcchar(&out[filled], text, attributes_for(cell->attributes), (short)pair, NULL) != OK) {
      setcchar(&out[filled], L"?", A_NORMAL, 0, NULL);
    }
    filled++;
    next_column += cell->width;
    if (filled == batch || index + 1 == count) {
      mvadd_wchnstr(row, column, out, filled);
      column = next_column;
      filled = 0;
    }
  }
}

void cncurses_screen_cursor(int column, int row) {
  curs_set(column < 0 ? 0 : 1);
  if (column >= 0) move(row, column);
}

void cncurses_screen_forget(void) {
  clearok(curscr, TRUE);
  // Whatever the cursor was, it is visible after this, and ncurses knows it.
  curs_set(0);
  curs_set(1);
}

const char *cncurses_screen_update(int *count) {
  wnoutrefresh(stdscr);
  doupdate();
  fflush(memory);
  int descriptor = fileno(memory);
  off_t size = lseek(descriptor, 0, SEEK_CUR);
  if (size < 0 || size > INT_MAX) {
    *count = size < 0 ? errno : EFBIG;
    return NULL;
  }
  if ((size_t)size > frame_capacity) {
    char *larger = realloc(frame, (size_t)size);
    if (larger == NULL) {
      *count = ENOMEM;
      return NULL;
    }
    frame = larger;
    frame_capacity = (size_t)size;
  }
  ssize_t taken = size == 0 ? 0 : pread(descriptor, frame, (size_t)size, 0);
  if (taken != size || lseek(descriptor, 0, SEEK_SET) != 0) {
    *count = EIO;
    return NULL;
  }
  *count = (int)size;
  return frame == NULL ? "" : frame;
}

int cncurses_width(uint32_t scalar) {
  int width = wcwidth((wchar_t)scalar);
  if (width < 0 || scalar < 0x80) return width;
  char bytes[MB_LEN_MAX];
  mbstate_t state = {0};
  return wcrtomb(bytes, (wchar_t)scalar, &state) == (size_t)-1 ? -1 : width;
}

bool cncurses_window_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return false;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return true;
}

int cncurses_reopen(int descriptor) {
  int flags = O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
#if defined(__linux__)
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
#else
  const char *path = ttyname(descriptor);
  if (path == NULL) return -1;
#endif
  int again = open(path, flags);
  // Another user's terminal (after su) opens by its role alone, and only if this is it.
  if (again < 0 && tcgetpgrp(descriptor) >= 0) again = open("/dev/tty", flags);
  return again;
}
