/// The kernels that Swift cannot vectorise: plain C on raw buffers, no state but the caches of memory and the threads.
///
/// Unless said otherwise a buffer is contiguous, `n` counts elements, output may be the same buffer as an input of the
/// same element size, and results do not depend on the number of threads.
#pragma once
#include <signal.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- interrupt.c: set by the handler of SIGINT and by limits.c, tested by long loops; why the program is to stop, or 0.
enum { NNS_STOP_KEY = 1, NNS_STOP_TIME = 2, NNS_STOP_MEMORY = 3 };
extern volatile sig_atomic_t nns_interrupt_flag;
static inline int nns_interrupted(void) { return nns_interrupt_flag; }
void nns_hold_interrupts(int on);  // from 1 to 0 the flag stays down, and rises then if it was or would have been up
void nns_raise_interrupt(int reason);  // unless they are held
static inline void nns_set_interrupted(int on) { nns_interrupt_flag = on; }

// x without its fraction; the smallest long where it does not fit into one.
static inline long nns_truncated(double x) {
#if defined(__SSE2__)
  typedef double Pair __attribute__((vector_size(16)));
  return __builtin_ia32_cvttsd2si64((Pair){x, 0});
#else
  return x > -9.2e18 && x < 9.2e18 ? (long)x : INT64_MIN;
#endif
}

// ---- limits.c
void nns_limit_time(double seconds);   // from now on; 0: none
void nns_limit_memory(long bytes);     // of the whole process; 0: what the machine has
long nns_memory_limit(void);
/// What to write when the process ends because nothing answers the flag; without words it goes on. `reason`: NNS_STOP_….
void nns_limit_words(int reason, const char *words);
long nns_memory_resident(void);        // bytes of the process that are in memory
int nns_memory_fits(long bytes);       // whether so many more are within the limit; cheap below a megabyte
void nns_out_of_memory(void) __attribute__((noreturn));  // where nothing can be thrown

// ---- memory.c: 64-byte aligned blocks from free lists by size, one set of lists for each thread.
void *nns_allocate(long bytes);             // null when there is no memory
void nns_release(void *block, long bytes);  // the size that was asked for
long nns_memory_in_use(void);               // bytes handed out and not released, all threads
long nns_memory_physical(void);             // bytes of the machine
/// Copies an array of `rank` axes between strided layouts; strides count elements of `size` bytes (1, 2, 4 or 8).
void nns_copy(int size, int rank, const long *shape, const void *source, const long *source_strides, void *target,
              const long *target_strides);

// ---- threads.c
int nns_thread_count(void);        // NNS_THREADS, or the processors that we may use
void nns_set_thread_count(int n);
/// Calls `body(context, first, last)` on runs that cover 0 ..< n, cut at multiples of `grain`, one for each thread.
void nns_parallel(long n, long grain, void (*body)(void *context, long first, long last), void *context);

/// Which library computes: 1 automatic, 2 our own kernels, 3 oneDNN (see Backend.swift). At first what NNS_BACKEND says.
int nns_backend_setting(void);
void nns_set_backend(int code);

// ---- convert.c
typedef enum { NNS_BOOL, NNS_U8, NNS_I8, NNS_INT, NNS_F16, NNS_F32, NNS_F64 } nns_type;
/// Converts between element types; floats are cut towards zero. Returns 0, or 1 when a value does not fit the target.
int nns_convert(nns_type from, const void *x, nns_type to, void *y, long n);
/// `y[i] = table[x[i]]`
void nns_lookup_f32(const uint8_t *x, const float *table, float *y, long n);
/// `y[i][j] = table[x[row[i]][j]]` for rows of `width`.
void nns_lookup_rows_f32(const uint8_t *x, const long *row, long rows, long width, const float *table, float *y);

// ---- body_*.h: one set for each kind of processor (kernel_table.h), chosen by dispatch.c.
const char *nns_kernel_target(void);  // "avx512", "avx2" or "plain"
typedef enum {
  NNS_NEG, NNS_ABS, NNS_SIGN, NNS_SQUARE, NNS_SQRT, NNS_RSQRT, NNS_RECIPROCAL,
  NNS_EXP, NNS_EXPM1, NNS_LOG, NNS_LOG1P, NNS_LOG2, NNS_LOG10,
  NNS_SIN, NNS_COS, NNS_TAN, NNS_ASIN, NNS_ACOS, NNS_ATAN, NNS_SINH, NNS_COSH, NNS_TANH,
  NNS_FLOOR, NNS_CEIL, NNS_ROUND, NNS_ERF,
  NNS_SIGMOID, NNS_RELU, NNS_GELU, NNS_SILU, NNS_SOFTPLUS, NNS_LEAKY_RELU, NNS_ELU
} nns_unary;
/// `parameter` is the slope of leaky_relu and the alpha of elu; others ignore it.
void nns_unary_f32(nns_unary op, const float *x, float *y, long n, float parameter);
void nns_unary_f64(nns_unary op, const double *x, double *y, long n, double parameter);

typedef enum {
  NNS_ADD, NNS_SUB, NNS_MUL, NNS_DIV, NNS_FLOORDIV, NNS_MOD, NNS_POW, NNS_MAX, NNS_MIN, NNS_ATAN2,
  // Gradients: the first operand is the gradient of the output; the second x, or y where the name says output.
  NNS_RELU_GRADIENT, NNS_SIGMOID_GRADIENT_OF_OUTPUT, NNS_TANH_GRADIENT_OF_OUTPUT, NNS_GELU_GRADIENT, NNS_SILU_GRADIENT
} nns_binary;
/// Each operand has step 1, or step 0 for a number repeated.
void nns_binary_f32(nns_binary op, const float *a, int a_step, const float *b, int b_step, float *y, long n);
void nns_binary_f64(nns_binary op, const double *a, int a_step, const double *b, int b_step, double *y, long n);
/// Returns 0, 1 on overflow, 2 on division by zero. Only add … min without div and pow.
int nns_binary_i64(nns_binary op, const int64_t *a, int a_step, const int64_t *b, int b_step, int64_t *y, long n);

typedef enum { NNS_EQUAL, NNS_NOT_EQUAL, NNS_LESS, NNS_LESS_EQUAL, NNS_GREATER, NNS_GREATER_EQUAL } nns_comparison;
void nns_compare_f32(nns_comparison op, const float *a, int a_step, const float *b, int b_step, uint8_t *y, long n);
void nns_compare_f64(nns_comparison op, const double *a, int a_step, const double *b, int b_step, uint8_t *y, long n);
void nns_compare_i64(nns_comparison op, const int64_t *a, int a_step, const int64_t *b, int b_step, uint8_t *y, long n);

void nns_select_f32(const uint8_t *c, const float *a, int a_step, const float *b, int b_step, float *y, long n);
/// `y[i] = lowest <= x[i] <= highest` by clamping; nan stays.
void nns_clip_f32(const float *x, float lowest, float highest, float *y, long n);
void nns_clip_f64(const double *x, double lowest, double highest, double *y, long n);
/// 1 when every value is finite.
int nns_all_finite_f32(const float *x, long n);
int nns_all_finite_f64(const double *x, long n);
/// `y += a * x`
void nns_axpy_f32(float a, const float *x, float *y, long n);
void nns_axpy_f64(double a, const double *x, double *y, long n);

// Reductions: x is [outer, n, inner], y is [outer, inner].
typedef enum { NNS_REDUCE_SUM, NNS_REDUCE_PRODUCT, NNS_REDUCE_MAX, NNS_REDUCE_MIN } nns_reduction;
void nns_reduce_f32(nns_reduction op, const float *x, float *y, long outer, long n, long inner);
void nns_reduce_f64(nns_reduction op, const double *x, double *y, long outer, long n, long inner);
/// Returns 1 on overflow.
int nns_reduce_i64(nns_reduction op, const int64_t *x, int64_t *y, long outer, long n, long inner);
/// The first place of the largest (or smallest) value; nan counts as the largest and the smallest.
void nns_arg_f32(int smallest, const float *x, int64_t *y, long outer, long n, long inner);
void nns_arg_f64(int smallest, const double *x, int64_t *y, long outer, long n, long inner);
void nns_arg_i64(int smallest, const int64_t *x, int64_t *y, long outer, long n, long inner);

// Softmax and its relatives over rows of `n`.
void nns_softmax_f32(const float *x, float *y, long rows, long n);
void nns_softmax_f64(const double *x, double *y, long rows, long n);
void nns_log_softmax_f32(const float *x, float *y, long rows, long n);
void nns_log_softmax_f64(const double *x, double *y, long rows, long n);
/// `dx = y * (g - sum(g * y))`
void nns_softmax_gradient_f32(const float *g, const float *y, float *dx, long rows, long n);
void nns_softmax_gradient_f64(const double *g, const double *y, double *dx, long rows, long n);
/// `loss[r] = logsumexp(x[r]) - x[r][label]`, and the probabilities; a label must be in 0..<n.
void nns_cross_entropy_f32(const float *x, const int64_t *label, float *loss, float *probability, long rows, long n);
void nns_cross_entropy_f64(const double *x, const int64_t *label, double *loss, double *probability, long rows, long n);
/// `dx = (probability - onehot(label)) * g`, g one value a row or (step 0) one for all.
void nns_cross_entropy_gradient_f32(const float *probability, const int64_t *label, const float *g, int g_step,
                                    float *dx, long rows, long n);
void nns_cross_entropy_gradient_f64(const double *probability, const int64_t *label, const double *g, int g_step,
                                    double *dx, long rows, long n);

// Optimizer steps, in place on the parameter and its moments.
typedef struct {
  double step_size;      // lr / (1 - beta1^t)
  double root_scale;     // 1 / sqrt(1 - beta2^t)
  double beta1, beta2, epsilon;
  double decay;          // added to the gradient: decay * p
  double decoupled;      // AdamW: p -= decoupled * p, with lr inside
} nns_adam;
void nns_adam_f32(const nns_adam *s, float *p, const float *g, float *m, float *v, long n);
void nns_adam_f64(const nns_adam *s, double *p, const double *g, double *m, double *v, long n);
typedef struct {
  double rate, momentum, dampening, decay;
  int nesterov, first;   // first: the velocity starts as the gradient
} nns_sgd;
/// v may be null when there is no momentum.
void nns_sgd_f32(const nns_sgd *s, float *p, const float *g, float *v, long n);
void nns_sgd_f64(const nns_sgd *s, double *p, const double *g, double *v, long n);

/// One step of a recurrent layer on n rows of u units: see body_recurrent.h. `alive` (a byte a row) may be null.
#define NNS_RECURRENT(T, S)                                                                                           \
  void nns_lstm_cell_##S(T *gates, const T *c0, T *c, T *h,                                                           \
      const T *h0, const uint8_t *alive, long n, long u);                                                             \
  void nns_lstm_gradient_##S(const T *gates, const T *c0, const T *c, const T *dh, T *dc,                             \
      T *dgates, T *carry, const uint8_t *alive, long n, long u);                                                     \
  void nns_gru_cell_##S(T *x, const T *a, const T *h0, T *h,                                                          \
      int swapped, const uint8_t *alive, long n, long u);                                                             \
  void nns_gru_gradient_##S(const T *gates, const T *a, const T *h0, const T *dh, T *dx,                              \
      T *da, T *carry, int swapped, const uint8_t *alive, long n, long u);                                            \
  void nns_rnn_cell_##S(const T *gates, const T *h0, T *h,                                                            \
      int relu, const uint8_t *alive, long n, long u);                                                                \
  void nns_rnn_gradient_##S(const T *h, const T *dh, T *dgates, T *carry,                                             \
      int relu, const uint8_t *alive, long n, long u);
NNS_RECURRENT(float, f32)
NNS_RECURRENT(double, f64)
#undef NNS_RECURRENT
/// Sets x to 0 where the mask is 0.
void nns_mask_f32(const uint8_t *mask, float *x, long n);
void nns_mask_f64(const uint8_t *mask, double *x, long n);

// Matrix products
/// `C[m, n] (+)= A[m, k] * B[k, n]`, A and B by row and column strides, so that a transpose costs no copy.
typedef struct {
  long m, n, k;
  const void *a;
  long a_row, a_column;
  const void *b;
  long b_row, b_column;
  void *c;
  long c_row;
  const void *bias;    // null, or [n]
  int relu;
  int accumulate;      // add to C
} nns_product;
void nns_product_f32(const nns_product *p);
void nns_product_f64(const nns_product *p);
/// Rows `first ..< last` of the product: any split by rows gives the same bits.
void nns_product_rows_f32(const nns_product *p, long first, long last);
void nns_product_rows_f64(const nns_product *p, long first, long last);
/// Row-major `C[m, n] = A[m, k] * B[k, n]` in 32-bit integers.
void nns_product_u8s8(long m, long n, long k, const uint8_t *a, const int8_t *b, int32_t *c);

// ---- images.c: NHWC, weights [h, w, in, out].
typedef struct {
  long batch, height, width, in;                   // the input
  long out_height, out_width, out;                 // the output
  long kernel_height, kernel_width;
  long stride_y, stride_x, pad_top, pad_left, dilation_y, dilation_x, groups;
} nns_conv;
/// Copies the patches of rows `first ..< last` of [batch * out_height * out_width, kernel_height * kernel_width * in / groups].
void nns_patches_f32(const nns_conv *c, long group, const float *x, float *patches, long first, long last);
void nns_patches_f64(const nns_conv *c, long group, const double *x, double *patches, long first, long last);
/// Adds patches back onto dx.
void nns_unpatch_f32(const nns_conv *c, long group, const float *patches, float *dx, long first, long last);
void nns_unpatch_f64(const nns_conv *c, long group, const double *patches, double *dx, long first, long last);
/// `place` receives the offset of each largest value inside its image (for the gradient).
/// Images `first ..< last`, also of the gradient.
void nns_max_pool_f32(const nns_conv *c, const float *x, float *y, int32_t *place, long first, long last);
void nns_max_pool_f64(const nns_conv *c, const double *x, double *y, int32_t *place, long first, long last);
void nns_max_pool_gradient_f32(const nns_conv *c, const float *g, const int32_t *place, float *dx, long first, long last);
void nns_max_pool_gradient_f64(const nns_conv *c, const double *g, const int32_t *place, double *dx, long first,
                               long last);
/// The mean over the part of each window that lies inside the image, or over the whole window.
void nns_avg_pool_f32(const nns_conv *c, int whole, const float *x, float *y);
void nns_avg_pool_f64(const nns_conv *c, int whole, const double *x, double *y);
void nns_avg_pool_gradient_f32(const nns_conv *c, int whole, const float *g, float *dx);
void nns_avg_pool_gradient_f64(const nns_conv *c, int whole, const double *g, double *dx);

// ---- random.c: Philox 4x32-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).
void nns_philox(uint64_t seed, uint64_t stream, uint64_t counter, uint32_t out[4]);
/// Words `start ..< start + n` of a stream.
void nns_philox_words(uint64_t seed, uint64_t stream, uint64_t start, uint32_t *out, long n);

/// The Fourier transform of n pairs (re, im) in place, not scaled; `room` holds `nns_fourier_room(n)` numbers.
void nns_fourier(long n, int inverse, double *x, double *room);
long nns_fourier_room(long n);

#ifdef __cplusplus
}
#endif
