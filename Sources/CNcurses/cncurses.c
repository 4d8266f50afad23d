#define NCURSES_WIDECHAR 1
#if defined(__APPLE__)
#define _XOPEN_SOURCE_EXTENDED 1
#include <ncurses.h>
#else
#include <ncursesw/ncurses.h>
#endif

#include "cncurses.h"

const char *cncurses_version(void) { return curses_version(); }
