#pragma once

#include <signal.h>

// Set by Ctrl-C; long loops test it and stop. Whoever starts a run clears it.
extern volatile sig_atomic_t nns_interrupt_flag;
