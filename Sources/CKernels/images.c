#include "CKernels.h"
#include <math.h>
#include <string.h>

#define IMAGES(T, S)                                                                                                   \
  void nns_patches_##S(const nns_conv *c, long group, const T *x, T *patches, long first, long last) {                 \
    long depth = c->in / c->groups;                                                                                    \
    for (long row = first; row < last; row++) {                                                                        \
      long b = row / (c->out_height * c->out_width), oy = row / c->out_width % c->out_height, ox = row % c->out_width; \
      for (long ky = 0; ky < c->kernel_height; ky++) {                                                                 \
        long y = oy * c->stride_y - c->pad_top + ky * c->dilation_y;                                                   \
        for (long kx = 0; kx < c->kernel_width; kx++, patches += depth) {                                              \
          long xx = ox * c->stride_x - c->pad_left + kx * c->dilation_x;                                               \
          if (y < 0 || y >= c->height || xx < 0 || xx >= c->width) memset(patches, 0, (size_t)depth * sizeof(T));      \
          else memcpy(patches, x + ((b * c->height + y) * c->width + xx) * c->in + group * depth, (size_t)depth * sizeof(T)); \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  void nns_unpatch_##S(const nns_conv *c, long group, const T *patches, T *dx, long first, long last) {                \
    long depth = c->in / c->groups;                                                                                    \
    for (long row = first; row < last; row++) {                                                                        \
      long b = row / (c->out_height * c->out_width), oy = row / c->out_width % c->out_height, ox = row % c->out_width; \
      for (long ky = 0; ky < c->kernel_height; ky++) {                                                                 \
        long y = oy * c->stride_y - c->pad_top + ky * c->dilation_y;                                                   \
        for (long kx = 0; kx < c->kernel_width; kx++, patches += depth) {                                              \
          long xx = ox * c->stride_x - c->pad_left + kx * c->dilation_x;                                               \
          if (y < 0 || y >= c->height || xx < 0 || xx >= c->width) continue;                                           \
          T *d = dx + ((b * c->height + y) * c->width + xx) * c->in + group * depth;                                   \
          for (long i = 0; i < depth; i++) d[i] += patches[i];                                                         \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  static void avg_##S(const nns_conv *c, int whole, const T *x, T *y, const T *g, T *dx) {                             \
    if (dx) memset(dx, 0, (size_t)(c->batch * c->height * c->width * c->in) * sizeof(T));                              \
    for (long b = 0; b < c->batch; b++)                                                                                \
      for (long oy = 0; oy < c->out_height; oy++)                                                                      \
        for (long ox = 0; ox < c->out_width; ox++) {                                                                   \
          long y0 = oy * c->stride_y - c->pad_top, y1 = y0 + c->kernel_height;                                         \
          long x0 = ox * c->stride_x - c->pad_left, x1 = x0 + c->kernel_width;                                         \
          y0 = y0 < 0 ? 0 : y0; x0 = x0 < 0 ? 0 : x0;                                                                  \
          y1 = y1 > c->height ? c->height : y1; x1 = x1 > c->width ? c->width : x1;                                    \
          long count = whole ? c->kernel_height * c->kernel_width : (y1 - y0) * (x1 - x0);                             \
          T scale = count > 0 ? (T)1 / (T)count : 0;                                                                   \
          long at = ((b * c->out_height + oy) * c->out_width + ox) * c->in;                                            \
          if (y) for (long i = 0; i < c->in; i++) y[at + i] = 0;                                                       \
          for (long yy = y0; yy < y1; yy++)                                                                            \
            for (long xx = x0; xx < x1; xx++) {                                                                        \
              long from = ((b * c->height + yy) * c->width + xx) * c->in;                                              \
              if (y) for (long i = 0; i < c->in; i++) y[at + i] += x[from + i];                                        \
              else for (long i = 0; i < c->in; i++) dx[from + i] += g[at + i] * scale;                                 \
            }                                                                                                          \
          if (y) for (long i = 0; i < c->in; i++) y[at + i] *= scale;                                                  \
        }                                                                                                              \
  }                                                                                                                    \
  void nns_avg_pool_##S(const nns_conv *c, int whole, const T *x, T *y) { avg_##S(c, whole, x, y, 0, 0); }             \
  void nns_avg_pool_gradient_##S(const nns_conv *c, int whole, const T *g, T *dx) { avg_##S(c, whole, 0, 0, g, dx); }
IMAGES(float, f32)
IMAGES(double, f64)
