// One pool of threads: a job is cut into one run of rows for each thread, the caller takes the first. Workers spin for a
// moment after a job, since the next one of a training step is near, and then sleep.
#define _GNU_SOURCE
#include "CKernels.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64, SPINS = 4000 };

typedef struct {
  void (*body)(void *, long, long);
  void *context;
  long n, grain;
  int parts;
} Job;

static Job job;
static atomic_long generation;      // counts jobs
static atomic_int unfinished;       // parts of the job at hand that are still running
static atomic_int sleeping;
static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;  // one job at a time; who finds it taken works alone
static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static int started = 1;             // threads that exist, the caller's included
static atomic_int wanted;
static _Thread_local int inside;    // a job's own calls stay on their thread

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void part(int index) {
  // Equal runs in whole grains: the cut depends on the number of threads, results may not.
  long grains = (job.n + job.grain - 1) / job.grain;
  long first = grains * index / job.parts * job.grain, last = grains * (index + 1) / job.parts * job.grain;
  if (last > job.n) last = job.n;
  if (first < last) job.body(job.context, first, last);
}

static void *worker(void *argument) {
  int index = (int)(long)argument;
  long seen = 0;
  inside = 1;
  for (;;) {
    long now;
    int spins = 0;
    while ((now = atomic_load_explicit(&generation, memory_order_acquire)) == seen) {
      if (++spins < SPINS) { relax(); continue; }
      pthread_mutex_lock(&sleep_lock);
      atomic_fetch_add(&sleeping, 1);
      while (atomic_load(&generation) == seen) pthread_cond_wait(&wake, &sleep_lock);
      atomic_fetch_sub(&sleeping, 1);
      pthread_mutex_unlock(&sleep_lock);
    }
    seen = now;
    // A part that this job does not have is still counted, so that no worker can miss a job or meet the next one early.
    if (index < job.parts) part(index);
    atomic_fetch_sub_explicit(&unfinished, 1, memory_order_release);
  }
  return NULL;
}

int nns_thread_count(void) {
  int n = atomic_load_explicit(&wanted, memory_order_relaxed);
  if (n) return n;
  const char *text = getenv("NNS_THREADS");
  n = text ? atoi(text) : 0;
  if (n <= 0) {
    n = 1;
#ifdef CPU_COUNT
    cpu_set_t set;
    if (!sched_getaffinity(0, sizeof set, &set)) n = CPU_COUNT(&set);
#endif
  }
  if (n > MOST) n = MOST;
  atomic_store(&wanted, n);
  return n;
}

void nns_set_thread_count(int n) { atomic_store(&wanted, n < 1 ? 1 : n > MOST ? MOST : n); }

void nns_parallel(long n, long grain, void (*body)(void *, long, long), void *context) {
  if (n <= 0) return;
  int threads = nns_thread_count();
  long grains = (n + grain - 1) / grain;
  if (threads > grains) threads = (int)grains;
  if (threads <= 1 || inside || pthread_mutex_trylock(&busy)) {
    body(context, 0, n);
    return;
  }
  while (started < threads) {
    pthread_t t;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int failed = pthread_create(&t, &attributes, worker, (void *)(long)started);
    pthread_attr_destroy(&attributes);
    if (failed) break;
    started++;
  }
  if (threads > started) threads = started;
  job = (Job){body, context, n, grain, threads};
  atomic_store(&unfinished, started - 1);
  atomic_fetch_add_explicit(&generation, 1, memory_order_seq_cst);
  if (atomic_load(&sleeping)) {
    pthread_mutex_lock(&sleep_lock);
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&sleep_lock);
  }
  inside = 1;
  part(0);
  inside = 0;
  for (int spins = 0; atomic_load_explicit(&unfinished, memory_order_acquire);)
    if (++spins < SPINS) relax(); else sched_yield();
  pthread_mutex_unlock(&busy);
}

static atomic_int backend;

int nns_backend_setting(void) {
  int code = atomic_load_explicit(&backend, memory_order_relaxed);
  if (code) return code;
  const char *text = getenv("NNS_BACKEND");
  code = text && !strcmp(text, "own") ? 2 : text && !strcmp(text, "onednn") ? 3 : 1;
  atomic_store(&backend, code);
  return code;
}

void nns_set_backend(int code) { atomic_store(&backend, code); }
