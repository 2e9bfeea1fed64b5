#include "CKernels.h"

int nns_reduce_i64(nns_reduction op, const int64_t *x, int64_t *y, long outer, long n, long inner) {
  int bad = 0;
  for (long o = 0; o < outer; o++)
    for (long j = 0; j < inner; j++) {
      const int64_t *p = x + o * n * inner + j;
      int64_t r = op == NNS_REDUCE_SUM ? 0 : op == NNS_REDUCE_PRODUCT ? 1 : n ? p[0] : 0;
      for (long i = 0; i < n; i++) {
        int64_t v = p[i * inner];
        switch (op) {
          case NNS_REDUCE_SUM: bad |= __builtin_add_overflow(r, v, &r); break;
          case NNS_REDUCE_PRODUCT: bad |= __builtin_mul_overflow(r, v, &r); break;
          case NNS_REDUCE_MAX: r = v > r ? v : r; break;
          case NNS_REDUCE_MIN: r = v < r ? v : r; break;
        }
      }
      y[o * inner + j] = r;
    }
  return bad;
}

#define ARG(T, S)                                                                                                      \
  void nns_arg_##S(int smallest, const T *x, int64_t *y, long outer, long n, long inner) {                             \
    for (long o = 0; o < outer; o++)                                                                                   \
      for (long j = 0; j < inner; j++) {                                                                               \
        const T *p = x + o * n * inner + j; T best = p[0]; long at = 0;                                                \
        for (long i = 1; i < n && best == best; i++) {                                                                 \
          T v = p[i * inner];                                                                                          \
          if (smallest ? v < best || v != v : v > best || v != v) best = v, at = i;                                    \
        }                                                                                                              \
        y[o * inner + j] = at;                                                                                         \
      }                                                                                                                \
  }
ARG(float, f32)
ARG(double, f64)
ARG(int64_t, i64)
