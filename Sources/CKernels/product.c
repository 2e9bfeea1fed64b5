#include "CKernels.h"

#define PRODUCT(T, S)                                                                                                  \
  void nns_product_##S(const nns_product *p) {                                                                         \
    for (long i = 0; i < p->m; i++) {                                                                                  \
      T *c = (T *)p->c + i * p->c_row; const T *a = (const T *)p->a + i * p->a_row;                                    \
      if (!p->accumulate) for (long j = 0; j < p->n; j++) c[j] = p->bias ? ((const T *)p->bias)[j] : 0;                \
      for (long k = 0; k < p->k; k++) {                                                                                \
        T v = a[k * p->a_column]; const T *b = (const T *)p->b + k * p->b_row;                                         \
        for (long j = 0; j < p->n; j++) c[j] += v * b[j * p->b_column];                                                \
      }                                                                                                                \
      if (p->relu) for (long j = 0; j < p->n; j++) c[j] = c[j] < 0 ? 0 : c[j];                                         \
    }                                                                                                                  \
  }
PRODUCT(float, f32)
PRODUCT(double, f64)

void nns_product_u8s8(long m, long n, long k, const uint8_t *a, const int8_t *b, int32_t *c) {
  for (long i = 0; i < m; i++) {
    int32_t *r = c + i * n;
    for (long j = 0; j < n; j++) r[j] = 0;
    for (long q = 0; q < k; q++) {
      int32_t v = a[i * k + q];
      for (long j = 0; j < n; j++) r[j] += v * b[q * n + j];
    }
  }
}
