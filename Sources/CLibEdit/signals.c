#define _GNU_SOURCE
#include "CLibEdit.h"
#include "CKernels.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t nns_signal_interrupt;
static volatile sig_atomic_t nns_signal_resize;
static volatile sig_atomic_t nns_signal_continue;

int nns_signal_interrupted(void) { return nns_signal_interrupt != 0; }

int nns_signal_take_resize(void) {
  if (!nns_signal_resize) return 0;
  nns_signal_resize = 0;
  return 1;
}

int nns_signal_take_continue(void) {
  if (!nns_signal_continue) return 0;
  nns_signal_continue = 0;
  return 1;
}

static volatile sig_atomic_t second_ends;
static struct termios kept;
static volatile sig_atomic_t has_kept;

// Only calls that are safe inside a signal handler.
void nns_terminal_restore(void) {
  if (!has_kept) return;
  tcsetattr(STDIN_FILENO, TCSADRAIN, &kept);
  static const char paste_off[] = "\033[?2004l";
  if (write(STDOUT_FILENO, paste_off, sizeof paste_off - 1) < 0) return;
}

static void end_by(int number) {
  nns_terminal_restore();
  signal(number, SIG_DFL);
  raise(number);
}

static void on_interrupt(int number) {
  if (second_ends && nns_interrupt_flag) {
    end_by(number);
    return;
  }
  nns_raise_interrupt(NNS_STOP_KEY);
  nns_signal_interrupt = 1;
}

static void on_resize(int number) {
  (void)number;
  nns_signal_resize = 1;
}

static void on_continue(int number) {
  (void)number;
  nns_signal_continue = 1;
}

static void handle(int number, void (*handler)(int), int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  // No SA_RESTART for Ctrl-C: a read that waits has to return.
  action.sa_flags = flags;
  sigaction(number, &action, NULL);
}

void nns_signals_install(int may_end) {
  // Whoever started the program may have blocked Ctrl-C, and a blocked signal is inherited.
  sigset_t open_signals;
  sigemptyset(&open_signals);
  sigaddset(&open_signals, SIGINT);
  sigaddset(&open_signals, SIGTERM);
  sigprocmask(SIG_UNBLOCK, &open_signals, NULL);
  second_ends = may_end;
  handle(SIGINT, on_interrupt, 0);
}

void nns_interrupt_reset(void) {
  nns_interrupt_flag = 0;
  nns_signal_interrupt = 0;
}

int nns_interrupt_is_set(void) { return nns_interrupt_flag != 0; }

void nns_terminal_keep(void) {
  if (has_kept || tcgetattr(STDIN_FILENO, &kept) != 0) return;
  has_kept = 1;
  atexit(nns_terminal_restore);
  handle(SIGTERM, end_by, 0);
  handle(SIGHUP, end_by, 0);
  handle(SIGWINCH, on_resize, SA_RESTART);
  handle(SIGCONT, on_continue, SA_RESTART);
}

int nns_wait(int descriptor, int milliseconds) {
  // The signals are held back while the flags are looked at, and let in again by ppoll alone, in one step: none is lost.
  sigset_t held, before;
  sigemptyset(&held);
  sigaddset(&held, SIGINT);
  sigaddset(&held, SIGWINCH);
  sigaddset(&held, SIGCONT);
  sigprocmask(SIG_BLOCK, &held, &before);
  int status = 0;
  if (!nns_signal_interrupt && !nns_signal_resize && !nns_signal_continue) {
    struct pollfd poll_for = {.fd = descriptor, .events = POLLIN};
    struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    status = ppoll(&poll_for, 1, milliseconds < 0 ? NULL : &time, &before);
  }
  sigprocmask(SIG_SETMASK, &before, NULL);
  return status > 0 ? 1 : 0;
}
