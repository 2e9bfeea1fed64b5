// Free lists by size class: a training step asks for the same sizes again and again, and fresh pages cost a fault each.
#define _GNU_SOURCE
#include "CKernels.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Classes in quarters of a power of two: 64, 80 → 128 (64-byte steps), … so at most a quarter is wasted.
enum { CLASSES = 160, LARGEST_KEPT_SHIFT = 24 };
static const long KEPT_BYTES = 64L << 20;

typedef struct Free { struct Free *next; } Free;
typedef struct {
  Free *lists[CLASSES];
  long kept;
  int registered;
} Lists;

static _Thread_local Lists lists;
static _Thread_local long in_use_here;  // flushed into the total in steps, so that counting costs no atomic
static atomic_long in_use;
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void drop(void *p) {
  Lists *l = p;
  for (int i = 0; i < CLASSES; i++)
    for (Free *f = l->lists[i], *next; f; f = next) next = f->next, free(f);
  memset(l, 0, sizeof *l);
}
static void make_key(void) { pthread_key_create(&key, drop); }

static inline int class_of(long bytes, long *rounded) {
  if (bytes <= 256) {
    int c = bytes <= 64 ? 0 : (int)((bytes - 1) >> 6);
    *rounded = (long)(c + 1) << 6;
    return c;
  }
  int shift = 63 - __builtin_clzl((unsigned long)(bytes - 1));  // 2^shift < bytes <= 2^(shift + 1), shift >= 8
  long quarter = 1L << (shift - 2);
  int q = (int)((bytes - 1 - (1L << shift)) / quarter);
  *rounded = (1L << shift) + (q + 1) * quarter;
  return 4 + (shift - 8) * 4 + q;
}

static inline void count(long bytes) {
  in_use_here += bytes;
  if (in_use_here > (1 << 20) || in_use_here < -(1 << 20)) {
    atomic_fetch_add_explicit(&in_use, in_use_here, memory_order_relaxed);
    in_use_here = 0;
  }
}

void *nns_allocate(long bytes) {
  long size;
  if (bytes < 0 || bytes > (1L << 46)) return NULL;
  int c = class_of(bytes, &size);
  Free *f = c < CLASSES ? lists.lists[c] : NULL;
  if (f) {
    lists.lists[c] = f->next;
    lists.kept -= size;
    count(size);
    return f;
  }
  void *block = aligned_alloc(64, (size_t)size);
  if (block) count(size);
  return block;
}

void nns_release(void *block, long bytes) {
  long size;
  int c = class_of(bytes, &size);
  count(-size);
  if (c >= CLASSES || size > (1L << LARGEST_KEPT_SHIFT) || lists.kept + size > KEPT_BYTES) {
    free(block);
    return;
  }
  if (!lists.registered) {
    pthread_once(&once, make_key);
    pthread_setspecific(key, &lists);
    lists.registered = 1;
  }
  Free *f = block;
  f->next = lists.lists[c];
  lists.lists[c] = f;
  lists.kept += size;
}

long nns_memory_in_use(void) { return atomic_load_explicit(&in_use, memory_order_relaxed) + in_use_here; }

long nns_memory_physical(void) { return sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE); }

#define COPY_INNER(T)                                                                                                  \
  {                                                                                                                    \
    const T *x = source;                                                                                               \
    T *y = target;                                                                                                     \
    if (ss == 1 && ts == 1) memcpy(y, x, (size_t)n * sizeof(T));                                                       \
    else if (ss == 0 && ts == 1) { T v = n ? *x : 0; for (long i = 0; i < n; i++) y[i] = v; }                          \
    else for (long i = 0; i < n; i++) y[i * ts] = x[i * ss];                                                           \
  }

static void copy(int size, int rank, const long *shape, const char *source, const long *ss_, char *target, const long *ts_) {
  if (rank == 0) { memcpy(target, source, (size_t)size); return; }
  if (rank == 1) {
    long n = shape[0], ss = ss_[0], ts = ts_[0];
    const void *s = source; void *t = target;
    { const void *source = s; void *target = t;
      switch (size) {
        case 1: COPY_INNER(uint8_t) break;
        case 2: COPY_INNER(uint16_t) break;
        case 4: COPY_INNER(uint32_t) break;
        default: COPY_INNER(uint64_t) break;
      } }
    return;
  }
  if (rank == 2 && ts_[1] == 1 && ss_[0] == 1 && ss_[1] != 1 && (size == 4 || size == 8)) {
    // A transpose: squares of 8 by 8, so that both sides stay in cache.
    long r = shape[0], c = shape[1];
#define SQUARES(T)                                                                                                     \
  for (long i = 0; i < r; i += 8)                                                                                      \
    for (long j = 0; j < c; j += 8)                                                                                    \
      for (long x = i; x < i + 8 && x < r; x++)                                                                        \
        for (long y = j; y < j + 8 && y < c; y++) ((T *)target)[x * ts_[0] + y] = ((const T *)source)[x + y * ss_[1]];
    if (size == 4) { SQUARES(uint32_t) } else { SQUARES(uint64_t) }
    return;
  }
  for (long i = 0; i < shape[0]; i++)
    copy(size, rank - 1, shape + 1, source + i * ss_[0] * size, ss_ + 1, target + i * ts_[0] * size, ts_ + 1);
}

void nns_copy(int size, int rank, const long *shape, const void *source, const long *source_strides, void *target,
              const long *target_strides) {
  // Axes of one element vanish and neighbours that lie in one run merge: fewer and longer inner loops.
  long n[8], ss[8], ts[8];
  int r = 0;
  for (int i = 0; i < rank; i++) {
    if (shape[i] == 0) return;
    if (shape[i] == 1) continue;
    if (r && ss[r - 1] == source_strides[i] * shape[i] && ts[r - 1] == target_strides[i] * shape[i]) {
      n[r - 1] *= shape[i]; ss[r - 1] = source_strides[i]; ts[r - 1] = target_strides[i];
    } else {
      n[r] = shape[i]; ss[r] = source_strides[i]; ts[r] = target_strides[i]; r++;
    }
  }
  copy(size, r, n, source, ss, target, ts);
}
