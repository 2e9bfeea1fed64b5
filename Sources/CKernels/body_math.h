// Elementary functions without branches, so that loops over them become vector code: errors of an ulp or two.
// Single precision follows Moshier's Cephes and Juffa's erf; double precision Sun's fdlibm for the logarithm.
#include <math.h>
#include <string.h>
#define INLINE static inline __attribute__((always_inline))

#ifndef NNS_BITS
#define NNS_BITS
// Whole-number arithmetic on the bits of any float, nan too, wraps: it is done without a sign.
INLINE int32_t bits_f32(float x) { int32_t i; memcpy(&i, &x, 4); return i; }
INLINE float float_of(int32_t i) { float x; memcpy(&x, &i, 4); return x; }
INLINE int64_t bits_f64(double x) { int64_t i; memcpy(&i, &x, 8); return i; }
INLINE double double_of(int64_t i) { double x; memcpy(&x, &i, 8); return x; }
#endif

/// exp: x = n ln2 + r, a polynomial in r, and 2^n in two steps so that the ends of the range come out right.
INLINE float NNS_NAME(exp_f32)(float x) {
  float c = x > 89.0f ? 89.0f : x;
  c = c < -104.0f ? -104.0f : c;
  float shifted = c * 1.44269504f + 12582912.0f, n = shifted - 12582912.0f;
  float r = c - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r;
  int32_t e = (int32_t)((uint32_t)bits_f32(shifted) - 0x4b400000u), half = e >> 1;
  // exp(r) - 1 is scaled before the 1 is added by the first factor: (1 + p) 2^half 2^rest.
  return (1.0f + p) * float_of((int32_t)((uint32_t)(half + 127) << 23)) * float_of((int32_t)((uint32_t)(e - half + 127) << 23));
}

/// exp(x) - 1 without the loss near 0.
INLINE float NNS_NAME(expm1_f32)(float x) {
  float p = 2.7557319e-6f;  // 1/9! … 1/2!
  p = p * x + 2.4801587e-5f;
  p = p * x + 1.9841270e-4f;
  p = p * x + 1.3888889e-3f;
  p = p * x + 8.3333333e-3f;
  p = p * x + 4.1666667e-2f;
  p = p * x + 1.6666667e-1f;
  p = p * x + 0.5f;
  float small = x + x * x * p, large = NNS_NAME(exp_f32)(x) - 1.0f;
  return fabsf(x) < 0.5f ? small : large;
}

/// log: x = 2^e m with m in [sqrt(1/2), sqrt(2)), and a polynomial in m - 1.
INLINE float NNS_NAME(log_f32)(float x) {
  int tiny = x < 1.17549435e-38f;
  float y = tiny ? x * 8388608.0f : x;
  int32_t i = (int32_t)((uint32_t)bits_f32(y) - 0x3f3504f3u), e = (i >> 23) - (tiny ? 23 : 0);
  float m = float_of((i & 0x7fffff) + 0x3f3504f3) - 1.0f, z = m * m, n = (float)e;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  p = p * m * z + n * -2.12194440e-4f - 0.5f * z;
  float r = (m + p) + n * 0.693359375f;
  r = x == INFINITY ? x : r;
  r = x == 0 ? -INFINITY : r;
  return x < 0 || x != x ? NAN : r;
}

INLINE float NNS_NAME(log1p_f32)(float x) {
  float u = 1.0f + x, d = u - 1.0f;
  float r = NNS_NAME(log_f32)(u) + (x - d) / u;
  r = d == 0 ? x : r;
  r = u == INFINITY ? u : r;
  return x == -1.0f ? -INFINITY : r;
}

INLINE float NNS_NAME(sigmoid_f32)(float x) { return 1.0f / (1.0f + NNS_NAME(exp_f32)(-x)); }

INLINE float NNS_NAME(tanh_f32)(float x) {
  float z = x * x, a = fabsf(x);
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  float small = x + x * z * p;
  float large = 1.0f - 2.0f / (NNS_NAME(exp_f32)(2.0f * a) + 1.0f);
  return a < 0.625f ? small : copysignf(large, x);
}

INLINE float NNS_NAME(erf_f32)(float x) {
  float t = fabsf(x), s = x * x;
  float r = -1.72853470e-5f * t + 3.83197126e-4f, u = -3.88396438e-3f * t + 2.42546219e-2f;
  r = r * s + u;
  r = r * t - 1.06777877e-1f;
  r = r * t - 6.34846687e-1f;
  r = r * t - 1.28717512e-1f;
  r = r * t - t;
  r = 1.0f - NNS_NAME(exp_f32)(r);
  float q = -5.96761703e-4f;
  q = q * s + 4.99119423e-3f;
  q = q * s - 2.67681349e-2f;
  q = q * s + 1.12819925e-1f;
  q = q * s - 3.76125336e-1f;
  q = q * s + 1.28379166e-1f;
  q = q * x + x;
  r = t > 4.0f ? 1.0f : r;
  r = t > 0.927734375f ? copysignf(r, x) : q;
  return x != x ? x : r;
}

/// Sine (quarter 0) and cosine (quarter 1) for |x| <= 8192, by quarters of a turn.
INLINE float NNS_NAME(sine_f32)(float x, int quarter) {
  float shifted = x * 0.636619772f + 12582912.0f, n = shifted - 12582912.0f;
  int32_t q = (int32_t)((uint32_t)bits_f32(shifted) + (uint32_t)quarter);
  float r = x - n * 1.5703125f;
  r = r - n * 4.8351287841796875e-4f;
  r = r - n * 3.13855707645416259766e-7f;
  r = r - n * 6.0771005065061922e-11f;
  float z = r * r;
  float s = -1.9515295891e-4f;
  s = s * z + 8.3321608736e-3f;
  s = s * z - 1.6666654611e-1f;
  s = s * z * r + r;
  float c = 2.443315711809948e-5f;
  c = c * z - 1.388731625493765e-3f;
  c = c * z + 4.166664568298827e-2f;
  c = c * z * z - 0.5f * z + 1.0f;
  float v = q & 1 ? c : s;
  return q & 2 ? -v : v;
}

INLINE double NNS_NAME(exp_f64)(double x) {
  double c = x > 710.0 ? 710.0 : x;
  c = c < -746.0 ? -746.0 : c;
  double shifted = c * 1.4426950408889634 + 6755399441055744.0, n = shifted - 6755399441055744.0;
  double r = c - n * 6.93147180369123816490e-01;
  double low = n * 1.90821492927058770002e-10;
  r = r - low;
  double p = 1.6059043836821613e-10;  // 1/13! … 1/2!
  p = p * r + 2.0876756987868099e-9;
  p = p * r + 2.5052108385441719e-8;
  p = p * r + 2.7557319223985891e-7;
  p = p * r + 2.7557319223985893e-6;
  p = p * r + 2.4801587301587302e-5;
  p = p * r + 1.9841269841269841e-4;
  p = p * r + 1.3888888888888889e-3;
  p = p * r + 8.3333333333333333e-3;
  p = p * r + 4.1666666666666667e-2;
  p = p * r + 1.6666666666666667e-1;
  p = p * r + 0.5;
  p = p * (r * r) + r;
  int64_t e = (int64_t)((uint64_t)bits_f64(shifted) - 0x4338000000000000u), half = (int64_t)(((uint64_t)e + 4096) >> 1) - 2048;
  return (1.0 + p) * double_of((int64_t)(((uint64_t)half + 1023) << 52)) * double_of((int64_t)(((uint64_t)e - (uint64_t)half + 1023) << 52));
}

INLINE double NNS_NAME(log_f64)(double x) {
  int tiny = x < 2.2250738585072014e-308;
  double y = tiny ? x * 18014398509481984.0 : x;
  int64_t i = (int64_t)((uint64_t)bits_f64(y) - 0x3fe6a09e667f3bcdu);
  // An arithmetic shift of 64 bits is not in AVX2: a biased logical one is.
  double n = (double)(int32_t)((int64_t)(((uint64_t)i + ((uint64_t)2048 << 52)) >> 52) - 2048) - (tiny ? 54.0 : 0.0);
  double f = double_of((i & 0xfffffffffffff) + 0x3fe6a09e667f3bcd) - 1.0;
  double s = f / (2.0 + f), z = s * s, h = 0.5 * f * f;
  double p = 1.479819860511658591e-01;
  p = p * z + 1.531383769920937332e-01;
  p = p * z + 1.818357216161805012e-01;
  p = p * z + 2.222219843214978396e-01;
  p = p * z + 2.857142874366239149e-01;
  p = p * z + 3.999999999940941908e-01;
  p = p * z + 6.666666666666735130e-01;
  p = p * z;
  double r = n * 6.93147180369123816490e-01 - ((h - (s * (h + p) + n * 1.90821492927058770002e-10)) - f);
  r = x == INFINITY ? x : r;
  r = x == 0 ? -INFINITY : r;
  return x < 0 || x != x ? NAN : r;
}
