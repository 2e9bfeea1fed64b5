// Built with or without oneDNN's header; run with or without its library.
#include "COneDNN.h"

#if __has_include(<dnnl.h>)
#include <dnnl.h>
#if DNNL_VERSION_MAJOR == 2
#define HAVE_DNNL 1
#endif
#endif

#ifndef HAVE_DNNL

int nnd_available(void) { return 0; }
const char *nnd_version(void) { return ""; }
int nnd_product_f32(int ta, int tb, long m, long n, long k, const float *a, long ar, const float *b, long br, float *c,
                    long cr, int accumulate) {
  return 1;
}
int nnd_product_u8s8(long m, long n, long k, const uint8_t *a, const int8_t *b, int32_t *c) { return 1; }
int nnd_integers_are_exact(void) { return 0; }
int nnd_conv_forward(const nnd_conv *c, const float *x, const float *w, const float *bias, float *y) { return 1; }
int nnd_conv_backward_data(const nnd_conv *c, const float *g, const float *w, float *dx) { return 1; }
int nnd_conv_backward_weights(const nnd_conv *c, const float *x, const float *g, float *dw) { return 1; }

#else

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The functions that we use, with the header's own types.
#define FUNCTIONS(F)                                                                                                   \
  F(dnnl_version) F(dnnl_engine_create) F(dnnl_engine_destroy) F(dnnl_stream_create) F(dnnl_stream_destroy)            \
  F(dnnl_stream_wait) F(dnnl_sgemm) F(dnnl_gemm_u8s8s32) F(dnnl_memory_desc_init_by_strides)                           \
  F(dnnl_memory_desc_init_by_tag) F(dnnl_memory_desc_equal) F(dnnl_memory_create) F(dnnl_memory_destroy)               \
  F(dnnl_memory_set_data_handle) F(dnnl_dilated_convolution_forward_desc_init)                                         \
  F(dnnl_dilated_convolution_backward_data_desc_init) F(dnnl_dilated_convolution_backward_weights_desc_init)           \
  F(dnnl_primitive_desc_create) F(dnnl_primitive_desc_destroy) F(dnnl_primitive_desc_query_md)                         \
  F(dnnl_reorder_primitive_desc_create) F(dnnl_primitive_create) F(dnnl_primitive_execute) F(dnnl_primitive_destroy)
#define FIELD(name) __typeof__(name) *name;
static struct { FUNCTIONS(FIELD) } dnnl;
static int found;
static char version[32];
static dnnl_engine_t engine;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

typedef enum { FORWARD, FORWARD_BIASED, BACKWARD_DATA, BACKWARD_WEIGHTS } Kind;

/// A convolution made ready for one shape: the primitive, and reorders of weights to and from the layout it likes.
typedef struct Ready {
  struct Ready *next;
  nnd_conv shape;
  Kind kind;
  int failed;
  dnnl_primitive_t work, reorder;
  dnnl_memory_t x, w, w_user, y, bias;  // w is w_user when no reorder is needed; bias of FORWARD_BIASED alone
} Ready;

/// What a thread keeps.
typedef struct {
  dnnl_stream_t stream;
  Ready *first;
  int count;
} Local;
static _Thread_local Local *local;

static void drop_ready(Ready *r) {
  if (r->work) dnnl.dnnl_primitive_destroy(r->work);
  if (r->reorder) dnnl.dnnl_primitive_destroy(r->reorder);
  if (r->x) dnnl.dnnl_memory_destroy(r->x);
  if (r->y) dnnl.dnnl_memory_destroy(r->y);
  if (r->bias) dnnl.dnnl_memory_destroy(r->bias);
  if (r->w && r->w != r->w_user) dnnl.dnnl_memory_destroy(r->w);
  if (r->w_user) dnnl.dnnl_memory_destroy(r->w_user);
  free(r);
}

static void drop_all(Local *l) {
  for (Ready *r = l->first, *next; r; r = next) {
    next = r->next;
    drop_ready(r);
  }
  l->first = NULL;
  l->count = 0;
}

static void drop_local(void *p) {
  Local *l = p;
  drop_all(l);
  if (l->stream) dnnl.dnnl_stream_destroy(l->stream);
  free(l);
}

static void open_library(void) {
  // The default pool of OpenMP threads collapses when anything else uses a processor; our own pool shares the work.
  setenv("OMP_NUM_THREADS", "1", 1);
  char name[32];
  snprintf(name, sizeof name, "libdnnl.so.%d", DNNL_VERSION_MAJOR);
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
#define FIND(name) if (!(dnnl.name = (__typeof__(name) *)dlsym(library, #name))) return;
  FUNCTIONS(FIND)
  const dnnl_version_t *v = dnnl.dnnl_version();
  if (v->major != DNNL_VERSION_MAJOR) return;
  snprintf(version, sizeof version, "%d.%d.%d", v->major, v->minor, v->patch);
  if (dnnl.dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) return;
  if (pthread_key_create(&key, drop_local)) return;
  found = 1;
}

int nnd_available(void) {
  pthread_once(&once, open_library);
  return found;
}

const char *nnd_version(void) { return nnd_available() ? version : ""; }

int nnd_integers_are_exact(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return nnd_available() && __builtin_cpu_supports("avx512vnni");
#else
  return 0;
#endif
}

int nnd_product_f32(int ta, int tb, long m, long n, long k, const float *a, long ar, const float *b, long br, float *c,
                    long cr, int accumulate) {
  if (!nnd_available() || m <= 0 || n <= 0 || k <= 0) return 1;
  return dnnl.dnnl_sgemm(ta ? 'T' : 'N', tb ? 'T' : 'N', m, n, k, 1.0f, a, ar, b, br, accumulate ? 1.0f : 0.0f, c, cr);
}

int nnd_product_u8s8(long m, long n, long k, const uint8_t *a, const int8_t *b, int32_t *c) {
  if (!nnd_available() || m <= 0 || n <= 0 || k <= 0) return 1;
  int32_t zero = 0;
  return dnnl.dnnl_gemm_u8s8s32('N', 'N', 'F', m, n, k, 1.0f, a, k, 0, b, n, 0, 0.0f, c, n, &zero);
}

static Local *thread_local_state(void) {
  if (local) return local;
  Local *l = calloc(1, sizeof *l);
  if (!l) return NULL;
  if (dnnl.dnnl_stream_create(&l->stream, engine, dnnl_stream_default_flags) != dnnl_success) {
    free(l);
    return NULL;
  }
  pthread_setspecific(key, l);
  return local = l;
}

#define TRY(E) do { if ((E) != dnnl_success) goto failed; } while (0)

/// The primitive of one kind and shape, all in images [n, h, w, c] and weights in whatever layout oneDNN likes.
static Ready *make(const nnd_conv *c, Kind kind) {
  Ready *r = calloc(1, sizeof *r);
  if (!r) return NULL;
  r->shape = *c;
  r->kind = kind;
  dnnl_primitive_desc_t hint = NULL, pd = NULL, rd = NULL;
  long depth = c->in / c->groups, width = c->out / c->groups;
  dnnl_dims_t x_dims = {c->batch, c->in, c->height, c->width}, y_dims = {c->batch, c->out, c->out_height, c->out_width};
  dnnl_dims_t w4 = {c->out, c->in, c->kernel_height, c->kernel_width};
  dnnl_dims_t w4_steps = {1, c->out, c->kernel_width * depth * c->out, depth * c->out};
  dnnl_dims_t w5 = {c->groups, width, depth, c->kernel_height, c->kernel_width};
  dnnl_dims_t w5_steps = {width, 1, c->out, c->kernel_width * depth * c->out, depth * c->out};
  int grouped = c->groups > 1, rank = grouped ? 5 : 4, forwards = kind == FORWARD || kind == FORWARD_BIASED;
  dnnl_dims_t width_dims = {c->out};
  dnnl_memory_desc_t x, y, w, w_user, none, bias;
  memset(&none, 0, sizeof none);
  TRY(dnnl.dnnl_memory_desc_init_by_tag(&bias, 1, width_dims, dnnl_f32, dnnl_a));
  TRY(dnnl.dnnl_memory_desc_init_by_tag(&x, 4, x_dims, dnnl_f32, dnnl_nhwc));
  TRY(dnnl.dnnl_memory_desc_init_by_tag(&y, 4, y_dims, dnnl_f32, dnnl_nhwc));
  TRY(dnnl.dnnl_memory_desc_init_by_tag(&w, rank, grouped ? w5 : w4, dnnl_f32, dnnl_format_tag_any));
  TRY(dnnl.dnnl_memory_desc_init_by_strides(&w_user, rank, grouped ? w5 : w4, dnnl_f32, grouped ? w5_steps : w4_steps));
  long bottom = (c->out_height - 1) * c->stride_y + (c->kernel_height - 1) * c->dilation_y + 1 - c->height - c->pad_top;
  long right = (c->out_width - 1) * c->stride_x + (c->kernel_width - 1) * c->dilation_x + 1 - c->width - c->pad_left;
  dnnl_dims_t strides = {c->stride_y, c->stride_x}, dilations = {c->dilation_y - 1, c->dilation_x - 1};
  dnnl_dims_t before = {c->pad_top, c->pad_left}, after = {bottom > 0 ? bottom : 0, right > 0 ? right : 0};
  dnnl_convolution_desc_t forward, desc;
  TRY(dnnl.dnnl_dilated_convolution_forward_desc_init(
      &forward, forwards ? dnnl_forward_inference : dnnl_forward_training, dnnl_convolution_direct, &x, &w,
      kind == FORWARD_BIASED ? &bias : &none, &y, strides, dilations, before, after));
  TRY(dnnl.dnnl_primitive_desc_create(&hint, &forward, NULL, engine, NULL));
  if (kind == BACKWARD_DATA)
    TRY(dnnl.dnnl_dilated_convolution_backward_data_desc_init(&desc, dnnl_convolution_direct, &x, &w, &y, strides,
                                                              dilations, before, after));
  else if (kind == BACKWARD_WEIGHTS)
    TRY(dnnl.dnnl_dilated_convolution_backward_weights_desc_init(&desc, dnnl_convolution_direct, &x, &w, &none, &y,
                                                                 strides, dilations, before, after));
  if (forwards) {
    pd = hint;
    hint = NULL;
  } else
    TRY(dnnl.dnnl_primitive_desc_create(&pd, &desc, NULL, engine, hint));
  const dnnl_memory_desc_t *liked =
      dnnl.dnnl_primitive_desc_query_md(pd, kind == BACKWARD_WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 0);
  if (!liked) goto failed;
  TRY(dnnl.dnnl_memory_create(&r->x, &x, engine, DNNL_MEMORY_NONE));
  TRY(dnnl.dnnl_memory_create(&r->y, &y, engine, DNNL_MEMORY_NONE));
  TRY(dnnl.dnnl_memory_create(&r->w_user, &w_user, engine, DNNL_MEMORY_NONE));
  if (kind == FORWARD_BIASED) TRY(dnnl.dnnl_memory_create(&r->bias, &bias, engine, DNNL_MEMORY_NONE));
  if (dnnl.dnnl_memory_desc_equal(liked, &w_user)) r->w = r->w_user;
  else {
    TRY(dnnl.dnnl_memory_create(&r->w, liked, engine, DNNL_MEMORY_ALLOCATE));
    int out = kind == BACKWARD_WEIGHTS;
    TRY(dnnl.dnnl_reorder_primitive_desc_create(&rd, out ? liked : &w_user, engine, out ? &w_user : liked, engine, NULL));
    TRY(dnnl.dnnl_primitive_create(&r->reorder, rd));
  }
  TRY(dnnl.dnnl_primitive_create(&r->work, pd));
  goto done;
failed:
  r->failed = 1;
done:
  if (hint) dnnl.dnnl_primitive_desc_destroy(hint);
  if (pd) dnnl.dnnl_primitive_desc_destroy(pd);
  if (rd) dnnl.dnnl_primitive_desc_destroy(rd);
  return r;
}

/// From this thread's list, the last used first.
static Ready *ready(Local *l, const nnd_conv *c, Kind kind) {
  for (Ready **at = &l->first; *at; at = &(*at)->next) {
    Ready *r = *at;
    if (r->kind == kind && !memcmp(&r->shape, c, sizeof *c)) {
      *at = r->next;
      r->next = l->first;
      return l->first = r;
    }
  }
  if (l->count >= 256) drop_all(l);  // shapes that change without end must not fill the memory
  Ready *r = make(c, kind);
  if (!r) return NULL;
  r->next = l->first;
  l->count++;
  return l->first = r;
}

static int convolve(const nnd_conv *c, Kind kind, const float *x, const float *w, const float *bias, const float *y) {
  if (!nnd_available()) return 1;
  // Windows of one point with a stride: version 2.6 first gathers the points, and writes beyond its buffer.
  if (c->kernel_height == 1 && c->kernel_width == 1 && (c->stride_y > 1 || c->stride_x > 1)) return 1;
  Local *l = thread_local_state();
  Ready *r = l ? ready(l, c, kind) : NULL;
  if (!r || r->failed) return 1;
  dnnl.dnnl_memory_set_data_handle(r->x, (void *)x);
  dnnl.dnnl_memory_set_data_handle(r->y, (void *)y);
  dnnl.dnnl_memory_set_data_handle(r->w_user, (void *)w);
  dnnl_exec_arg_t reorder[2] = {{DNNL_ARG_FROM, r->w_user}, {DNNL_ARG_TO, r->w}};
  if (kind == BACKWARD_WEIGHTS) reorder[0].memory = r->w, reorder[1].memory = r->w_user;
  if (r->reorder && kind != BACKWARD_WEIGHTS &&
      dnnl.dnnl_primitive_execute(r->reorder, l->stream, 2, reorder) != dnnl_success) return 1;
  if (bias) dnnl.dnnl_memory_set_data_handle(r->bias, (void *)bias);
  dnnl_exec_arg_t work[4] = {
      {DNNL_ARG_SRC, r->x}, {DNNL_ARG_WEIGHTS, r->w}, {DNNL_ARG_DST, r->y}, {DNNL_ARG_BIAS, r->bias}};
  if (kind == BACKWARD_DATA) work[0].arg = DNNL_ARG_DIFF_SRC, work[2].arg = DNNL_ARG_DIFF_DST;
  if (kind == BACKWARD_WEIGHTS) work[1].arg = DNNL_ARG_DIFF_WEIGHTS, work[2].arg = DNNL_ARG_DIFF_DST;
  if (dnnl.dnnl_primitive_execute(r->work, l->stream, bias ? 4 : 3, work) != dnnl_success) return 1;
  if (r->reorder && kind == BACKWARD_WEIGHTS &&
      dnnl.dnnl_primitive_execute(r->reorder, l->stream, 2, reorder) != dnnl_success) return 1;
  return dnnl.dnnl_stream_wait(l->stream) != dnnl_success;
}

int nnd_conv_forward(const nnd_conv *c, const float *x, const float *w, const float *bias, float *y) {
  return convolve(c, bias ? FORWARD_BIASED : FORWARD, x, w, bias, y);
}
int nnd_conv_backward_data(const nnd_conv *c, const float *g, const float *w, float *dx) {
  return convolve(c, BACKWARD_DATA, dx, w, NULL, g);
}
int nnd_conv_backward_weights(const nnd_conv *c, const float *x, const float *g, float *dw) {
  return convolve(c, BACKWARD_WEIGHTS, x, dw, NULL, g);
}

#endif
