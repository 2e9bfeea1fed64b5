// One element type of the matrix product: a tile of ROWS by two vectors is kept in registers while k runs.
// Before inclusion: T (element), S (suffix), WIDTH (elements of a vector), ROWS (1 … 8).
#define NAME_(x) NNS_JOIN(NNS_JOIN(x, S), NNS_TARGET)
#define V NAME_(vector)
#define U NAME_(loose)
typedef T V __attribute__((vector_size(WIDTH * sizeof(T))));
typedef T U __attribute__((vector_size(WIDTH * sizeof(T)), aligned(sizeof(T))));
#define LOAD(p) (*(const U *)(p))
#define STORE(p, v) (*(U *)(p) = (v))

#define TILE(R)                                                                                                        \
  static inline __attribute__((always_inline)) void NAME_(NNS_JOIN(tile, R))(                                          \
      long k, const T *a, long ar, long ac, const T *b, long br, T *c, long cr, const T *bias, int relu, int accumulate) { \
    V x[R], y[R];                                                                                                      \
    for (int i = 0; i < R; i++) x[i] = y[i] = (V){0};                                                                  \
    _Pragma("clang loop unroll_count(4)") for (long p = 0; p < k; p++) {                                               \
      V u = LOAD(b), v = LOAD(b + WIDTH);                                                                              \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < R; i++) {                                                 \
        T s = a[i * ar];                                                                                               \
        x[i] += s * u; y[i] += s * v;                                                                                  \
      }                                                                                                                \
      a += ac; b += br;                                                                                                \
    }                                                                                                                  \
    V u = {0}, v = {0};                                                                                                \
    if (bias) { u = LOAD(bias); v = LOAD(bias + WIDTH); }                                                              \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < R; i++) {                                                   \
      V s = x[i] + u, t = y[i] + v; T *q = c + i * cr;                                                                 \
      if (accumulate) { s += LOAD(q); t += LOAD(q + WIDTH); }                                                          \
      if (relu) { /* by masks, so that nan stays */                                                                      \
        V z = {0}; typedef __typeof__(s < z) M; s = (V)((M)s & ~(s < z)); t = (V)((M)t & ~(t < z));                    \
      }                                                                                                                \
      STORE(q, s); STORE(q + WIDTH, t);                                                                                \
    }                                                                                                                  \
  }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)
#if ROWS > 6
TILE(7) TILE(8)
#endif
#undef TILE

static inline __attribute__((always_inline)) void NAME_(tile)(
    long rows, long k, const T *a, long ar, long ac, const T *b, long br, T *c, long cr, const T *bias, int relu,
    int accumulate) {
  switch (rows) {
#define CASE(R) case R: NAME_(NNS_JOIN(tile, R))(k, a, ar, ac, b, br, c, cr, bias, relu, accumulate); break;
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#if ROWS > 6
    CASE(7) CASE(8)
#endif
#undef CASE
  }
}

/// A panel of B, `width` columns wide, as rows of PANEL elements with zeros at the edge.
static void NAME_(pack)(const T *b, long br, long bc, long k, long width, T *packed) {
  enum { PANEL = 2 * WIDTH };
  if (width == PANEL && bc == 1)
    for (long p = 0; p < k; p++, packed += PANEL, b += br) {
      STORE(packed, LOAD(b));
      STORE(packed + WIDTH, LOAD(b + WIDTH));
    }
  else if (br == 1 && width == PANEL) {
    // Columns lie in memory: squares of WIDTH rows keep both sides in cache.
    long p = 0;
    for (; p + WIDTH <= k; p += WIDTH)
      for (long q = 0; q < PANEL; q++)
        for (long r = 0; r < WIDTH; r++) packed[(p + r) * PANEL + q] = b[p + r + q * bc];
    for (; p < k; p++)
      for (long q = 0; q < PANEL; q++) packed[p * PANEL + q] = b[p + q * bc];
  } else
    for (long p = 0; p < k; p++) {
      for (long q = 0; q < width; q++) packed[p * PANEL + q] = b[p * br + q * bc];
      for (long q = width; q < PANEL; q++) packed[p * PANEL + q] = 0;
    }
}

/// One panel of B against rows of A, in strips as even as can be: a last strip of one or two rows would leave the
/// multipliers idle.
static inline __attribute__((always_inline)) void NAME_(panel)(
    const nns_product *job, long first, long last, long k0, long k, long j, long width, const T *a, long ar, long ac,
    long strip_step, const T *b, long br) {
  enum { PANEL = 2 * WIDTH };
  int accumulate = job->accumulate || k0 > 0, final = k0 + k >= job->k, relu = job->relu && final;
  const T *offsets = NULL;
  T *C = job->c;
  _Alignas(64) T edge_bias[PANEL], edge[ROWS * PANEL];
  if (job->bias && final) {
    offsets = (const T *)job->bias + j;
    if (width < PANEL) {
      for (long q = 0; q < PANEL; q++) edge_bias[q] = q < width ? offsets[q] : 0;
      offsets = edge_bias;
    }
  }
  long strips = (last - first + ROWS - 1) / ROWS;
  for (long s = 0, i = first; s < strips; s++) {
    long r = (last - i + (strips - s) - 1) / (strips - s);
    const T *from = strip_step ? a + s * strip_step : a + (i - first) * ar;
    T *c = C + i * job->c_row + j;
    if (width == PANEL)
      NAME_(tile)(r, k, from, ar, ac, b, br, c, job->c_row, offsets, relu, accumulate);
    else {
      for (long y = 0; y < r && accumulate; y++)
        for (long q = 0; q < PANEL; q++) edge[y * PANEL + q] = q < width ? c[y * job->c_row + q] : 0;
      NAME_(tile)(r, k, from, ar, ac, b, br, edge, PANEL, offsets, relu, accumulate);
      for (long y = 0; y < r; y++)
        for (long q = 0; q < width; q++) c[y * job->c_row + q] = edge[y * PANEL + q];
    }
    i += r;
  }
}

/// One column: a scalar product a row, in four vectors of lanes.
static void NAME_(column)(const nns_product *job, long first, long last) {
  const T *b = job->b;
  T offset = job->bias ? *(const T *)job->bias : 0;
  for (long i = first; i < last; i++) {
    const T *a = (const T *)job->a + i * job->a_row;
    V lanes[4] = {0};
    long p = 0;
    for (; p + 4 * WIDTH <= job->k; p += 4 * WIDTH)
      for (int l = 0; l < 4; l++) lanes[l] += LOAD(a + p + l * WIDTH) * LOAD(b + p + l * WIDTH);
    V sum = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
    T total = 0;
    for (int l = 0; l < WIDTH; l++) total += sum[l];
    for (; p < job->k; p++) total += a[p] * b[p];
    T *c = (T *)job->c + i * job->c_row;
    total += offset + (job->accumulate ? *c : 0);
    *c = job->relu && total < 0 ? 0 : total;
  }
}

/// Rows `first ..< last` of the product. The order of each sum depends on k alone.
void NAME_(nns_product_rows)(const nns_product *job, long first, long last) {
  enum { PANEL = 2 * WIDTH, DEPTH = PANEL_BYTES / (PANEL * (int)sizeof(T)), BLOCK = 20 * ROWS };
  const T *A = job->a, *B = job->b;
  long n = job->n, depth = job->k, rows = last - first, ar = job->a_row, ac = job->a_column;
  if (rows <= 0 || n <= 0) return;
  if (n == 1 && ac == 1 && job->b_row == 1) return NAME_(column)(job, first, last);
  _Alignas(64) T one[DEPTH * PANEL];
  // Tall and wide: strips of A are copied so that a block of them stays in the second-level cache, and B's panels once.
  int large = rows >= BLOCK && n >= 16 * PANEL && depth >= 64;
  long panels = (n + PANEL - 1) / PANEL, most = depth < DEPTH ? depth : DEPTH;
  long a_bytes = BLOCK * most * (long)sizeof(T), b_bytes = panels * PANEL * most * (long)sizeof(T);
  T *strips = large ? nns_allocate(a_bytes) : NULL, *all = large ? nns_allocate(b_bytes) : NULL;
  if (!strips || !all) large = 0;
  for (long k0 = 0;;) {
    long left = depth - k0, k = left <= DEPTH ? left : left <= 2 * DEPTH ? (left + 1) / 2 : DEPTH;
    if (large) {
      for (long j = 0; j < panels; j++)
        NAME_(pack)(B + k0 * job->b_row + j * PANEL * job->b_column, job->b_row, job->b_column, k,
                    n - j * PANEL < PANEL ? n - j * PANEL : PANEL, all + j * PANEL * k);
      for (long i0 = first; i0 < last; i0 += BLOCK) {
        long end = last - i0 < BLOCK ? last : i0 + BLOCK, count = (end - i0 + ROWS - 1) / ROWS;
        for (long s = 0, i = i0; s < count; s++) {
          long r = (end - i + (count - s) - 1) / (count - s);
          T *to = strips + s * ROWS * k;
          const T *from = A + i * ar + k0 * ac;
          if (ac == 1)
            for (long y = 0; y < r; y++)
              for (long p = 0; p < k; p++) to[p * ROWS + y] = from[y * ar + p];
          else
            for (long p = 0; p < k; p++)
              for (long y = 0; y < r; y++) to[p * ROWS + y] = from[y * ar + p * ac];
          i += r;
        }
        for (long j = 0; j < panels; j++)
          NAME_(panel)(job, i0, end, k0, k, j * PANEL, n - j * PANEL < PANEL ? n - j * PANEL : PANEL, strips, 1, ROWS,
                       ROWS * k, all + j * PANEL * k, PANEL);
      }
    } else
      for (long j = 0; j < n; j += PANEL) {
        long width = n - j < PANEL ? n - j : PANEL, br = job->b_row;
        const T *b = B + k0 * br + j * job->b_column;
        if (width < PANEL || job->b_column != 1 || rows > PACK_ROWS) {
          NAME_(pack)(b, br, job->b_column, k, width, one);
          b = one;
          br = PANEL;
        }
        NAME_(panel)(job, first, last, k0, k, j, width, A + first * ar + k0 * ac, ar, ac, 0, b, br);
      }
    k0 += k;
    if (k0 >= depth) break;
  }
  if (strips) nns_release(strips, a_bytes);
  if (all) nns_release(all, b_bytes);
}
#undef LOAD
#undef STORE
#undef NAME_
#undef V
#undef U
