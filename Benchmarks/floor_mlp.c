// The article's network (784 -> 128 relu -> 10, Adam 1e-3, cross-entropy) on Fashion-MNIST, written for this one job: what
// the processor allows. Vector code through clang's vector types, 256 or 512 bits wide as -march=native has it.
//
//   clang -O3 -march=native -fno-math-errno floor_mlp.c -o floor_mlp -lm -lpthread
//   floor_mlp EPOCHS BATCH own THREADS        (THREADS is 1 or 2; FASHION_DIR says where the data is)
//
// With PEER_PIPE set it prints "ready", then runs one epoch for each line of its standard input. Prints
// "epoch N SECONDS" after each, and "RESULT ... acc=A" at the end. PROF set (one thread) says where the time goes.
#define _GNU_SOURCE
#pragma clang diagnostic ignored "-Wpsabi"  // rows of 16 lanes never leave this file
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__AVX512F__)
enum { W = 16, MR = 8 };
#else
enum { W = 8, MR = 6 };
#endif
enum { INPUTS = 784, HIDDEN = 128, CLASSES = 10, PANEL = 2 * W, EDGE = 16, BLOCK = 56, TRAIN = 60000, TEST = 10000 };
typedef float V __attribute__((vector_size(W * 4)));
typedef float U __attribute__((vector_size(W * 4), aligned(4)));
typedef int32_t VI __attribute__((vector_size(W * 4)));
typedef uint8_t VB __attribute__((vector_size(W), aligned(1)));
typedef float Row __attribute__((vector_size(64)));
typedef int32_t RowI __attribute__((vector_size(64)));
#define LOAD(p) (*(const U *)(p))
#define STORE(p, v) (*(U *)(p) = (v))
#define UNROLL _Pragma("clang loop unroll(full)")

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

// ---- C[rows, n] = A B (+ bias, relu), A by strides.
#define TILE(R)                                                                                                        \
  static inline __attribute__((always_inline)) void tile##R(int k, const float *a, long ar, long ac, const float *b,   \
                                                            long br, float *c, long cr, const float *bias, int relu) { \
    V x[R], y[R];                                                                                                      \
    for (int i = 0; i < R; i++) x[i] = y[i] = (V){0};                                                                  \
    for (int p = 0; p < k; p++, a += ac, b += br) {                                                                    \
      V u = LOAD(b), v = LOAD(b + W);                                                                                  \
      UNROLL for (int i = 0; i < R; i++) { float s = a[i * ar]; x[i] += s * u; y[i] += s * v; }                        \
    }                                                                                                                  \
    V u = {0}, v = {0}, z = {0};                                                                                       \
    if (bias) u = LOAD(bias), v = LOAD(bias + W);                                                                      \
    UNROLL for (int i = 0; i < R; i++) {                                                                               \
      V s = x[i] + u, t = y[i] + v;                                                                                    \
      if (relu) s = (V)((VI)s & (VI)(s > z)), t = (V)((VI)t & (VI)(t > z));                                            \
      STORE(c + i * cr, s); STORE(c + i * cr + W, t);                                                                  \
    }                                                                                                                  \
  }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8)

static inline __attribute__((always_inline)) void product(int rows, int n, int k, const float *a, long ar, long ac,
                                                          const float *b, long br, float *c, long cr, const float *bias,
                                                          int relu) {
  int strips = (rows + MR - 1) / MR;
  for (int j = 0; j < n; j += PANEL)
    for (int s = 0, i = 0; s < strips; s++) {
      int r = (rows - i + strips - s - 1) / (strips - s);
      const float *x = a + i * ar, *o = bias ? bias + j : 0;
      float *y = c + i * cr + j;
      switch (r) {
#define CASE(R) case R: tile##R(k, x, ar, ac, b + j, br, y, cr, o, relu); break;
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8)
      }
      i += r;
    }
}

// ---- exp over a row of 16 lanes (Cephes).
static inline __attribute__((always_inline)) Row exponential(Row x) {
  Row low = (Row){0} - 87.0f;
  RowI under = x < low;
  x = (Row)(((RowI)low & under) | ((RowI)x & ~under));
  Row shifted = x * 1.44269504f + 12582912.0f, n = shifted - 12582912.0f, r = x - n * 0.693359375f + n * 2.12194440e-4f;
  Row p = (Row){0} + 1.9875691500E-4f;
  p = p * r + 1.3981999507E-3f;
  p = p * r + 8.3334519073E-3f;
  p = p * r + 4.1665795894E-2f;
  p = p * r + 1.6666665459E-1f;
  p = p * r + 0.5f;
  p = p * (r * r) + r + 1.0f;
  return p * (Row)(((RowI)shifted - 0x4b400000 + 127) << 23);
}

static int B, T, EP;
static unsigned char *xt, *yt, *xv, *yv;
static float *P, *M, *Q, *G, *W1, *b1, *W2, *b2, *X, *H, *L, *D, *W2T, *W2P, *B2P;
static int perm[TRAIN];
static unsigned long seed = 88172645463325252ul;
static unsigned rnd(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (unsigned)(seed >> 20);
}

static void adam(long a, long z, float rate, float root) {  // p -= rate m / (sqrt(v) root + eps)
  long i = a;
  for (; i + W <= z; i += W) {
    V g = LOAD(G + i), m = LOAD(M + i) * 0.9f + g * 0.1f, v = LOAD(Q + i) * 0.999f + g * g * 0.001f;
    STORE(M + i, m);
    STORE(Q + i, v);
    STORE(P + i, LOAD(P + i) - rate * m / (__builtin_elementwise_sqrt(v) * root + 1e-8f));
  }
  for (; i < z; i++) {
    M[i] = M[i] * 0.9f + G[i] * 0.1f;
    Q[i] = Q[i] * 0.999f + G[i] * G[i] * 0.001f;
    P[i] -= rate * M[i] / (sqrtf(Q[i]) * root + 1e-8f);
  }
}

static unsigned char *unpacked(const char *file, int skip, long n) {
  const char *dir = getenv("FASHION_DIR");
  char command[600];
  snprintf(command, sizeof command, "gzip -dc '%s/%s'", dir ? dir : "/usr/share/datasets/fashion-mnist", file);
  FILE *p = popen(command, "r");
  unsigned char *b = malloc(n + skip + 64);
  if (!p || !b || fread(b, 1, n + skip, p) != (size_t)n + skip) {
    fprintf(stderr, "cannot read %s\n", file);
    exit(1);
  }
  pclose(p);
  return b + skip;
}

static atomic_int arrived, round_;
static void barrier(void) {
  if (T == 1) return;
  int r = atomic_load_explicit(&round_, memory_order_acquire);
  if (atomic_fetch_add(&arrived, 1) == T - 1) {
    atomic_store(&arrived, 0);
    atomic_store(&round_, r + 1);
    return;
  }
  for (int spins = 0; atomic_load_explicit(&round_, memory_order_acquire) == r;)
    if (++spins > 2000) sched_yield();
}

static double phase[6];
static int prof;
static void work(int id) {
  long step = 0;
  for (int e = 0; e < EP; e++) {
    barrier();
    if (id == 0)
      for (int i = TRAIN - 1; i > 0; i--) { int j = rnd() % (i + 1), t = perm[i]; perm[i] = perm[j]; perm[j] = t; }
    double t0 = now(), t1 = t0;
#define MARK(n) if (prof) { double t = now(); phase[n] += t - t1; t1 = t; }
    barrier();
    for (int s = 0; s < TRAIN; s += B) {
      int nb = TRAIN - s < B ? TRAIN - s : B, half = (nb / 2 + 7) & ~7;
      int r0 = T == 2 && id ? half : 0, r1 = T == 2 && !id ? half : nb;
      if (r1 > nb) r1 = nb;
      int nr = r1 - r0;
      step++;
      if (prof) t1 = now();
      for (int r = r0; r < r1; r++) {
        const unsigned char *q = xt + (long)perm[s + r] * INPUTS;
        if (r + 2 < r1) for (int j = 0; j < INPUTS; j += 64) __builtin_prefetch(xt + (long)perm[s + r + 2] * INPUTS + j);
        for (int j = 0; j < INPUTS; j += W)
          STORE(X + r * INPUTS + j, __builtin_convertvector(*(const VB *)(q + j), V) * (1 / 255.f));
      }
      MARK(0)
      if (nr > 0) product(nr, HIDDEN, INPUTS, X + r0 * INPUTS, INPUTS, 1, W1, HIDDEN, H + r0 * HIDDEN, HIDDEN, b1, 1);
      MARK(1)
      // The output layer in rows of 16 (PANEL) lanes, those past 10 empty.
      float *wp = W2P + id * HIDDEN * PANEL, *bp = B2P + id * PANEL, *wt = W2T + id * CLASSES * HIDDEN;
      for (int i = 0; i < HIDDEN; i++)
        for (int j = 0; j < CLASSES; j++) wp[i * PANEL + j] = wt[j * HIDDEN + i] = W2[i * CLASSES + j];
      for (int j = 0; j < CLASSES; j++) bp[j] = b2[j];
      if (nr > 0) product(nr, PANEL, HIDDEN, H + r0 * HIDDEN, HIDDEN, 1, wp, PANEL, L + r0 * PANEL, PANEL, bp, 0);
      for (int r = r0; r < r1; r++) {
        Row x = *(Row *)(L + r * PANEL), empty;
        for (int j = 0; j < EDGE; j++) empty[j] = j < CLASSES ? 0 : -1e30f;
        x += empty;
        float peak = x[0], sum = 0;
        for (int j = 1; j < CLASSES; j++) peak = x[j] > peak ? x[j] : peak;
        x = exponential(x - peak);
        for (int j = 0; j < CLASSES; j++) sum += x[j];
        x *= 1 / sum;
        x[yt[perm[s + r]]] -= 1;
        for (int j = CLASSES; j < EDGE; j++) x[j] = 0;
        *(Row *)(L + r * PANEL) = x * (1.f / nb);
      }
      if (nr > 0) product(nr, HIDDEN, CLASSES, L + r0 * PANEL, PANEL, 1, wt, HIDDEN, D + r0 * HIDDEN, HIDDEN, 0, 0);
      for (long i = (long)r0 * HIDDEN; i < (long)r1 * HIDDEN; i += W) {
        V h = LOAD(H + i), z = {0};
        STORE(D + i, (V)((VI)LOAD(D + i) & (VI)(h > z)));
      }
      MARK(2)
      barrier();
      float rate = 1e-3f / (1 - pow(.9, step)), root = 1 / sqrtf(1 - pow(.999, step));
      int i0 = T == 2 && id ? INPUTS / 2 : 0, i1 = T == 2 && !id ? INPUTS / 2 : INPUTS;
      // dW1 in blocks of rows, Adam on each while it is in cache.
      for (int i = i0; i < i1; i += BLOCK) {
        product(BLOCK, HIDDEN, nb, X + i, 1, INPUTS, D, HIDDEN, G + (long)i * HIDDEN, HIDDEN, 0, 0);
        MARK(3)
        adam((long)i * HIDDEN, (long)(i + BLOCK) * HIDDEN, rate, root);
        MARK(4)
      }
      long o = INPUTS * HIDDEN;
      if (id == 0) {
        for (int j = 0; j < HIDDEN; j += W) {
          V a = {0};
          for (int r = 0; r < nb; r++) a += LOAD(D + r * HIDDEN + j);
          STORE(G + o + j, a);
        }
        adam(o, o + HIDDEN, rate, root);
      }
      o += HIDDEN;
      if (id == T - 1) {
        float wide[HIDDEN * PANEL];
        product(HIDDEN, PANEL, nb, H, 1, HIDDEN, L, PANEL, wide, PANEL, 0, 0);
        for (int i = 0; i < HIDDEN; i++) for (int j = 0; j < CLASSES; j++) G[o + i * CLASSES + j] = wide[i * PANEL + j];
        for (int j = 0; j < CLASSES; j++) {
          float a = 0;
          for (int r = 0; r < nb; r++) a += L[r * PANEL + j];
          G[o + HIDDEN * CLASSES + j] = a;
        }
        adam(o, o + HIDDEN * CLASSES + CLASSES, rate, root);
      }
      MARK(5)
      barrier();
    }
    if (id) continue;
    printf("epoch %d %.4f\n", e + 1, now() - t0);
    fflush(stdout);
    char line[64];
    if (getenv("PEER_PIPE") && e + 1 < EP && !fgets(line, sizeof line, stdin)) exit(0);
  }
}
static void *second(void *p) {
  work((int)(long)p);
  return 0;
}

static float *floats(long n) {
  float *p = aligned_alloc(64, (n * 4 + 319) & ~63L);
  if (!p) exit(1);
  memset(p, 0, (n * 4 + 319) & ~63L);
  return p;
}

int main(int count, char **arguments) {
  if (count < 3) {
    fprintf(stderr, "usage: floor_mlp EPOCHS BATCH [own] [THREADS]\n");
    return 2;
  }
  EP = atoi(arguments[1]);
  B = atoi(arguments[2]);
  T = count > 4 && atoi(arguments[4]) == 2 ? 2 : 1;
  prof = getenv("PROF") && T == 1;
  if (EP < 1 || B < 1 || B > TRAIN) return 2;
  xt = unpacked("train-images-idx3-ubyte.gz", 16, (long)TRAIN * INPUTS);
  yt = unpacked("train-labels-idx1-ubyte.gz", 8, TRAIN);
  xv = unpacked("t10k-images-idx3-ubyte.gz", 16, (long)TEST * INPUTS);
  yv = unpacked("t10k-labels-idx1-ubyte.gz", 8, TEST);
  long np = INPUTS * HIDDEN + HIDDEN + HIDDEN * CLASSES + CLASSES;
  P = floats(np), M = floats(np), Q = floats(np), G = floats(np);
  W1 = P, b1 = P + INPUTS * HIDDEN, W2 = b1 + HIDDEN, b2 = W2 + HIDDEN * CLASSES;
  X = floats((long)B * INPUTS), H = floats((long)B * HIDDEN), L = floats((long)B * PANEL), D = floats((long)B * HIDDEN);
  W2T = floats(2 * CLASSES * HIDDEN), W2P = floats(2 * HIDDEN * PANEL), B2P = floats(2 * PANEL);
  for (int i = 0; i < INPUTS * HIDDEN; i++) W1[i] = ((rnd() & 0xffff) / 32768.f - 1) * sqrtf(6.f / (INPUTS + HIDDEN));
  for (int i = 0; i < HIDDEN * CLASSES; i++) W2[i] = ((rnd() & 0xffff) / 32768.f - 1) * sqrtf(6.f / (HIDDEN + CLASSES));
  for (int i = 0; i < TRAIN; i++) perm[i] = i;
  char line[64];
  if (getenv("PEER_PIPE")) {
    puts("ready");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) return 0;
  }
  pthread_t other;
  if (T == 2) pthread_create(&other, 0, second, (void *)1);
  work(0);
  if (T == 2) pthread_join(other, 0);
  if (prof) {
    double t = 0;
    for (int i = 0; i < 6; i++) t += phase[i];
    printf("prof gather %.0f%% fwd1 %.0f%% fwd2+softmax+dH %.0f%% dW1 %.0f%% adam %.0f%% rest %.0f%% total %.4f s\n",
           100 * phase[0] / t, 100 * phase[1] / t, 100 * phase[2] / t, 100 * phase[3] / t, 100 * phase[4] / t,
           100 * phase[5] / t, t / EP);
  }
  int right = 0;
  for (int i = 0; i < TEST; i++) {
    float h[HIDDEN], o[CLASSES];
    memcpy(h, b1, sizeof h);
    memcpy(o, b2, sizeof o);
    for (int k = 0; k < INPUTS; k++) {
      float x = xv[i * INPUTS + k] / 255.f;
      if (x) for (int j = 0; j < HIDDEN; j++) h[j] += x * W1[k * HIDDEN + j];
    }
    for (int k = 0; k < HIDDEN; k++) if (h[k] > 0) for (int j = 0; j < CLASSES; j++) o[j] += h[k] * W2[k * CLASSES + j];
    int best = 0;
    for (int j = 1; j < CLASSES; j++) if (o[j] > o[best]) best = j;
    right += best == yv[i];
  }
  printf("RESULT cfloor mode=own batch=%d threads=%d acc=%.4f\n", B, T, right / (double)TEST);
}
