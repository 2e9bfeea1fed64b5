// Discrete Fourier transforms of any length in f64: powers of two by Stockham's self-sorting steps, other lengths as a
// convolution of a power of two (Bluestein, 1970).
#include "CKernels.h"
#include <math.h>
#include <string.h>

static const double turn = 6.283185307179586476925286766559;

/// n a power of two; the result is in x, and y is room of the same size. Pairs (re, im).
static void powers_of_two(long n, double sign, double *x, double *y) {
  double *from = x, *to = y;
  for (long half = n / 2, stride = 1; half >= 1; half /= 2, stride *= 2) {
    for (long p = 0; p < half; p++) {
      double angle = sign * turn * (double)p / (double)(2 * half), wr = cos(angle), wi = sin(angle);
      for (long q = 0; q < stride; q++) {
        const double *a = from + 2 * (q + stride * p), *b = from + 2 * (q + stride * (p + half));
        double *c = to + 2 * (q + stride * 2 * p), *d = to + 2 * (q + stride * (2 * p + 1));
        double re = a[0] - b[0], im = a[1] - b[1];
        c[0] = a[0] + b[0], c[1] = a[1] + b[1];
        d[0] = re * wr - im * wi, d[1] = re * wi + im * wr;
      }
    }
    double *swap = from;
    from = to, to = swap;
  }
  if (from != x) memcpy(x, from, (size_t)n * 2 * sizeof *x);
}

long nns_fourier_room(long n) {
  if (n < 2 || (n & (n - 1)) == 0) return 2 * n;
  long m = 1;
  while (m < 2 * n) m *= 2;
  return 2 * n + 6 * m;
}

void nns_fourier(long n, int inverse, double *x, double *room) {
  double sign = inverse ? 1 : -1;
  if (n < 2) return;
  if ((n & (n - 1)) == 0) return powers_of_two(n, sign, x, room);
  long m = 1;
  while (m < 2 * n) m *= 2;
  double *chirp = room, *a = chirp + 2 * n, *b = a + 2 * m, *rest = b + 2 * m;
  for (long i = 0; i < n; i++) {
    // i squared modulo 2n keeps the angle exact for long transforms.
    double angle = sign * turn / 2 * (double)((long)((unsigned long)i * (unsigned long)i % (unsigned long)(2 * n))) / (double)n;
    chirp[2 * i] = cos(angle), chirp[2 * i + 1] = sin(angle);
  }
  memset(a, 0, (size_t)(4 * m) * sizeof *a);
  for (long i = 0; i < n; i++) {
    double cr = chirp[2 * i], ci = chirp[2 * i + 1];
    a[2 * i] = x[2 * i] * cr - x[2 * i + 1] * ci, a[2 * i + 1] = x[2 * i] * ci + x[2 * i + 1] * cr;
    b[2 * i] = cr, b[2 * i + 1] = -ci;
    if (i) b[2 * (m - i)] = cr, b[2 * (m - i) + 1] = -ci;
  }
  powers_of_two(m, -1, a, rest);
  powers_of_two(m, -1, b, rest);
  for (long i = 0; i < m; i++) {
    double re = a[2 * i] * b[2 * i] - a[2 * i + 1] * b[2 * i + 1], im = a[2 * i] * b[2 * i + 1] + a[2 * i + 1] * b[2 * i];
    a[2 * i] = re / (double)m, a[2 * i + 1] = im / (double)m;
  }
  powers_of_two(m, 1, a, rest);
  for (long i = 0; i < n; i++) {
    double cr = chirp[2 * i], ci = chirp[2 * i + 1];
    x[2 * i] = a[2 * i] * cr - a[2 * i + 1] * ci, x[2 * i + 1] = a[2 * i] * ci + a[2 * i + 1] * cr;
  }
}
