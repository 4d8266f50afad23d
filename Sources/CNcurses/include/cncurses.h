#ifndef ECHO_CNCURSES_H
#define ECHO_CNCURSES_H

/// The version of ncurses that is linked, as text.
const char *cncurses_version(void);

#endif
