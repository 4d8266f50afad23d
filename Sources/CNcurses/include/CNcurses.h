#ifndef ECHO_CNCURSES_H
#define ECHO_CNCURSES_H

#include "child.h"
#include "restore.h"
#include "screen.h"
#include "signals.h"
#include "wake.h"

#endif
