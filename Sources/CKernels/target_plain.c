// The kernels for one kind of processor: see kernel_table.h.
#if 1
#define NNS_TARGET plain
#define NNS_HAS_AVX2 0
#include "kernel_table.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>


#include "body_math.h"
#include "body_elementwise.h"
#include "body_reduce.h"
#include "body_rows.h"
#include "body_optimizer.h"
#include "body_recurrent.h"
#include "body_pool.h"
#include "body_integer_product.h"

#define ROWS 6
// Multiply and add round one after the other here, so that sums are made of shorter pieces: 128 deep.
#define PANEL_BYTES 4096
#define PACK_ROWS 40
#define T float
#define S f32
#define WIDTH 4
#include "body_product.h"
#undef T
#undef S
#undef WIDTH
#define T double
#define S f64
#define WIDTH 2
#include "body_product.h"


#define ENTRY(name, parameters, arguments) .name = NNS_NAME(name),
const nns_kernel_table NNS_NAME(nns_table) = {NNS_KERNELS(ENTRY)};
#else
typedef int nns_nothing_here;
#endif
