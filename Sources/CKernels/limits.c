// What a program may take of time and memory. A thread of its own looks at the clock and at the process's pages, raises the
// flag that long loops test for Ctrl-C, and ends the process where nothing answers.
#define _GNU_SOURCE
#include "CKernels.h"
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const long NANOSECONDS = 1000000000L;
static const long STEP = 5000000L;        // between two looks
static const long PATIENCE = 2000000000L; // for the flag to be answered

static atomic_long deadline;  // by the monotonic clock; 0: none
static atomic_long limit;     // bytes; 0: the machine's
static _Atomic(const char *) last_words[2];
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int statm = -1;
static long page;

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * NANOSECONDS + t.tv_nsec;
}

_Noreturn static void end(int reason) {
  // What the program has written comes first, unless it is in the middle of writing.
  if (ftrylockfile(stdout) == 0) fflush_unlocked(stdout);
  const char *words = atomic_load(&last_words[reason - NNS_STOP_TIME]);
  if (!words) words = reason == NNS_STOP_TIME ? "error: the time is up\n" : "error: no memory is left\n";
  for (size_t n = strlen(words); n;) {
    ssize_t wrote = write(STDERR_FILENO, words, n);
    if (wrote <= 0) break;
    words += wrote, n -= (size_t)wrote;
  }
  _exit(1);
}

void nns_out_of_memory(void) { end(NNS_STOP_MEMORY); }

static void *watch(void *unused) {
  (void)unused;
  long flagged = 0;
  for (;;) {
    struct timespec step = {.tv_nsec = STEP};
    nanosleep(&step, NULL);
    long t = now(), until = atomic_load(&deadline), bytes = atomic_load(&limit);
    int reason = 0;
    if (until && t > until) reason = NNS_STOP_TIME;
    long used = bytes ? nns_memory_resident() : 0;
    if (bytes && used > bytes) reason = NNS_STOP_MEMORY;
    if (!reason) {
      flagged = 0;
      continue;
    }
    if (!nns_interrupt_flag && atomic_load(&deadline) == until) nns_raise_interrupt(reason);
    if (!flagged) flagged = t;
    int is_wild = reason == NNS_STOP_MEMORY && used > bytes + bytes / 4 + (64L << 20);
    if (atomic_load(&last_words[reason - NNS_STOP_TIME]) && (is_wild || t - flagged > PATIENCE)) end(reason);
  }
  return NULL;
}

static void start(void) {
  page = sysconf(_SC_PAGESIZE);
  statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
}
static void start_watch(void) {
  pthread_t thread;
  pthread_attr_t attributes;
  sigset_t all, before;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // Ctrl-C is for the thread that runs the program.
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_create(&thread, &attributes, watch, NULL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
}
static pthread_once_t watch_once = PTHREAD_ONCE_INIT;

long nns_memory_resident(void) {
  pthread_once(&once, start);
  char text[128];
  ssize_t n = statm < 0 ? -1 : pread(statm, text, sizeof text - 1, 0);
  if (n <= 0) return 0;
  text[n] = 0;
  char *rest;
  strtol(text, &rest, 10);
  return strtol(rest, NULL, 10) * page;
}

void nns_limit_time(double seconds) {
  atomic_store(&deadline, seconds > 0 && seconds < 1e9 ? now() + (long)(seconds * 1e9) : 0);
  if (seconds > 0) pthread_once(&watch_once, start_watch);
}

void nns_limit_memory(long bytes) {
  atomic_store(&limit, bytes);
  if (bytes) pthread_once(&watch_once, start_watch);
}

long nns_memory_limit(void) {
  long bytes = atomic_load(&limit);
  return bytes ? bytes : nns_memory_physical();
}

void nns_limit_words(int reason, const char *words) {
  atomic_store(&last_words[reason - NNS_STOP_TIME], words ? strdup(words) : NULL);
}

int nns_memory_fits(long bytes) {
  if (bytes < 0) return 0;
  if (bytes < 1L << 20) return 1;
  long most = nns_memory_limit();
  if (bytes > most) return 0;
  return nns_memory_resident() + bytes <= most && nns_memory_in_use() + bytes <= most;
}
