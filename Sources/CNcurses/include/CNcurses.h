#ifndef ECHO_CNCURSES_H
#define ECHO_CNCURSES_H

#include "restore.h"
#include "screen.h"
#include "signals.h"
#include "wake.h"

#endif
