#include "CKernels.h"

volatile sig_atomic_t nns_interrupt_flag = 0;
