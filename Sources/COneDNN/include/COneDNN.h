/// oneDNN behind a table of our own: the library is opened when first asked for, and everything has a fallback without it.
///
/// Each function returns 0 when it did the work, and something else when it did not: the caller then uses its own kernel.
/// Every call runs on the thread that makes it; threads share nothing but the library.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Whether a library of the version that we were built against is there.
int nnd_available(void);
/// "2.6.3", or "" without one.
const char *nnd_version(void);

/// `C[m, n] = A[m, k] * B[k, n]`, row-major; a transposed operand is stored the other way round.
int nnd_product_f32(int a_transposed, int b_transposed, long m, long n, long k, const float *a, long a_row,
                    const float *b, long b_row, float *c, long c_row, int accumulate);
/// The same for u8 times s8 in 32-bit sums. Without VNNI instructions oneDNN may saturate pairs above 7 bits.
int nnd_product_u8s8(long m, long n, long k, const uint8_t *a, const int8_t *b, int32_t *c);
/// Whether u8 times s8 is exact on this processor.
int nnd_integers_are_exact(void);

/// Images [n, h, w, c], weights [h, w, in / groups, out].
typedef struct {
  long batch, height, width, in;
  long out_height, out_width, out;
  long kernel_height, kernel_width;
  long stride_y, stride_x, pad_top, pad_left, dilation_y, dilation_x, groups;
} nnd_conv;
/// With a bias for each of the filters, or null.
int nnd_conv_forward(const nnd_conv *c, const float *x, const float *w, const float *bias, float *y);
int nnd_conv_backward_data(const nnd_conv *c, const float *g, const float *w, float *dx);
int nnd_conv_backward_weights(const nnd_conv *c, const float *x, const float *g, float *dw);

#ifdef __cplusplus
}
#endif
