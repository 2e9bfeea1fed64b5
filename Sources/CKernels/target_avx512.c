// The kernels for one kind of processor: see kernel_table.h.
#if defined(__x86_64__)
#define NNS_TARGET avx512
#define NNS_HAS_AVX2 1
#include "kernel_table.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#include "body_math.h"
#include "body_elementwise.h"
#include "body_reduce.h"
#include "body_rows.h"
#include "body_optimizer.h"
#include "body_recurrent.h"
#include "body_pool.h"
#include "body_integer_product.h"

#define ROWS 8
#define PANEL_BYTES 50176
#define PACK_ROWS 56
#define T float
#define S f32
#define WIDTH 16
#include "body_product.h"
#undef T
#undef S
#undef WIDTH
#define T double
#define S f64
#define WIDTH 8
#include "body_product.h"
#pragma clang attribute pop

#define ENTRY(name, parameters, arguments) .name = NNS_NAME(name),
const nns_kernel_table NNS_NAME(nns_table) = {NNS_KERNELS(ENTRY)};
#else
typedef int nns_nothing_here;
#endif
