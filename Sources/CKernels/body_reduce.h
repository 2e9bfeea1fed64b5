// Sums, products and extremes of [outer, n, inner] over n.
#define LARGER(u, v) ((u) > (v) || (u) != (u) ? (u) : (v))
#define SMALLER(u, v) ((u) < (v) || (u) != (u) ? (u) : (v))

// Long sums: blocks of 4096 in 32 lanes, the blocks' sums in double; the order depends on n alone.
#define SUM_ROW(T, S)                                                                                                  \
  static double NNS_NAME(sum_row_##S)(const T *x, long n) {                                                                      \
    double total = 0;                                                                                                  \
    for (long at = 0; at < n; at += 4096) {                                                                            \
      long end = n - at < 4096 ? n - at : 4096, i = 0;                                                                 \
      T lanes[32] = {0};                                                                                               \
      for (; i + 32 <= end; i += 32) for (int k = 0; k < 32; k++) lanes[k] += x[at + i + k];                           \
      T rest = 0;                                                                                                      \
      for (; i < end; i++) rest += x[at + i];                                                                          \
      for (int w = 16; w; w /= 2) for (int k = 0; k < w; k++) lanes[k] += lanes[k + w];                                \
      total += (double)lanes[0] + (double)rest;                                                                        \
    }                                                                                                                  \
    return total;                                                                                                      \
  }
SUM_ROW(float, f32)
SUM_ROW(double, f64)

#define FOLD(E)                                                                                                        \
  for (long o = 0; o < outer; o++) {                                                                                   \
    const T *p = x + o * n * inner; T *q = y + o * inner;                                                              \
    for (long j = 0; j < inner; j++) q[j] = p[j];                                                                      \
    for (long i = 1; i < n; i++) { p += inner; for (long j = 0; j < inner; j++) { T u = q[j], v = p[j]; q[j] = (E); } } \
  }
#define FOLD_ROW(E)                                                                                                    \
  for (long o = 0; o < outer; o++) {                                                                                   \
    const T *p = x + o * n; long i = 0; T r;                                                                           \
    if (n >= 32) {                                                                                                     \
      T lanes[32]; for (int k = 0; k < 32; k++) lanes[k] = p[k];                                                       \
      for (i = 32; i + 32 <= n; i += 32) for (int k = 0; k < 32; k++) { T u = lanes[k], v = p[i + k]; lanes[k] = (E); } \
      r = lanes[0]; for (int k = 1; k < 32; k++) { T u = r, v = lanes[k]; r = (E); }                                   \
    } else { r = p[0]; i = 1; }                                                                                        \
    for (; i < n; i++) { T u = r, v = p[i]; r = (E); }                                                                 \
    y[o] = r;                                                                                                          \
  }

#define REDUCE(T_, S)                                                                                                  \
  void NNS_NAME(nns_reduce_##S)(nns_reduction op, const T_ *x, T_ *y, long outer, long n, long inner) {                          \
    typedef T_ T;                                                                                                      \
    if (n == 0) {                                                                                                      \
      T v = op == NNS_REDUCE_SUM ? 0 : op == NNS_REDUCE_PRODUCT ? 1 : op == NNS_REDUCE_MAX ? (T)-INFINITY : (T)INFINITY; \
      for (long i = 0; i < outer * inner; i++) y[i] = v;                                                               \
      return;                                                                                                          \
    }                                                                                                                  \
    switch (op) {                                                                                                      \
      case NNS_REDUCE_SUM:                                                                                             \
        if (inner == 1) for (long o = 0; o < outer; o++) y[o] = (T)NNS_NAME(sum_row_##S)(x + o * n, n);                          \
        else FOLD(u + v)                                                                                               \
        break;                                                                                                         \
      case NNS_REDUCE_PRODUCT: FOLD(u * v) break;                                                                      \
      case NNS_REDUCE_MAX: if (inner == 1) FOLD_ROW(LARGER(u, v)) else FOLD(LARGER(u, v)) break;                       \
      case NNS_REDUCE_MIN: if (inner == 1) FOLD_ROW(SMALLER(u, v)) else FOLD(SMALLER(u, v)) break;                     \
    }                                                                                                                  \
  }
REDUCE(float, f32)
REDUCE(double, f64)
#undef LARGER
#undef SMALLER
#undef FOLD
#undef FOLD_ROW
#undef REDUCE
#undef SUM_ROW
