/// LAPACK behind a table of our own: the library is opened when first asked for. Matrices are row-major f64.
///
/// Each function returns 0 when it did the work, NNL_ABSENT without the library, or what LAPACK says: above 0 for a matrix
/// that is singular, not positive definite, or did not converge.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

enum { NNL_ABSENT = -1000000 };

/// a [n, n] becomes its LU factors, `pivots` [n] the rows exchanged, counted from 1.
int nnl_lu(int n, double *a, int *pivots);
/// b [n, m] becomes the solution of a x = b by the factors that `nnl_lu` gave.
int nnl_lu_solve(int n, int m, const double *lu, const int *pivots, double *b);
/// The lower triangle of a [n, n] becomes L of a = L Lᵀ; the rest stays as it was.
int nnl_cholesky(int n, double *a);
/// a [m, n] becomes q [m, k] in its first columns, r [k, n] its factor, k = min(m, n).
int nnl_qr(int m, int n, double *a, double *r);
/// a [m, n], which is destroyed, as u [m, k] diag(s [k]) vt [k, n], k = min(m, n).
int nnl_svd(int m, int n, double *a, double *u, double *s, double *vt);
/// A symmetric a [n, n] becomes its eigenvectors in columns, `values` [n] the eigenvalues from the least up.
int nnl_eigh(int n, double *a, double *values);

#ifdef __cplusplus
}
#endif
