#include "CKernels.h"

// Whole numbers, whose overflow is an error.
static inline int64_t floordiv(int64_t u, int64_t v) { int64_t q = u / v; return u % v != 0 && (u < 0) != (v < 0) ? q - 1 : q; }
static inline int64_t floormod(int64_t u, int64_t v) { int64_t r = u % v; return r != 0 && (r < 0) != (v < 0) ? r + v : r; }

int nns_binary_i64(nns_binary op, const int64_t *a, int a_step, const int64_t *b, int b_step, int64_t *y, long n) {
  int bad = 0;
#define INTS(E) for (long i = 0; i < n; i++) { int64_t u = a[i * a_step], v = b[i * b_step], r = 0; E; y[i] = r; } break;
  switch (op) {
    case NNS_ADD: INTS(bad |= __builtin_add_overflow(u, v, &r))
    case NNS_SUB: INTS(bad |= __builtin_sub_overflow(u, v, &r))
    case NNS_MUL: INTS(bad |= __builtin_mul_overflow(u, v, &r))
    case NNS_FLOORDIV: INTS(
      if (v == 0) bad |= 2; else if (v == -1) bad |= __builtin_sub_overflow((int64_t)0, u, &r); else r = floordiv(u, v))
    case NNS_MOD: INTS(if (v == 0) bad |= 2; else if (v != -1) r = floormod(u, v))
    case NNS_MAX: INTS(r = u > v ? u : v)
    case NNS_MIN: INTS(r = u < v ? u : v)
    default: return 1;
  }
  return bad & 2 ? 2 : bad;
}


#define ORDER(E)                                                                                                       \
  for (long i = 0; i < n; i++) { int64_t u = a[i * a_step], v = b[i * b_step]; y[i] = (E); } break;
void nns_compare_i64(nns_comparison op, const int64_t *a, int a_step, const int64_t *b, int b_step, uint8_t *y, long n) {
  switch (op) {
    case NNS_EQUAL: ORDER(u == v)
    case NNS_NOT_EQUAL: ORDER(u != v)
    case NNS_LESS: ORDER(u < v)
    case NNS_LESS_EQUAL: ORDER(u <= v)
    case NNS_GREATER: ORDER(u > v)
    case NNS_GREATER_EQUAL: ORDER(u >= v)
  }
}

#define FINITE(T, S)                                                                                                   \
  int nns_all_finite_##S(const T *x, long n) {                                                                         \
    for (long i = 0; i < n;) {                                                                                         \
      long end = i + 4096 < n ? i + 4096 : n; int bad = 0;                                                             \
      for (; i < end; i++) bad |= !(x[i] - x[i] == 0);                                                                 \
      if (bad) return 0;                                                                                               \
    }                                                                                                                  \
    return 1;                                                                                                          \
  }
FINITE(float, f32)
FINITE(double, f64)
