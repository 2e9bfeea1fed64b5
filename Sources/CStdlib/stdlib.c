#include "stdlib_files.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char shapes[] = {
#embed "../../stdlib/shapes.nns"
};
static const unsigned char reductions[] = {
#embed "../../stdlib/reductions.nns"
};
static const unsigned char spectra[] = {
#embed "../../stdlib/spectra.nns"
};
static const unsigned char data[] = {
#embed "../../stdlib/data.nns"
};
static const unsigned char models[] = {
#embed "../../stdlib/models.nns"
};
static const unsigned char training[] = {
#embed "../../stdlib/training.nns"
};
static const unsigned char evaluation[] = {
#embed "../../stdlib/evaluation.nns"
};
static const unsigned char compression[] = {
#embed "../../stdlib/compression.nns"
};
static const unsigned char insight[] = {
#embed "../../stdlib/insight.nns"
};

static const nns_written_file files[] = {
  {"shapes", shapes, sizeof shapes},
  {"reductions", reductions, sizeof reductions},
  {"spectra", spectra, sizeof spectra},
  {"data", data, sizeof data},
  {"models", models, sizeof models},
  {"training", training, sizeof training},
  {"evaluation", evaluation, sizeof evaluation},
  {"compression", compression, sizeof compression},
  {"insight", insight, sizeof insight},
};

nns_written_file nns_written(size_t index) {
  if (index < sizeof files / sizeof files[0]) return files[index];
  return (nns_written_file){0, 0, 0};
}
