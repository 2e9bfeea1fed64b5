#include "datasets.h"
#include <string.h>

// `#embed` costs no compile time; a Swift array literal of the same size costs ten seconds.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char digits[] = {
#embed "data/digits.csv.gz"
};
static const unsigned char iris[] = {
#embed "data/iris.csv"
};
static const unsigned char penguins[] = {
#embed "data/penguins.csv"
};
static const unsigned char wine[] = {
#embed "data/wine.csv"
};

static const nns_shipped_file files[] = {
  {"digits", digits, sizeof digits},
  {"iris", iris, sizeof iris},
  {"penguins", penguins, sizeof penguins},
  {"wine", wine, sizeof wine},
};

nns_shipped_file nns_shipped(const char *name) {
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
    if (strcmp(files[i].name, name) == 0) return files[i];
  return (nns_shipped_file){name, NULL, 0};
}
