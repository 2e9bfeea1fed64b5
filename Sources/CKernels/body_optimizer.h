// Optimizer steps: one pass over the parameter, its gradient and its moments.
#define STEPS(T, S, F)                                                                                                 \
  void NNS_NAME(nns_adam_##S)(const nns_adam *s, T *restrict p, const T *restrict g, T *restrict m, T *restrict v, long n) {     \
    T rate = (T)s->step_size, root = (T)s->root_scale, b1 = (T)s->beta1, b2 = (T)s->beta2, eps = (T)s->epsilon;        \
    T c1 = (T)(1 - s->beta1), c2 = (T)(1 - s->beta2), decay = (T)s->decay, keep = (T)(1 - s->decoupled);               \
    for (long i = 0; i < n; i++) {                                                                                     \
      T q = p[i], d = g[i] + decay * q;                                                                                \
      T mi = m[i] * b1 + d * c1, vi = v[i] * b2 + d * d * c2;                                                          \
      m[i] = mi; v[i] = vi;                                                                                            \
      p[i] = q * keep - rate * mi / (F(sqrt)(vi) * root + eps);                                                        \
    }                                                                                                                  \
  }                                                                                                                    \
  void NNS_NAME(nns_sgd_##S)(const nns_sgd *s, T *restrict p, const T *restrict g, T *restrict v, long n) {                      \
    T rate = (T)s->rate, decay = (T)s->decay, mu = (T)s->momentum, damp = (T)(1 - s->dampening);                       \
    if (!v) { for (long i = 0; i < n; i++) p[i] -= rate * (g[i] + decay * p[i]); return; }                             \
    if (s->first) { mu = 0; damp = 1; }                                                                                \
    T look = (T)s->momentum;                                                                                           \
    if (s->nesterov)                                                                                                   \
      for (long i = 0; i < n; i++) { T d = g[i] + decay * p[i], w = v[i] * mu + d * damp; v[i] = w; p[i] -= rate * (d + look * w); } \
    else                                                                                                               \
      for (long i = 0; i < n; i++) { T d = g[i] + decay * p[i], w = v[i] * mu + d * damp; v[i] = w; p[i] -= rate * w; } \
  }                                                                                                                    \
  void NNS_NAME(nns_mask_##S)(const uint8_t *mask, T *x, long n) { for (long i = 0; i < n; i++) x[i] = mask[i] ? x[i] : 0; }
#define SINGLE(name) name##f
#define DOUBLE(name) name
STEPS(float, f32, SINGLE)
STEPS(double, f64, DOUBLE)
#undef STEPS
