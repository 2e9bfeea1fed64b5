// u8 [m, k] times s8 [k, n] in 32-bit sums, exactly: two products at a time, widened to 16 bits and summed in 32, so that
// nothing saturates.
enum { NNS_NAME(lanes) = NNS_HAS_AVX2 ? 8 : 4, NNS_NAME(panel) = 2 * NNS_NAME(lanes), NNS_NAME(block) = 64 };
typedef int32_t NNS_NAME(sums) __attribute__((vector_size(NNS_NAME(lanes) * 4)));
typedef int16_t NNS_NAME(pairs) __attribute__((vector_size(NNS_NAME(lanes) * 4)));
#define SUMS NNS_NAME(sums)
#define PAIRS_ NNS_NAME(pairs)
#define PANEL NNS_NAME(panel)

INLINE SUMS NNS_NAME(madd)(PAIRS_ a, PAIRS_ b) {
#if NNS_HAS_AVX2
  return (SUMS)__builtin_ia32_pmaddwd256(a, b);
#else
  SUMS r;
  for (int i = 0; i < NNS_NAME(lanes); i++) r[i] = a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
  return r;
#endif
}

/// Four rows of A (as pairs, `steps` apart) against a panel of B.
static void NNS_NAME(integer_tile)(long rows, long steps, const int32_t *a, const int16_t *b, int32_t *c, long n, long width) {
  SUMS x[4] = {{0}}, y[4] = {{0}};
  for (long p = 0; p < steps; p++, b += 2 * PANEL) {
    PAIRS_ u, v;
    memcpy(&u, b, sizeof u);
    memcpy(&v, b + PANEL, sizeof v);
    _Pragma("clang loop unroll(full)") for (long i = 0; i < 4; i++) {
      SUMS s = (SUMS){0} + a[i * steps + p];
      x[i] += NNS_NAME(madd)((PAIRS_)s, u);
      y[i] += NNS_NAME(madd)((PAIRS_)s, v);
    }
  }
  int32_t out[4][PANEL];
  _Pragma("clang loop unroll(full)") for (long i = 0; i < 4; i++) {
    memcpy(out[i], &x[i], sizeof x[i]);
    memcpy(out[i] + PANEL / 2, &y[i], sizeof y[i]);
  }
  for (long i = 0; i < rows; i++) memcpy(c + i * n, out[i], (size_t)width * 4);
}

void NNS_NAME(nns_product_u8s8)(long m, long n, long k, const uint8_t *a, const int8_t *b, int32_t *c) {
  long steps = k / 2 + 1, panels = (n + PANEL - 1) / PANEL;
  long a_bytes = NNS_NAME(block) * steps * 4, b_bytes = panels * steps * 2 * PANEL * 2 + 64;
  int32_t *left = nns_allocate(a_bytes);
  int16_t *right = nns_allocate(b_bytes);
  if (!left || !right) {  // no room for copies: the plain sum
    for (long i = 0; i < m; i++)
      for (long j = 0; j < n; j++) {
        int32_t s = 0;
        for (long p = 0; p < k; p++) s += a[i * k + p] * b[p * n + j];
        c[i * n + j] = s;
      }
  } else {
    for (long j = 0; j < panels; j++)
      for (long p = 0; p < steps; p++)
        for (long q = 0; q < PANEL; q++)
          for (long h = 0; h < 2; h++)
            right[((j * steps + p) * PANEL + q) * 2 + h] =
                j * PANEL + q < n && 2 * p + h < k ? b[(2 * p + h) * n + j * PANEL + q] : 0;
    for (long i0 = 0; i0 < m; i0 += NNS_NAME(block)) {
      long rows = m - i0 < NNS_NAME(block) ? m - i0 : NNS_NAME(block);
      for (long i = 0; i < NNS_NAME(block); i++)
        for (long p = 0; p < steps; p++) {
          const uint8_t *q = a + (i0 + i) * k + 2 * p;
          left[i * steps + p] = i >= rows ? 0 : (2 * p < k ? q[0] : 0) | (2 * p + 1 < k ? (int32_t)q[1] << 16 : 0);
        }
      for (long j = 0; j < panels; j++)
        for (long i = 0; i < rows; i += 4)
          NNS_NAME(integer_tile)(rows - i < 4 ? rows - i : 4, steps, left + i * steps, right + j * steps * 2 * PANEL,
                                 c + (i0 + i) * n + j * PANEL, n, n - j * PANEL < PANEL ? n - j * PANEL : PANEL);
    }
  }
  if (left) nns_release(left, a_bytes);
  if (right) nns_release(right, b_bytes);
}
#undef PANEL
#undef SUMS
#undef PAIRS_
