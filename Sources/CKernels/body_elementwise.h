// Functions of one and of two operands. Each operation is a loop of its own that clang turns into vector code.
#define EACH(E) for (long i = 0; i < n; i++) { T v = x[i]; y[i] = (E); } break;
#define PAIRS(E)                                                                                                       \
  if (sa && sb) for (long i = 0; i < n; i++) { T u = a[i], v = b[i]; y[i] = (E); }                                     \
  else if (sa) { T v = *b; for (long i = 0; i < n; i++) { T u = a[i]; y[i] = (E); } }                                  \
  else if (sb) { T u = *a; for (long i = 0; i < n; i++) { T v = b[i]; y[i] = (E); } }                                  \
  else if (n) { T u = *a, v = *b; __auto_type r = (E); for (long i = 0; i < n; i++) y[i] = r; }                        \
  break;

#define EXP NNS_NAME(exp_f32)
#define SIGMOID NNS_NAME(sigmoid_f32)
void NNS_NAME(nns_unary_f32)(nns_unary op, const float *x, float *y, long n, float p) {
  typedef float T;
  switch (op) {
    case NNS_NEG: EACH(-v)
    case NNS_ABS: EACH(fabsf(v))
    case NNS_SIGN: EACH(v > 0 ? 1 : v < 0 ? -1 : v)
    case NNS_SQUARE: EACH(v * v)
    case NNS_SQRT: EACH(sqrtf(v))
    case NNS_RSQRT: EACH(1 / sqrtf(v))
    case NNS_RECIPROCAL: EACH(1 / v)
    case NNS_EXP: EACH(EXP(v))
    case NNS_EXPM1: EACH(NNS_NAME(expm1_f32)(v))
    case NNS_LOG: EACH(NNS_NAME(log_f32)(v))
    case NNS_LOG1P: EACH(NNS_NAME(log1p_f32)(v))
    case NNS_LOG2: EACH(log2f(v))
    case NNS_LOG10: EACH(log10f(v))
    case NNS_SIN:
    case NNS_COS:
      for (long at = 0; at < n; at += 1024) {
        long end = n - at < 1024 ? n : at + 1024;
        int far = 0;
        for (long i = at; i < end; i++) far |= !(fabsf(x[i]) <= 8192.0f);
        if (far) for (long i = at; i < end; i++) y[i] = op == NNS_SIN ? sinf(x[i]) : cosf(x[i]);
        else if (op == NNS_SIN) for (long i = at; i < end; i++) y[i] = NNS_NAME(sine_f32)(x[i], 0);
        else for (long i = at; i < end; i++) y[i] = NNS_NAME(sine_f32)(x[i], 1);
      }
      break;
    case NNS_TAN: EACH(tanf(v))
    case NNS_ASIN: EACH(asinf(v))
    case NNS_ACOS: EACH(acosf(v))
    case NNS_ATAN: EACH(atanf(v))
    case NNS_SINH: EACH(sinhf(v))
    case NNS_COSH: EACH(coshf(v))
    case NNS_TANH: EACH(NNS_NAME(tanh_f32)(v))
    case NNS_FLOOR: EACH(floorf(v))
    case NNS_CEIL: EACH(ceilf(v))
    case NNS_ROUND: EACH(rintf(v))
    case NNS_ERF: EACH(NNS_NAME(erf_f32)(v))
    case NNS_SIGMOID: EACH(SIGMOID(v))
    case NNS_RELU: EACH(v < 0 ? 0 : v)
    case NNS_GELU: EACH(v * 0.5f * (1 + NNS_NAME(erf_f32)(v * 0.70710678118654752440f)))
    case NNS_SILU: EACH(v * SIGMOID(v))
    case NNS_SOFTPLUS: EACH((v > 0 ? v : v != v ? v : 0) + NNS_NAME(log1p_f32)(EXP(-fabsf(v))))
    case NNS_LEAKY_RELU: EACH(v < 0 ? v * p : v)
    case NNS_ELU: EACH(v < 0 ? p * NNS_NAME(expm1_f32)(v) : v)
  }
}
#undef EXP
#undef SIGMOID

#define EXP NNS_NAME(exp_f64)
void NNS_NAME(nns_unary_f64)(nns_unary op, const double *x, double *y, long n, double p) {
  typedef double T;
  switch (op) {
    case NNS_NEG: EACH(-v)
    case NNS_ABS: EACH(fabs(v))
    case NNS_SIGN: EACH(v > 0 ? 1 : v < 0 ? -1 : v)
    case NNS_SQUARE: EACH(v * v)
    case NNS_SQRT: EACH(sqrt(v))
    case NNS_RSQRT: EACH(1 / sqrt(v))
    case NNS_RECIPROCAL: EACH(1 / v)
    case NNS_EXP: EACH(EXP(v))
    case NNS_EXPM1: EACH(expm1(v))
    case NNS_LOG: EACH(NNS_NAME(log_f64)(v))
    case NNS_LOG1P: EACH(log1p(v))
    case NNS_LOG2: EACH(log2(v))
    case NNS_LOG10: EACH(log10(v))
    case NNS_SIN: EACH(sin(v))
    case NNS_COS: EACH(cos(v))
    case NNS_TAN: EACH(tan(v))
    case NNS_ASIN: EACH(asin(v))
    case NNS_ACOS: EACH(acos(v))
    case NNS_ATAN: EACH(atan(v))
    case NNS_SINH: EACH(sinh(v))
    case NNS_COSH: EACH(cosh(v))
    case NNS_TANH: EACH(tanh(v))
    case NNS_FLOOR: EACH(floor(v))
    case NNS_CEIL: EACH(ceil(v))
    case NNS_ROUND: EACH(rint(v))
    case NNS_ERF: EACH(erf(v))
    case NNS_SIGMOID: EACH(1 / (1 + EXP(-v)))
    case NNS_RELU: EACH(v < 0 ? 0 : v)
    case NNS_GELU: EACH(v * 0.5 * erfc(v * -0.70710678118654752440))
    case NNS_SILU: EACH(v * (1 / (1 + EXP(-v))))
    case NNS_SOFTPLUS: EACH((v > 0 ? v : v != v ? v : 0) + log1p(EXP(-fabs(v))))
    case NNS_LEAKY_RELU: EACH(v < 0 ? v * p : v)
    case NNS_ELU: EACH(v < 0 ? p * expm1(v) : v)
  }
}
#undef EXP

/// The remainder whose sign is the divisor's.
INLINE float NNS_NAME(mod_f32)(float u, float v) {
  if (v == 0) return NAN;
  if (isinf(v) && isfinite(u)) return u == 0 || (u > 0) == (v > 0) ? u : v;
  float r = fmodf(u, v);
  return r != 0 && (r < 0) != (v < 0) ? r + v : r;
}
INLINE double NNS_NAME(mod_f64)(double u, double v) {
  if (v == 0) return NAN;
  if (isinf(v) && isfinite(u)) return u == 0 || (u > 0) == (v > 0) ? u : v;
  double r = fmod(u, v);
  return r != 0 && (r < 0) != (v < 0) ? r + v : r;
}

/// Powers: by multiplication where the exponent is a small whole number, through double precision where the base is
/// positive and finite, by the C library elsewhere.
static void NNS_NAME(pow_f32)(const float *a, int sa, const float *b, int sb, float *y, long n) {
  if (!sb && n) {
    float e = *b;
    if (e == 2) { for (long i = 0; i < n; i++) y[i] = a[i * sa] * a[i * sa]; return; }
    if (e == 3) { for (long i = 0; i < n; i++) y[i] = a[i * sa] * a[i * sa] * a[i * sa]; return; }
    if (e == 1) { for (long i = 0; i < n; i++) y[i] = a[i * sa]; return; }
    if (e == -1) { for (long i = 0; i < n; i++) y[i] = 1 / a[i * sa]; return; }
  }
  for (long at = 0; at < n; at += 256) {
    long end = n - at < 256 ? n : at + 256;
    int odd = 0;
    for (long i = at; i < end; i++) { float u = a[i * sa], v = b[i * sb]; odd |= !(u > 0 && u <= 3.4e38f && fabsf(v) <= 3.4e38f); }
    if (odd) for (long i = at; i < end; i++) y[i] = powf(a[i * sa], b[i * sb]);
    else for (long i = at; i < end; i++)
      y[i] = (float)NNS_NAME(exp_f64)((double)b[i * sb] * NNS_NAME(log_f64)((double)a[i * sa]));
  }
}
static void NNS_NAME(pow_f64)(const double *a, int sa, const double *b, int sb, double *y, long n) {
  if (!sb && n && *b == 2) { for (long i = 0; i < n; i++) y[i] = a[i * sa] * a[i * sa]; return; }
  for (long i = 0; i < n; i++) y[i] = pow(a[i * sa], b[i * sb]);
}

#define BINARY(S, TYPE, F, ERF, EXP)                                                                                   \
  void NNS_NAME(nns_binary_##S)(nns_binary op, const TYPE *a, int sa, const TYPE *b, int sb, TYPE *y, long n) {        \
    typedef TYPE T;                                                                                                    \
    switch (op) {                                                                                                      \
      case NNS_ADD: PAIRS(u + v)                                                                                       \
      case NNS_SUB: PAIRS(u - v)                                                                                       \
      case NNS_MUL: PAIRS(u * v)                                                                                       \
      case NNS_DIV: PAIRS(u / v)                                                                                       \
      case NNS_FLOORDIV: PAIRS(F(floor)(u / v))                                                                        \
      case NNS_MOD: PAIRS(NNS_NAME(mod_##S)(u, v))                                                                     \
      case NNS_POW: NNS_NAME(pow_##S)(a, sa, b, sb, y, n); break;                                                      \
      case NNS_MAX: PAIRS(u > v || u != u ? u : v)                                                                     \
      case NNS_MIN: PAIRS(u < v || u != u ? u : v)                                                                     \
      case NNS_ATAN2: PAIRS(F(atan2)(u, v))                                                                            \
      case NNS_RELU_GRADIENT: PAIRS(v > 0 ? u : 0)                                                                     \
      case NNS_SIGMOID_GRADIENT_OF_OUTPUT: PAIRS(u * v * (1 - v))                                                      \
      case NNS_TANH_GRADIENT_OF_OUTPUT: PAIRS(u * (1 - v * v))                                                         \
      case NNS_GELU_GRADIENT:                                                                                          \
        PAIRS(u * ((T)0.5 * (1 + ERF(v * (T)0.70710678118654752440))                                                   \
                   + v * (T)0.39894228040143267794 * EXP((T)-0.5 * v * v)))                                            \
      case NNS_SILU_GRADIENT: PAIRS(u * (1 / (1 + EXP(-v))) * (1 + v * (1 - 1 / (1 + EXP(-v)))))                       \
    }                                                                                                                  \
  }
#define SINGLE(name) name##f
#define DOUBLE(name) name
BINARY(f32, float, SINGLE, NNS_NAME(erf_f32), NNS_NAME(exp_f32))
BINARY(f64, double, DOUBLE, erf, NNS_NAME(exp_f64))

#define COMPARE(S, TYPE)                                                                                               \
  void NNS_NAME(nns_compare_##S)(nns_comparison op, const TYPE *a, int sa, const TYPE *b, int sb, uint8_t *y, long n) { \
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
COMPARE(f32, float)
COMPARE(f64, double)

void NNS_NAME(nns_select_f32)(const uint8_t *c, const float *a, int sa, const float *b, int sb, float *y, long n) {
  if (sa && sb) for (long i = 0; i < n; i++) { float u = a[i], v = b[i]; y[i] = c[i] ? u : v; }
  else for (long i = 0; i < n; i++) y[i] = c[i] ? a[i * sa] : b[i * sb];
}

#define SIMPLE(T, S)                                                                                                   \
  void NNS_NAME(nns_clip_##S)(const T *x, T lo, T hi, T *y, long n) {                                                  \
    for (long i = 0; i < n; i++) { T v = x[i]; v = v < lo ? lo : v; y[i] = v > hi ? hi : v; }                          \
  }                                                                                                                    \
  void NNS_NAME(nns_axpy_##S)(T a, const T *x, T *y, long n) { for (long i = 0; i < n; i++) y[i] += a * x[i]; }
SIMPLE(float, f32)
SIMPLE(double, f64)

/// The divisor d for which `table[i] == i / d` exactly, or 0: scaled pixels, whose bytes are then converted, not looked up.
static float NNS_NAME(divisor)(const float *table) {
  if (!(table[1] > 0) || table[0] != 0) return 0;
  float d = rintf(1.0f / table[1]);
  int odd = 0;
  for (int i = 0; i < 256; i++) odd |= table[i] != (float)i / d;
  return odd ? 0 : d;
}
void NNS_NAME(nns_lookup_f32)(const uint8_t *x, const float *table, float *y, long n) {
  float d = n >= 1024 ? NNS_NAME(divisor)(table) : 0;
  if (d > 0) for (long i = 0; i < n; i++) y[i] = (float)x[i] / d;
  else for (long i = 0; i < n; i++) y[i] = table[x[i]];
}
void NNS_NAME(nns_lookup_rows_f32)(const uint8_t *x, const long *row, long rows, long width, const float *table, float *y) {
  float d = rows * width >= 1024 ? NNS_NAME(divisor)(table) : 0;
  for (long r = 0; r < rows; r++, y += width) {
    const uint8_t *from = x + row[r] * width;
    // Rows are drawn at random: the one after next is fetched while this one is converted.
    if (r + 2 < rows)
      for (long i = 0; i < width; i += 64) __builtin_prefetch(x + row[r + 2] * width + i);
    if (d > 0) for (long i = 0; i < width; i++) y[i] = (float)from[i] / d;
    else for (long i = 0; i < width; i++) y[i] = table[from[i]];
  }
}
#undef EACH
#undef PAIRS
#undef BINARY
#undef COMPARE
#undef SIMPLE
