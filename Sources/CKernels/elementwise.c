#include "CKernels.h"
#include <math.h>

#define EACH(E) for (long i = 0; i < n; i++) { T v = x[i]; y[i] = (E); } break;
#define UNARY(NAME, TYPE, F)                                                                                           \
  void NAME(nns_unary op, const TYPE *x, TYPE *y, long n, TYPE p) {                                                    \
    typedef TYPE T;                                                                                                    \
    switch (op) {                                                                                                      \
      case NNS_NEG: EACH(-v)                                                                                           \
      case NNS_ABS: EACH(F(fabs)(v))                                                                                   \
      case NNS_SIGN: EACH(v > 0 ? 1 : v < 0 ? -1 : v)                                                                  \
      case NNS_SQUARE: EACH(v * v)                                                                                     \
      case NNS_SQRT: EACH(F(sqrt)(v))                                                                                  \
      case NNS_RSQRT: EACH(1 / F(sqrt)(v))                                                                             \
      case NNS_RECIPROCAL: EACH(1 / v)                                                                                 \
      case NNS_EXP: EACH(F(exp)(v))                                                                                    \
      case NNS_EXPM1: EACH(F(expm1)(v))                                                                                \
      case NNS_LOG: EACH(F(log)(v))                                                                                    \
      case NNS_LOG1P: EACH(F(log1p)(v))                                                                                \
      case NNS_LOG2: EACH(F(log2)(v))                                                                                  \
      case NNS_LOG10: EACH(F(log10)(v))                                                                                \
      case NNS_SIN: EACH(F(sin)(v))                                                                                    \
      case NNS_COS: EACH(F(cos)(v))                                                                                    \
      case NNS_TAN: EACH(F(tan)(v))                                                                                    \
      case NNS_ASIN: EACH(F(asin)(v))                                                                                  \
      case NNS_ACOS: EACH(F(acos)(v))                                                                                  \
      case NNS_ATAN: EACH(F(atan)(v))                                                                                  \
      case NNS_SINH: EACH(F(sinh)(v))                                                                                  \
      case NNS_COSH: EACH(F(cosh)(v))                                                                                  \
      case NNS_TANH: EACH(F(tanh)(v))                                                                                  \
      case NNS_FLOOR: EACH(F(floor)(v))                                                                                \
      case NNS_CEIL: EACH(F(ceil)(v))                                                                                  \
      case NNS_ROUND: EACH(F(rint)(v))                                                                                 \
      case NNS_ERF: EACH(F(erf)(v))                                                                                    \
      case NNS_SIGMOID: EACH(1 / (1 + F(exp)(-v)))                                                                     \
      case NNS_RELU: EACH(v < 0 ? 0 : v)                                                                               \
      case NNS_GELU: EACH(v * (T)0.5 * (1 + F(erf)(v * (T)0.70710678118654752440)))                                    \
      case NNS_SILU: EACH(v / (1 + F(exp)(-v)))                                                                        \
      case NNS_SOFTPLUS: EACH((v > 0 ? v : 0) + F(log1p)(F(exp)(-F(fabs)(v))))                                         \
      case NNS_LEAKY_RELU: EACH(v < 0 ? v * p : v)                                                                     \
      case NNS_ELU: EACH(v < 0 ? p * F(expm1)(v) : v)                                                                  \
    }                                                                                                                  \
  }
#define SINGLE(name) name##f
#define DOUBLE(name) name
UNARY(nns_unary_f32, float, SINGLE)
UNARY(nns_unary_f64, double, DOUBLE)

#define PAIRS(E)                                                                                                       \
  if (a_step && b_step) for (long i = 0; i < n; i++) { T u = a[i], v = b[i]; y[i] = (E); }                             \
  else if (a_step) { T v = *b; for (long i = 0; i < n; i++) { T u = a[i]; y[i] = (E); } }                              \
  else if (b_step) { T u = *a; for (long i = 0; i < n; i++) { T v = b[i]; y[i] = (E); } }                              \
  else if (n) { T u = *a, v = *b; __auto_type r = (E); for (long i = 0; i < n; i++) y[i] = r; }                        \
  break;

#define FLOORMOD(NAME, T, F)                                                                                           \
  static inline T NAME(T u, T v) {                                                                                     \
    if (v == 0) return (T)NAN;                                                                                         \
    if (isinf(v) && isfinite(u)) return u == 0 || (u > 0) == (v > 0) ? u : v;                                          \
    T r = F(fmod)(u, v);                                                                                               \
    return r != 0 && (r < 0) != (v < 0) ? r + v : r;                                                                   \
  }
FLOORMOD(mod_f32, float, SINGLE)
FLOORMOD(mod_f64, double, DOUBLE)

#define BINARY(NAME, TYPE, F, MOD)                                                                                     \
  void NAME(nns_binary op, const TYPE *a, int a_step, const TYPE *b, int b_step, TYPE *y, long n) {                    \
    typedef TYPE T;                                                                                                    \
    switch (op) {                                                                                                      \
      case NNS_ADD: PAIRS(u + v)                                                                                       \
      case NNS_SUB: PAIRS(u - v)                                                                                       \
      case NNS_MUL: PAIRS(u * v)                                                                                       \
      case NNS_DIV: PAIRS(u / v)                                                                                       \
      case NNS_FLOORDIV: PAIRS(F(floor)(u / v))                                                                        \
      case NNS_MOD: PAIRS(MOD(u, v))                                                                                   \
      case NNS_POW: PAIRS(F(pow)(u, v))                                                                                \
      case NNS_MAX: PAIRS(u > v || u != u ? u : v)                                                                     \
      case NNS_MIN: PAIRS(u < v || u != u ? u : v)                                                                     \
      case NNS_ATAN2: PAIRS(F(atan2)(u, v))                                                                            \
      case NNS_RELU_GRADIENT: PAIRS(v > 0 ? u : 0)                                                                     \
      case NNS_SIGMOID_GRADIENT_OF_OUTPUT: PAIRS(u * v * (1 - v))                                                      \
      case NNS_TANH_GRADIENT_OF_OUTPUT: PAIRS(u * (1 - v * v))                                                         \
      case NNS_GELU_GRADIENT:                                                                                          \
        PAIRS(u * ((T)0.5 * (1 + F(erf)(v * (T)0.70710678118654752440))                                                \
                   + v * (T)0.39894228040143267794 * F(exp)((T)-0.5 * v * v)))                                         \
      case NNS_SILU_GRADIENT: PAIRS(u * (1 / (1 + F(exp)(-v))) * (1 + v * (1 - 1 / (1 + F(exp)(-v)))))                 \
    }                                                                                                                  \
  }
BINARY(nns_binary_f32, float, SINGLE, mod_f32)
BINARY(nns_binary_f64, double, DOUBLE, mod_f64)

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

#define COMPARE(NAME, TYPE)                                                                                            \
  void NAME(nns_comparison op, const TYPE *a, int a_step, const TYPE *b, int b_step, uint8_t *y, long n) {             \
    typedef TYPE T;                                                                                                    \
    switch (op) {                                                                                                      \
      case NNS_EQUAL: PAIRS(u == v)                                                                                    \
      case NNS_NOT_EQUAL: PAIRS(u != v)                                                                                \
      case NNS_LESS: PAIRS(u < v)                                                                                      \
      case NNS_LESS_EQUAL: PAIRS(u <= v)                                                                               \
      case NNS_GREATER: PAIRS(u > v)                                                                                   \
      case NNS_GREATER_EQUAL: PAIRS(u >= v)                                                                            \
    }                                                                                                                  \
  }
COMPARE(nns_compare_f32, float)
COMPARE(nns_compare_f64, double)
COMPARE(nns_compare_i64, int64_t)

void nns_select_f32(const uint8_t *c, const float *a, int a_step, const float *b, int b_step, float *y, long n) {
  for (long i = 0; i < n; i++) y[i] = c[i] ? a[i * a_step] : b[i * b_step];
}

#define SIMPLE(T, S)                                                                                                   \
  void nns_clip_##S(const T *x, T lowest, T highest, T *y, long n) {                                                   \
    for (long i = 0; i < n; i++) { T v = x[i]; v = v < lowest ? lowest : v; y[i] = v > highest ? highest : v; }        \
  }                                                                                                                    \
  int nns_all_finite_##S(const T *x, long n) {                                                                         \
    for (long i = 0; i < n;) {                                                                                         \
      long end = i + 4096 < n ? i + 4096 : n; int bad = 0;                                                             \
      for (; i < end; i++) bad |= !(x[i] - x[i] == 0);                                                                 \
      if (bad) return 0;                                                                                               \
    }                                                                                                                  \
    return 1;                                                                                                          \
  }                                                                                                                    \
  void nns_axpy_##S(T a, const T *x, T *y, long n) { for (long i = 0; i < n; i++) y[i] += a * x[i]; }
SIMPLE(float, f32)
SIMPLE(double, f64)
