#pragma once
#include <stddef.h>

/// A data file that is part of the program.
typedef struct {
  const char *name;
  const unsigned char *bytes;
  size_t size;
} nns_shipped_file;

/// The shipped file of this name, or one whose `bytes` is null.
nns_shipped_file nns_shipped(const char *name);
