// The kernels that exist once for each kind of processor. The bodies (body_*.h) are compiled by target_*.c under names
// with a suffix; dispatch.c picks a table of them when first used and defines the public names.
#pragma once
#include "CKernels.h"

#define NNS_JOIN_(a, b) a##_##b
#define NNS_JOIN(a, b) NNS_JOIN_(a, b)
/// The name of a kernel in the target at hand.
#define NNS_NAME(name) NNS_JOIN(name, NNS_TARGET)

// K(name, parameters, arguments)
// Those that dispatch.c shares among threads.
#define NNS_SHARED_KERNELS(K)                                                                                         \
  K(nns_unary_f32, (nns_unary op, const float *x, float *y, long n, float p), (op, x, y, n, p))                       \
  K(nns_unary_f64, (nns_unary op, const double *x, double *y, long n, double p), (op, x, y, n, p))                    \
  K(nns_binary_f32, (nns_binary op, const float *a, int sa, const float *b, int sb, float *y, long n),                \
    (op, a, sa, b, sb, y, n))                                                                                         \
  K(nns_binary_f64, (nns_binary op, const double *a, int sa, const double *b, int sb, double *y, long n),             \
    (op, a, sa, b, sb, y, n))                                                                                         \
  K(nns_lookup_f32, (const uint8_t *x, const float *table, float *y, long n), (x, table, y, n))                       \
  K(nns_adam_f32, (const nns_adam *s, float *p, const float *g, float *m, float *v, long n), (s, p, g, m, v, n))
// The same for both widths of numbers.
#define NNS_RECURRENT_KERNELS(K, T, S)                                                                                \
  K(nns_lstm_cell_##S,                                                                                                \
    (T *gates, const T *c0, T *c, T *h,                                                                               \
     const T *h0, const uint8_t *alive, long n, long u),                                                              \
    (gates, c0, c, h, h0, alive, n, u))                                                                               \
  K(nns_lstm_gradient_##S,                                                                                            \
    (const T *gates, const T *c0, const T *c, const T *dh, T *dc,                                                     \
     T *dgates, T *carry, const uint8_t *alive, long n, long u),                                                      \
    (gates, c0, c, dh, dc, dgates, carry, alive, n, u))                                                               \
  K(nns_gru_cell_##S,                                                                                                 \
    (T *x, const T *a, const T *h0, T *h,                                                                             \
     int swapped, const uint8_t *alive, long n, long u),                                                              \
    (x, a, h0, h, swapped, alive, n, u))                                                                              \
  K(nns_gru_gradient_##S,                                                                                             \
    (const T *gates, const T *a, const T *h0, const T *dh, T *dx,                                                     \
     T *da, T *carry, int swapped, const uint8_t *alive, long n, long u),                                             \
    (gates, a, h0, dh, dx, da, carry, swapped, alive, n, u))                                                          \
  K(nns_rnn_cell_##S,                                                                                                 \
    (const T *gates, const T *h0, T *h,                                                                               \
     int relu, const uint8_t *alive, long n, long u),                                                                 \
    (gates, h0, h, relu, alive, n, u))                                                                                \
  K(nns_rnn_gradient_##S,                                                                                             \
    (const T *h, const T *dh, T *dgates, T *carry,                                                                    \
     int relu, const uint8_t *alive, long n, long u),                                                                 \
    (h, dh, dgates, carry, relu, alive, n, u))
#define NNS_POOL_KERNELS(K, T, S)                                                                                     \
  K(nns_max_pool_##S,                                                                                                 \
    (const nns_conv *c, const T *x, T *y, int32_t *place, long first, long last), (c, x, y, place, first, last))      \
  K(nns_max_pool_gradient_##S,                                                                                        \
    (const nns_conv *c, const T *g, const int32_t *place, T *dx, long first, long last),                              \
    (c, g, place, dx, first, last))
// Those that run where they are called.
#define NNS_PLAIN_KERNELS(K)                                                                                          \
  K(nns_lookup_rows_f32,                                                                                              \
    (const uint8_t *x, const long *row, long rows, long width, const float *table, float *y),                         \
    (x, row, rows, width, table, y))                                                                                  \
  K(nns_compare_f32, (nns_comparison op, const float *a, int sa, const float *b, int sb, uint8_t *y, long n),         \
    (op, a, sa, b, sb, y, n))                                                                                         \
  K(nns_compare_f64, (nns_comparison op, const double *a, int sa, const double *b, int sb, uint8_t *y, long n),       \
    (op, a, sa, b, sb, y, n))                                                                                         \
  K(nns_select_f32, (const uint8_t *c, const float *a, int sa, const float *b, int sb, float *y, long n),             \
    (c, a, sa, b, sb, y, n))                                                                                          \
  K(nns_clip_f32, (const float *x, float lo, float hi, float *y, long n), (x, lo, hi, y, n))                          \
  K(nns_clip_f64, (const double *x, double lo, double hi, double *y, long n), (x, lo, hi, y, n))                      \
  K(nns_axpy_f32, (float a, const float *x, float *y, long n), (a, x, y, n))                                          \
  K(nns_axpy_f64, (double a, const double *x, double *y, long n), (a, x, y, n))                                       \
  K(nns_reduce_f32, (nns_reduction op, const float *x, float *y, long outer, long n, long inner),                     \
    (op, x, y, outer, n, inner))                                                                                      \
  K(nns_reduce_f64, (nns_reduction op, const double *x, double *y, long outer, long n, long inner),                   \
    (op, x, y, outer, n, inner))                                                                                      \
  K(nns_softmax_f32, (const float *x, float *y, long rows, long n), (x, y, rows, n))                                  \
  K(nns_softmax_f64, (const double *x, double *y, long rows, long n), (x, y, rows, n))                                \
  K(nns_log_softmax_f32, (const float *x, float *y, long rows, long n), (x, y, rows, n))                              \
  K(nns_log_softmax_f64, (const double *x, double *y, long rows, long n), (x, y, rows, n))                            \
  K(nns_softmax_gradient_f32, (const float *g, const float *y, float *dx, long rows, long n), (g, y, dx, rows, n))    \
  K(nns_softmax_gradient_f64, (const double *g, const double *y, double *dx, long rows, long n), (g, y, dx, rows, n)) \
  K(nns_cross_entropy_f32, (const float *x, const int64_t *label, float *loss, float *p, long rows, long n),          \
    (x, label, loss, p, rows, n))                                                                                     \
  K(nns_cross_entropy_f64, (const double *x, const int64_t *label, double *loss, double *p, long rows, long n),       \
    (x, label, loss, p, rows, n))                                                                                     \
  K(nns_cross_entropy_gradient_f32,                                                                                   \
    (const float *p, const int64_t *label, const float *g, int gs, float *dx, long rows, long n),                     \
    (p, label, g, gs, dx, rows, n))                                                                                   \
  K(nns_cross_entropy_gradient_f64,                                                                                   \
    (const double *p, const int64_t *label, const double *g, int gs, double *dx, long rows, long n),                  \
    (p, label, g, gs, dx, rows, n))                                                                                   \
  K(nns_adam_f64, (const nns_adam *s, double *p, const double *g, double *m, double *v, long n), (s, p, g, m, v, n))  \
  K(nns_sgd_f32, (const nns_sgd *s, float *p, const float *g, float *v, long n), (s, p, g, v, n))                     \
  K(nns_sgd_f64, (const nns_sgd *s, double *p, const double *g, double *v, long n), (s, p, g, v, n))                  \
  K(nns_mask_f32, (const uint8_t *mask, float *x, long n), (mask, x, n))                                              \
  K(nns_mask_f64, (const uint8_t *mask, double *x, long n), (mask, x, n))                                             \
  NNS_RECURRENT_KERNELS(K, float, f32) NNS_RECURRENT_KERNELS(K, double, f64)                                          \
  NNS_POOL_KERNELS(K, float, f32) NNS_POOL_KERNELS(K, double, f64)                                                    \
  K(nns_product_rows_f32, (const nns_product *p, long first, long last), (p, first, last))                            \
  K(nns_product_rows_f64, (const nns_product *p, long first, long last), (p, first, last))                            \
  K(nns_product_u8s8, (long m, long n, long k, const uint8_t *a, const int8_t *b, int32_t *c), (m, n, k, a, b, c))
#define NNS_KERNELS(K) NNS_SHARED_KERNELS(K) NNS_PLAIN_KERNELS(K)

#define NNS_FIELD(name, parameters, arguments) void(*name) parameters;
typedef struct { NNS_KERNELS(NNS_FIELD) } nns_kernel_table;
#undef NNS_FIELD
