#include "CKernels.h"

volatile sig_atomic_t nns_interrupt_flag = 0;

static volatile sig_atomic_t held;
static volatile sig_atomic_t waiting;

void nns_raise_interrupt(int reason) {
  if (held) waiting = reason;
  else nns_interrupt_flag = reason;
}

void nns_hold_interrupts(int on) {
  if (on) {
    if (held++) return;
    waiting = nns_interrupt_flag;
    nns_interrupt_flag = 0;
  } else if (--held == 0 && waiting) {
    nns_interrupt_flag = waiting;
  }
}
