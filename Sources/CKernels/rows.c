#include "CKernels.h"
#include <math.h>

#define ROWS(T, S, F)                                                                                                  \
  static T largest_##S(const T *x, long n) { T m = x[0]; for (long i = 1; i < n; i++) m = x[i] > m || x[i] != x[i] ? x[i] : m; return m; } \
  static T exponentials_##S(const T *x, T m, T *y, long n) { T s = 0; for (long i = 0; i < n; i++) { y[i] = F(exp)(x[i] - m); s += y[i]; } return s; } \
  static T shift_##S(T m) { return isfinite(m) ? m : m < 0 ? 0 : m; }                                                  \
  void nns_softmax_##S(const T *x, T *y, long rows, long n) {                                                          \
    for (long r = 0; r < rows && n; r++, x += n, y += n) {                                                             \
      T s = 1 / exponentials_##S(x, shift_##S(largest_##S(x, n)), y, n);                                               \
      for (long i = 0; i < n; i++) y[i] *= s;                                                                          \
    }                                                                                                                  \
  }                                                                                                                    \
  void nns_log_softmax_##S(const T *x, T *y, long rows, long n) {                                                      \
    for (long r = 0; r < rows && n; r++, x += n, y += n) {                                                             \
      T m = shift_##S(largest_##S(x, n)), s = 0;                                                                       \
      for (long i = 0; i < n; i++) s += F(exp)(x[i] - m);                                                              \
      m += F(log)(s);                                                                                                  \
      for (long i = 0; i < n; i++) y[i] = x[i] - m;                                                                    \
    }                                                                                                                  \
  }                                                                                                                    \
  void nns_softmax_gradient_##S(const T *g, const T *y, T *dx, long rows, long n) {                                    \
    for (long r = 0; r < rows; r++, g += n, y += n, dx += n) {                                                         \
      T s = 0; for (long i = 0; i < n; i++) s += g[i] * y[i];                                                          \
      for (long i = 0; i < n; i++) dx[i] = y[i] * (g[i] - s);                                                          \
    }                                                                                                                  \
  }                                                                                                                    \
  void nns_cross_entropy_##S(const T *x, const int64_t *label, T *loss, T *probability, long rows, long n) {           \
    for (long r = 0; r < rows && n; r++, x += n, probability += n) {                                                   \
      T m = shift_##S(largest_##S(x, n)), at = x[label[r]], s = exponentials_##S(x, m, probability, n), k = 1 / s;     \
      for (long i = 0; i < n; i++) probability[i] *= k;                                                                \
      loss[r] = m + F(log)(s) - at;                                                                                    \
    }                                                                                                                  \
  }                                                                                                                    \
  void nns_cross_entropy_gradient_##S(const T *probability, const int64_t *label, const T *g, int g_step, T *dx,       \
                                      long rows, long n) {                                                             \
    for (long r = 0; r < rows; r++, probability += n, dx += n) {                                                       \
      T s = g[r * g_step];                                                                                             \
      for (long i = 0; i < n; i++) dx[i] = probability[i] * s;                                                         \
      dx[label[r]] -= s;                                                                                               \
    }                                                                                                                  \
  }
#define SINGLE(name) name##f
#define DOUBLE(name) name
ROWS(float, f32, SINGLE)
ROWS(double, f64, DOUBLE)
