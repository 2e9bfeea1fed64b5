// The largest of each window of images [n, h, w, c], and where it lay. Nan counts as the largest.
#define POOL(T, S)                                                                                                     \
  void NNS_NAME(nns_max_pool_##S)(const nns_conv *c, const T *x, T *y, int32_t *place, long first, long last) {        \
    long depth = c->in;                                                                                                \
    for (long b = first; b < last; b++) {                                                                              \
      const T *image = x + b * c->height * c->width * depth;                                                           \
      for (long o = 0; o < c->out_height * c->out_width; o++) {                                                        \
        long oy = o / c->out_width, ox = o % c->out_width, at = (b * c->out_height * c->out_width + o) * depth, seen = 0; \
        T *restrict to = y + at;                                                                                       \
        int32_t *restrict where = place + at;                                                                          \
        for (long ky = 0; ky < c->kernel_height; ky++) {                                                               \
          long yy = oy * c->stride_y - c->pad_top + ky * c->dilation_y;                                                \
          if (yy < 0 || yy >= c->height) continue;                                                                     \
          for (long kx = 0; kx < c->kernel_width; kx++) {                                                              \
            long xx = ox * c->stride_x - c->pad_left + kx * c->dilation_x;                                             \
            if (xx < 0 || xx >= c->width) continue;                                                                    \
            const T *restrict p = image + (yy * c->width + xx) * depth;                                                \
            int32_t pixel = (int32_t)(yy * c->width + xx);                                                             \
            if (!seen++) {                                                                                             \
              for (long i = 0; i < depth; i++) to[i] = p[i], where[i] = pixel;                                         \
              continue;                                                                                                \
            }                                                                                                          \
            for (long i = 0; i < depth; i++) {                                                                         \
              int better = (p[i] > to[i]) | (p[i] != p[i]);                                                            \
              to[i] = better ? p[i] : to[i];                                                                           \
              where[i] = better ? pixel : where[i];                                                                    \
            }                                                                                                          \
          }                                                                                                            \
        }                                                                                                              \
        if (!seen) for (long i = 0; i < depth; i++) to[i] = (T)-INFINITY, where[i] = -1;                               \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  void NNS_NAME(nns_max_pool_gradient_##S)(const nns_conv *c, const T *g, const int32_t *place, T *dx, long first,     \
                                           long last) {                                                                \
    long depth = c->in, image = c->height * c->width * depth, out = c->out_height * c->out_width;                      \
    memset(dx + first * image, 0, (size_t)((last - first) * image) * sizeof(T));                                       \
    for (long b = first; b < last; b++)                                                                                \
      for (long o = b * out; o < (b + 1) * out; o++)                                                                   \
        for (long i = 0; i < depth; i++) {                                                                             \
          long pixel = place[o * depth + i];                                                                           \
          if (pixel >= 0) dx[b * image + pixel * depth + i] += g[o * depth + i];                                       \
        }                                                                                                              \
  }
POOL(float, f32)
POOL(double, f64)
#undef POOL
