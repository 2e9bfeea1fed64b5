// Softmax and its relatives over rows of n. A row is read in chunks of 16 lanes, its end padded with -inf, so that rows
// of ten classes are vector code too.
#define LANES 16
#define TAIL(T, x)                                                                                                     \
  long full = n / LANES * LANES, rest = n - full;                                                                      \
  T tail[LANES];                                                                                                       \
  for (long k = 0; k < LANES; k++) tail[k] = (T)-INFINITY;                                                             \
  for (long k = 0; k < rest; k++) tail[k] = x[full + k];

#define ROWS_OF(T, S, F)                                                                                               \
  INLINE T NNS_NAME(largest_##S)(const T *x, const T *tail, long full) {                                               \
    T m[LANES];                                                                                                        \
    for (int k = 0; k < LANES; k++) m[k] = tail[k];                                                                    \
    for (long i = 0; i < full; i += LANES)                                                                             \
      for (int k = 0; k < LANES; k++) { T v = x[i + k]; m[k] = v > m[k] || v != v ? v : m[k]; }                        \
    for (int w = LANES / 2; w; w /= 2)                                                                                 \
      for (int k = 0; k < w; k++) m[k] = m[k + w] > m[k] || m[k + w] != m[k + w] ? m[k + w] : m[k];                    \
    /* An infinite peak would give inf - inf. */                                                                       \
    return m[0] == (T)-INFINITY ? 0 : m[0];                                                                            \
  }                                                                                                                    \
  INLINE T NNS_NAME(add_lanes_##S)(T *s) {                                                                             \
    for (int w = LANES / 2; w; w /= 2) for (int k = 0; k < w; k++) s[k] += s[k + w];                                   \
    return s[0];                                                                                                       \
  }                                                                                                                    \
  /* The sum of exp(x - m), and the terms themselves where y is not null. */                                           \
  INLINE T NNS_NAME(terms_##S)(const T *x, T *tail, long full, long rest, T m, T *y) {                                 \
    T s[LANES] = {0};                                                                                                  \
    for (long i = 0; i < full; i += LANES)                                                                             \
      for (int k = 0; k < LANES; k++) { T e = NNS_NAME(exp_##S)(x[i + k] - m); if (y) y[i + k] = e; s[k] += e; }       \
    for (int k = 0; k < LANES; k++) { tail[k] = NNS_NAME(exp_##S)(tail[k] - m); s[k] += tail[k]; }                     \
    if (y) for (long k = 0; k < rest; k++) y[full + k] = tail[k];                                                      \
    return NNS_NAME(add_lanes_##S)(s);                                                                                 \
  }                                                                                                                    \
  void NNS_NAME(nns_softmax_##S)(const T *x, T *y, long rows, long n) {                                                \
    for (long r = 0; r < rows && n; r++, x += n, y += n) {                                                             \
      TAIL(T, x)                                                                                                       \
      T s = 1 / NNS_NAME(terms_##S)(x, tail, full, rest, NNS_NAME(largest_##S)(x, tail, full), y);                     \
      for (long i = 0; i < n; i++) y[i] *= s;                                                                          \
    }                                                                                                                  \
  }                                                                                                                    \
  void NNS_NAME(nns_log_softmax_##S)(const T *x, T *y, long rows, long n) {                                            \
    for (long r = 0; r < rows && n; r++, x += n, y += n) {                                                             \
      TAIL(T, x)                                                                                                       \
      T m = NNS_NAME(largest_##S)(x, tail, full);                                                                      \
      m += F(log)(NNS_NAME(terms_##S)(x, tail, full, rest, m, 0));                                                     \
      for (long i = 0; i < n; i++) y[i] = x[i] - m;                                                                    \
    }                                                                                                                  \
  }                                                                                                                    \
  void NNS_NAME(nns_softmax_gradient_##S)(const T *g, const T *y, T *dx, long rows, long n) {                          \
    for (long r = 0; r < rows; r++, g += n, y += n, dx += n) {                                                         \
      T lanes[LANES] = {0};                                                                                            \
      long i = 0;                                                                                                      \
      for (; i + LANES <= n; i += LANES) for (int k = 0; k < LANES; k++) lanes[k] += g[i + k] * y[i + k];              \
      for (int k = 0; i < n; i++, k++) lanes[k] += g[i] * y[i];                                                        \
      T s = NNS_NAME(add_lanes_##S)(lanes);                                                                            \
      for (i = 0; i < n; i++) dx[i] = y[i] * (g[i] - s);                                                               \
    }                                                                                                                  \
  }                                                                                                                    \
  void NNS_NAME(nns_cross_entropy_##S)(const T *x, const int64_t *label, T *loss, T *p, long rows, long n) {           \
    for (long r = 0; r < rows && n; r++, x += n, p += n) {                                                             \
      TAIL(T, x)                                                                                                       \
      T at = x[label[r]], m = NNS_NAME(largest_##S)(x, tail, full);                                                    \
      T s = NNS_NAME(terms_##S)(x, tail, full, rest, m, p), k = 1 / s;                                                 \
      for (long i = 0; i < n; i++) p[i] *= k;                                                                          \
      loss[r] = m + F(log)(s) - at;                                                                                    \
    }                                                                                                                  \
  }                                                                                                                    \
  void NNS_NAME(nns_cross_entropy_gradient_##S)(const T *p, const int64_t *label, const T *g, int gs, T *dx,           \
                                                long rows, long n) {                                                   \
    for (long r = 0; r < rows; r++, p += n, dx += n) {                                                                 \
      T s = g[r * gs];                                                                                                 \
      for (long i = 0; i < n; i++) dx[i] = p[i] * s;                                                                   \
      dx[label[r]] -= s;                                                                                               \
    }                                                                                                                  \
  }
#define SINGLE(name) name##f
#define DOUBLE(name) name
ROWS_OF(float, f32, SINGLE)
ROWS_OF(double, f64, DOUBLE)
#undef ROWS_OF
#undef TAIL
#undef LANES
