// Built with or without LAPACKE's header; run with or without its library.
#include "CLapack.h"

#if __has_include(<lapacke.h>)
#include <dlfcn.h>
#include <lapacke.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTIONS(F)                                                                                                   \
  F(LAPACKE_dgetrf) F(LAPACKE_dgetrs) F(LAPACKE_dpotrf) F(LAPACKE_dgeqrf) F(LAPACKE_dorgqr) F(LAPACKE_dgesdd)          \
  F(LAPACKE_dsyevd)
#define FIELD(name) __typeof__(name) *name;
static struct { FUNCTIONS(FIELD) } lapack;
static int found;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_library(void) {
  void *library = dlopen("liblapacke.so.3", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  found = 1;
#define FIND(name) if (!(lapack.name = (__typeof__(name) *)dlsym(library, #name))) found = 0;
  FUNCTIONS(FIND)
}

static int available(void) {
  pthread_once(&once, open_library);
  return found;
}

int nnl_lu(int n, double *a, int *pivots) {
  return available() ? lapack.LAPACKE_dgetrf(LAPACK_ROW_MAJOR, n, n, a, n, pivots) : NNL_ABSENT;
}

int nnl_lu_solve(int n, int m, const double *lu, const int *pivots, double *b) {
  return available() ? lapack.LAPACKE_dgetrs(LAPACK_ROW_MAJOR, 'N', n, m, lu, n, pivots, b, m) : NNL_ABSENT;
}

int nnl_cholesky(int n, double *a) {
  return available() ? lapack.LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', n, a, n) : NNL_ABSENT;
}

int nnl_qr(int m, int n, double *a, double *r) {
  if (!available()) return NNL_ABSENT;
  int k = m < n ? m : n;
  double *tau = malloc((size_t)k * sizeof *tau);
  if (!tau) return LAPACK_WORK_MEMORY_ERROR;
  int status = lapack.LAPACKE_dgeqrf(LAPACK_ROW_MAJOR, m, n, a, n, tau);
  for (int i = 0; i < k; i++)
    for (int j = 0; j < n; j++) r[(long)i * n + j] = j < i ? 0 : a[(long)i * n + j];
  if (!status) status = lapack.LAPACKE_dorgqr(LAPACK_ROW_MAJOR, m, k, k, a, n, tau);
  free(tau);
  return status;
}

int nnl_svd(int m, int n, double *a, double *u, double *s, double *vt) {
  int k = m < n ? m : n;
  return available() ? lapack.LAPACKE_dgesdd(LAPACK_ROW_MAJOR, 'S', m, n, a, n, s, u, k, vt, n) : NNL_ABSENT;
}

int nnl_eigh(int n, double *a, double *values) {
  return available() ? lapack.LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'L', n, a, n, values) : NNL_ABSENT;
}

#else

int nnl_lu(int n, double *a, int *pivots) { return NNL_ABSENT; }
int nnl_lu_solve(int n, int m, const double *lu, const int *pivots, double *b) { return NNL_ABSENT; }
int nnl_cholesky(int n, double *a) { return NNL_ABSENT; }
int nnl_qr(int m, int n, double *a, double *r) { return NNL_ABSENT; }
int nnl_svd(int m, int n, double *a, double *u, double *s, double *vt) { return NNL_ABSENT; }
int nnl_eigh(int n, double *a, double *values) { return NNL_ABSENT; }

#endif
