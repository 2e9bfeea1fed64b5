// Picks the kernels for the processor at hand, once, and defines the public names.
#include "kernel_table.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

extern const nns_kernel_table nns_table_plain;
#if defined(__x86_64__)
extern const nns_kernel_table nns_table_avx2, nns_table_avx512;
#endif

static _Atomic(const nns_kernel_table *) chosen;
static const char *name = "plain";

static __attribute__((noinline)) const nns_kernel_table *choose(void) {
  const nns_kernel_table *t = &nns_table_plain;
#if defined(__x86_64__)
  // NNS_KERNELS=plain or avx2 asks for less than the machine has: for tests, and to compare.
  const char *wish = getenv("NNS_KERNELS");
  __builtin_cpu_init();
  if (!(wish && !strcmp(wish, "plain")) && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    t = &nns_table_avx2;
    name = "avx2";
    if (!(wish && !strcmp(wish, "avx2")) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
      t = &nns_table_avx512;
      name = "avx512";
    }
  }
#endif
  atomic_store_explicit(&chosen, t, memory_order_release);
  return t;
}

static inline const nns_kernel_table *kernels(void) {
  const nns_kernel_table *t = atomic_load_explicit(&chosen, memory_order_acquire);
  return t ? t : choose();
}

const char *nns_kernel_target(void) {
  kernels();
  return name;
}

// Long elementwise work and tall products go to all threads. No result depends on the cut.
enum { LONG = 1 << 16, GRAIN = 1 << 12 };

typedef struct { int op; const void *x; void *y; double p; } Unary;
static void unary_f32(void *c, long i, long j) {
  Unary *u = c;
  kernels()->nns_unary_f32(u->op, (const float *)u->x + i, (float *)u->y + i, j - i, (float)u->p);
}
static void unary_f64(void *c, long i, long j) {
  Unary *u = c;
  kernels()->nns_unary_f64(u->op, (const double *)u->x + i, (double *)u->y + i, j - i, u->p);
}
void nns_unary_f32(nns_unary op, const float *x, float *y, long n, float p) {
  if (n < LONG) return kernels()->nns_unary_f32(op, x, y, n, p);
  Unary u = {(int)op, x, y, p};
  nns_parallel(n, GRAIN, unary_f32, &u);
}
void nns_unary_f64(nns_unary op, const double *x, double *y, long n, double p) {
  if (n < LONG) return kernels()->nns_unary_f64(op, x, y, n, p);
  Unary u = {(int)op, x, y, p};
  nns_parallel(n, GRAIN, unary_f64, &u);
}

typedef struct { int op; const void *a; int sa; const void *b; int sb; void *y; } Binary;
static void binary_f32(void *c, long i, long j) {
  Binary *u = c;
  kernels()->nns_binary_f32(u->op, (const float *)u->a + i * u->sa, u->sa, (const float *)u->b + i * u->sb, u->sb,
                            (float *)u->y + i, j - i);
}
static void binary_f64(void *c, long i, long j) {
  Binary *u = c;
  kernels()->nns_binary_f64(u->op, (const double *)u->a + i * u->sa, u->sa, (const double *)u->b + i * u->sb, u->sb,
                            (double *)u->y + i, j - i);
}
void nns_binary_f32(nns_binary op, const float *a, int sa, const float *b, int sb, float *y, long n) {
  if (n < LONG) return kernels()->nns_binary_f32(op, a, sa, b, sb, y, n);
  Binary u = {(int)op, a, sa, b, sb, y};
  nns_parallel(n, GRAIN, binary_f32, &u);
}
void nns_binary_f64(nns_binary op, const double *a, int sa, const double *b, int sb, double *y, long n) {
  if (n < LONG) return kernels()->nns_binary_f64(op, a, sa, b, sb, y, n);
  Binary u = {(int)op, a, sa, b, sb, y};
  nns_parallel(n, GRAIN, binary_f64, &u);
}

typedef struct { const nns_adam *s; void *p; const void *g; void *m, *v; } Adam;
static void adam_f32(void *c, long i, long j) {
  Adam *a = c;
  kernels()->nns_adam_f32(a->s, (float *)a->p + i, (const float *)a->g + i, (float *)a->m + i, (float *)a->v + i, j - i);
}
void nns_adam_f32(const nns_adam *s, float *p, const float *g, float *m, float *v, long n) {
  if (n < LONG) return kernels()->nns_adam_f32(s, p, g, m, v, n);
  Adam a = {s, p, g, m, v};
  nns_parallel(n, GRAIN, adam_f32, &a);
}

typedef struct { const uint8_t *x; const float *table; float *y; } Lookup;
static void lookup(void *c, long i, long j) {
  Lookup *l = c;
  kernels()->nns_lookup_f32(l->x + i, l->table, l->y + i, j - i);
}
void nns_lookup_f32(const uint8_t *x, const float *table, float *y, long n) {
  if (n < LONG) return kernels()->nns_lookup_f32(x, table, y, n);
  Lookup l = {x, table, y};
  nns_parallel(n, GRAIN, lookup, &l);
}

static void product_f32(void *c, long i, long j) { kernels()->nns_product_rows_f32(c, i, j); }
static void product_f64(void *c, long i, long j) { kernels()->nns_product_rows_f64(c, i, j); }
static int worth_sharing(const nns_product *p) {
  return p->m >= 16 && (double)p->m * (double)p->n * (double)p->k >= 1e6;
}
void nns_product_f32(const nns_product *p) {
  if (worth_sharing(p)) nns_parallel(p->m, 8, product_f32, (void *)p);
  else product_f32((void *)p, 0, p->m);
}
void nns_product_f64(const nns_product *p) {
  if (worth_sharing(p)) nns_parallel(p->m, 8, product_f64, (void *)p);
  else product_f64((void *)p, 0, p->m);
}

#define PUBLIC(kernel, parameters, arguments) void kernel parameters { kernels()->kernel arguments; }
NNS_PLAIN_KERNELS(PUBLIC)
