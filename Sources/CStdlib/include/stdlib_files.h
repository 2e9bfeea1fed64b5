#pragma once
#include <stddef.h>

/// A file of the library that is written in NNS.
typedef struct {
  /// The module that its functions belong to.
  const char *module;
  const unsigned char *bytes;
  size_t size;
} nns_written_file;

/// The files from 0 on; behind the last one, one whose `bytes` is null.
nns_written_file nns_written(size_t index);
