// One step of a recurrent layer on `n` rows of `u` units. The gates of a row lie side by side, `u` of each.
// A row that is not alive (its sequence is over) keeps its state and gets no gradient; all are without `alive`.
#define RECURRENT(T, S, SIGMOID, TANH)\
  /* Gates i f g o, before in and after out: c = f c0 + i g, h = o tanh(c). */                                         \
  void NNS_NAME(nns_lstm_cell_##S)(T *gates, const T *c0, T *c, T *h, const T *h0, const uint8_t *alive, long n,       \
                                   long u) {                                                                           \
    for (long r = 0; r < n; r++, gates += 4 * u, c0 += u, c += u, h += u, h0 += u) {                                   \
      if (alive && !alive[r]) {                                                                                        \
        memcpy(c, c0, (size_t)u * sizeof(T));                                                                          \
        memcpy(h, h0, (size_t)u * sizeof(T));                                                                          \
        continue;                                                                                                      \
      }                                                                                                                \
      T *restrict i = gates, *restrict f = gates + u, *restrict g = gates + 2 * u, *restrict o = gates + 3 * u;        \
      _Pragma("clang loop vectorize(assume_safety)")                                                                   \
      for (long k = 0; k < u; k++) {                                                                                   \
        T a = SIGMOID(i[k]), b = SIGMOID(f[k]), d = TANH(g[k]), e = SIGMOID(o[k]), s = b * c0[k] + a * d;              \
        i[k] = a; f[k] = b; g[k] = d; o[k] = e;                                                                        \
        c[k] = s; h[k] = e * TANH(s);                                                                                  \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  /* dc comes from later and leaves for earlier; `carry` is what of dh goes straight to the step before. */            \
  void NNS_NAME(nns_lstm_gradient_##S)(const T *gates, const T *c0, const T *c, const T *dh, T *dc, T *dgates,         \
                                       T *carry, const uint8_t *alive, long n, long u) {                               \
    for (long r = 0; r < n; r++, gates += 4 * u, c0 += u, c += u, dh += u, dc += u, dgates += 4 * u, carry += u) {     \
      if (alive && !alive[r]) {                                                                                        \
        memcpy(carry, dh, (size_t)u * sizeof(T));                                                                      \
        memset(dgates, 0, (size_t)(4 * u) * sizeof(T));                                                                \
        continue;                                                                                                      \
      }                                                                                                                \
      const T *i = gates, *f = gates + u, *g = gates + 2 * u, *o = gates + 3 * u;                                      \
      T *restrict di = dgates, *restrict df = dgates + u, *restrict dg = dgates + 2 * u, *restrict d0 = dgates + 3 * u; \
      _Pragma("clang loop vectorize(assume_safety)")                                                                   \
      for (long k = 0; k < u; k++) {                                                                                   \
        T s = TANH(c[k]), d = dc[k] + dh[k] * o[k] * (1 - s * s);                                                      \
        di[k] = d * g[k] * i[k] * (1 - i[k]);                                                                          \
        df[k] = d * c0[k] * f[k] * (1 - f[k]);                                                                         \
        dg[k] = d * i[k] * (1 - g[k] * g[k]);                                                                          \
        d0[k] = dh[k] * s * o[k] * (1 - o[k]);                                                                         \
        dc[k] = d * f[k]; carry[k] = 0;                                                                                \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  /* Gates r z n, of which `swapped` tells z r n: x from the input, a from the state; h = (1 - z) n + z h0. */         \
  void NNS_NAME(nns_gru_cell_##S)(T *x, const T *a, const T *h0, T *h, int swapped, const uint8_t *alive, long n,      \
                                  long u) {                                                                            \
    long at = swapped ? u : 0, to = swapped ? 0 : u;                                                                   \
    for (long q = 0; q < n; q++, x += 3 * u, a += 3 * u, h0 += u, h += u) {                                            \
      if (alive && !alive[q]) { memcpy(h, h0, (size_t)u * sizeof(T)); continue; }                                      \
      _Pragma("clang loop vectorize(assume_safety)")                                                                   \
      for (long k = 0; k < u; k++) {                                                                                   \
        T r = SIGMOID(x[at + k] + a[at + k]), z = SIGMOID(x[to + k] + a[to + k]);                                      \
        T m = TANH(x[2 * u + k] + r * a[2 * u + k]);                                                                   \
        x[at + k] = r; x[to + k] = z; x[2 * u + k] = m;                                                                \
        h[k] = (1 - z) * m + z * h0[k];                                                                                \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  void NNS_NAME(nns_gru_gradient_##S)(const T *gates, const T *a, const T *h0, const T *dh, T *dx, T *da, T *carry,    \
                                      int swapped, const uint8_t *alive, long n, long u) {                             \
    long at = swapped ? u : 0, to = swapped ? 0 : u;                                                                   \
    for (long q = 0; q < n; q++, gates += 3 * u, a += 3 * u, h0 += u, dh += u, dx += 3 * u, da += 3 * u, carry += u) { \
      if (alive && !alive[q]) {                                                                                        \
        memcpy(carry, dh, (size_t)u * sizeof(T));                                                                      \
        memset(dx, 0, (size_t)(3 * u) * sizeof(T));                                                                    \
        memset(da, 0, (size_t)(3 * u) * sizeof(T));                                                                    \
        continue;                                                                                                      \
      }                                                                                                                \
      _Pragma("clang loop vectorize(assume_safety)")                                                                   \
      for (long k = 0; k < u; k++) {                                                                                   \
        T r = gates[at + k], z = gates[to + k], m = gates[2 * u + k];                                                  \
        T dz = dh[k] * (h0[k] - m) * z * (1 - z), dm = dh[k] * (1 - z) * (1 - m * m);                                  \
        T dr = dm * a[2 * u + k] * r * (1 - r);                                                                        \
        dx[at + k] = da[at + k] = dr;                                                                                  \
        dx[to + k] = da[to + k] = dz;                                                                                  \
        dx[2 * u + k] = dm; da[2 * u + k] = dm * r;                                                                    \
        carry[k] = dh[k] * z;                                                                                          \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  /* h = tanh(gates), or relu. */                                                                                      \
  void NNS_NAME(nns_rnn_cell_##S)(const T *gates, const T *h0, T *h, int relu, const uint8_t *alive, long n, long u) { \
    for (long r = 0; r < n; r++, gates += u, h0 += u, h += u) {                                                        \
      if (alive && !alive[r]) { memcpy(h, h0, (size_t)u * sizeof(T)); continue; }                                      \
      if (relu) for (long k = 0; k < u; k++) h[k] = gates[k] < 0 ? 0 : gates[k];                                       \
      else for (long k = 0; k < u; k++) h[k] = TANH(gates[k]);                                                         \
    }                                                                                                                  \
  }                                                                                                                    \
  void NNS_NAME(nns_rnn_gradient_##S)(const T *h, const T *dh, T *dgates, T *carry, int relu, const uint8_t *alive,    \
                                      long n, long u) {                                                                \
    for (long r = 0; r < n; r++, h += u, dh += u, dgates += u, carry += u) {                                           \
      int over = alive && !alive[r];                                                                                   \
      _Pragma("clang loop vectorize(assume_safety)")                                                                   \
      for (long k = 0; k < u; k++) {                                                                                   \
        T slope = over ? 0 : relu ? (h[k] > 0 ? 1 : 0) : 1 - h[k] * h[k];                                              \
        dgates[k] = dh[k] * slope;                                                                                     \
        carry[k] = over ? dh[k] : 0;                                                                                   \
      }                                                                                                                \
    }                                                                                                                  \
  }
#define SIGMOID_F64(x) (1 / (1 + NNS_NAME(exp_f64)(-(x))))
RECURRENT(float, f32, NNS_NAME(sigmoid_f32), NNS_NAME(tanh_f32))
RECURRENT(double, f64, SIGMOID_F64, tanh)
#undef SIGMOID_F64
#undef RECURRENT
