#include "CKernels.h"
#include <math.h>
#include <string.h>

// Half precision by hand: no library call, and clang vectorises it.
static inline float half_to_float(uint16_t h) {
  uint32_t sign = (uint32_t)(h & 0x8000) << 16, rest = h & 0x7fff, bits;
  if (rest >= 0x7c00) bits = 0x7f800000 | (rest & 0x3ff) << 13;
  else if (rest < 0x400) { float f = (float)rest * 0x1p-24f; memcpy(&bits, &f, 4); }
  else bits = (rest << 13) + 0x38000000;
  bits |= sign;
  float f; memcpy(&f, &bits, 4); return f;
}
static inline uint16_t float_to_half(float f) {
  uint32_t bits; memcpy(&bits, &f, 4);
  uint32_t sign = bits >> 16 & 0x8000; bits &= 0x7fffffff;
  if (bits > 0x7f800000) return (uint16_t)(sign | 0x7e00);
  if (bits >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
  if (bits < 0x38800000) {  // subnormal: adding 0.5 rounds to the grid of 2^-24
    float g; memcpy(&g, &bits, 4); g += 0.5f; uint32_t r; memcpy(&r, &g, 4);
    return (uint16_t)(sign | (r - 0x3f000000));
  }
  bits += 0xfff + (bits >> 13 & 1);  // half to even
  return (uint16_t)(sign | (bits - 0x38000000) >> 13);
}

#define LOAD_bool(v) (v)
#define LOAD_u8(v) (v)
#define LOAD_i8(v) (v)
#define LOAD_int(v) (v)
#define LOAD_f16(v) half_to_float(v)
#define LOAD_f32(v) (v)
#define LOAD_f64(v) (v)
typedef uint8_t T_bool, T_u8; typedef int8_t T_i8; typedef int64_t T_int; typedef uint16_t T_f16;
typedef float T_f32; typedef double T_f64;

#define LOOP(S, D, E) { const T_##S *x = xv; T_##D *y = yv; for (long i = 0; i < n; i++) { __auto_type v = LOAD_##S(x[i]); y[i] = E; } return 0; }
#define CHECKED(S, D, LOW, HIGH)                                                                                       \
  { const T_##S *x = xv; T_##D *y = yv; int bad = 0;                                                                   \
    for (long i = 0; i < n; i++) { __auto_type v = LOAD_##S(x[i]); int ok = v >= LOW && v <= HIGH; bad |= !ok; y[i] = ok ? (T_##D)v : 0; } \
    return bad; }
// A double just inside the range of int64, and bounds that let cutting towards zero stay inside a byte.
#define INT_LOW -9223372036854775808.0
#define INT_HIGH 9223372036854774784.0
#define TO(S, U8, I8, INT)                                                                                             \
  switch (to) {                                                                                                        \
    case NNS_BOOL: LOOP(S, bool, v != 0)                                                                               \
    case NNS_U8: U8                                                                                                    \
    case NNS_I8: I8                                                                                                    \
    case NNS_INT: INT                                                                                                  \
    case NNS_F16: LOOP(S, f16, float_to_half((float)v))                                                                \
    case NNS_F32: LOOP(S, f32, (float)v)                                                                               \
    case NNS_F64: LOOP(S, f64, (double)v)                                                                              \
  }                                                                                                                    \
  return 0;
#define FLOATS(S) TO(S, CHECKED(S, u8, -0.999, 255.999), CHECKED(S, i8, -128.999, 127.999), CHECKED(S, int, INT_LOW, INT_HIGH))

__attribute__((noinline)) static int from_bool(const void *xv, nns_type to, void *yv, long n) {
  TO(bool, LOOP(bool, u8, v), LOOP(bool, i8, (int8_t)v), LOOP(bool, int, v))
}
__attribute__((noinline)) static int from_u8(const void *xv, nns_type to, void *yv, long n) {
  TO(u8, LOOP(u8, u8, v), CHECKED(u8, i8, 0, 127), LOOP(u8, int, v))
}
__attribute__((noinline)) static int from_i8(const void *xv, nns_type to, void *yv, long n) {
  TO(i8, CHECKED(i8, u8, 0, 127), LOOP(i8, i8, v), LOOP(i8, int, v))
}
__attribute__((noinline)) static int from_int(const void *xv, nns_type to, void *yv, long n) {
  TO(int, CHECKED(int, u8, 0, 255), CHECKED(int, i8, -128, 127), LOOP(int, int, v))
}
__attribute__((noinline)) static int from_f16(const void *xv, nns_type to, void *yv, long n) { FLOATS(f16) }
__attribute__((noinline)) static int from_f32(const void *xv, nns_type to, void *yv, long n) { FLOATS(f32) }
__attribute__((noinline)) static int from_f64(const void *xv, nns_type to, void *yv, long n) { FLOATS(f64) }

int nns_convert(nns_type from, const void *x, nns_type to, void *y, long n) {
  switch (from) {
    case NNS_BOOL: return from_bool(x, to, y, n);
    case NNS_U8: return from_u8(x, to, y, n);
    case NNS_I8: return from_i8(x, to, y, n);
    case NNS_INT: return from_int(x, to, y, n);
    case NNS_F16: return from_f16(x, to, y, n);
    case NNS_F32: return from_f32(x, to, y, n);
    case NNS_F64: return from_f64(x, to, y, n);
  }
  return 1;
}

