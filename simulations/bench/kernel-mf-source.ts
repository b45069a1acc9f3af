/**
 * The rival of `kernel-mf-c`: what MfWorkload does, as one writes it in C. Sums of products go to eight lanes, which a compiler
 * makes a vector of; exp is that of the C library.
 */
export const MF_SOURCE = String.raw`#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DIMENSION = 32, LANES = 8 };

static float dot(const float *restrict a, const float *restrict b) {
  float sums[LANES] = {0};
  for (int k = 0; k < DIMENSION; k += LANES)
    for (int lane = 0; lane < LANES; lane++) sums[lane] += a[k + lane] * b[k + lane];
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int lane = 0; lane < half; lane++) sums[lane] += sums[lane + half];
  return sums[0];
}

static void epoch(float *restrict user, float *restrict vectors, float *restrict biases, int bought,
                  const int32_t *restrict samples, int length, float learning_rate, float regularisation) {
  const float decay = 1 - learning_rate * regularisation;
  for (int n = 0; n < length; n++) {
    const int row = samples[n];
    float *restrict vector = vectors + (size_t)row * DIMENSION;
    const float score = dot(user, vector) + biases[row];
    const float step = learning_rate * ((row < bought ? 1.0f : 0.0f) - 1 / (1 + expf(-score)));
    biases[row] += step;
    for (int k = 0; k < DIMENSION; k++) {
      const float before = user[k];
      user[k] = decay * before + step * vector[k];
      vector[k] = decay * vector[k] + step * before;
    }
  }
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *read_exactly(FILE *file, size_t bytes) {
  void *data = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (data == NULL || fread(data, 1, bytes, file) != bytes) exit(1);
  return data;
}

struct device {
  int bought, rows, length;
  const int32_t *items, *samples;
  const float *user;
};

/* Arguments: the problem, where the results go, how many times over. Prints the seconds of each. */
int main(int argc, char **argv) {
  if (argc != 4) return 1;
  FILE *file = fopen(argv[1], "rb");
  if (file == NULL) return 1;
  const int32_t *sizes = read_exactly(file, 2 * sizeof(int32_t));
  const int catalogue = sizes[0], count = sizes[1];
  const float *settings = read_exactly(file, 2 * sizeof(float));
  const float *table = read_exactly(file, sizeof(float) * (size_t)catalogue * DIMENSION);
  const float *table_biases = read_exactly(file, sizeof(float) * (size_t)catalogue);
  struct device *devices = malloc((size_t)count * sizeof(struct device));
  for (int d = 0; d < count; d++) {
    const int32_t *shape = read_exactly(file, 3 * sizeof(int32_t));
    devices[d].bought = shape[0], devices[d].rows = shape[1], devices[d].length = shape[2];
    devices[d].items = read_exactly(file, sizeof(int32_t) * (size_t)shape[1]);
    devices[d].samples = read_exactly(file, sizeof(int32_t) * (size_t)shape[2]);
    devices[d].user = read_exactly(file, sizeof(float) * DIMENSION);
  }
  float *users = aligned_alloc(64, sizeof(float) * (size_t)count * DIMENSION);
  float *vectors = aligned_alloc(64, sizeof(float) * (size_t)catalogue * DIMENSION);
  float *biases = malloc(sizeof(float) * (size_t)catalogue);
  for (int repetition = atoi(argv[3]); repetition > 0; repetition--) {
    const double started = seconds();
    for (int d = 0; d < count; d++) {
      const struct device *device = devices + d;
      float *user = users + (size_t)d * DIMENSION;
      memcpy(user, device->user, sizeof(float) * DIMENSION);
      for (int r = 0; r < device->rows; r++) {
        memcpy(vectors + (size_t)r * DIMENSION, table + (size_t)device->items[r] * DIMENSION, sizeof(float) * DIMENSION);
        biases[r] = table_biases[device->items[r]];
      }
      epoch(user, vectors, biases, device->bought, device->samples, device->length, settings[0], settings[1]);
      for (int r = 0; r < device->rows; r++) {
        const float *before = table + (size_t)device->items[r] * DIMENSION;
        for (int k = 0; k < DIMENSION; k++) vectors[(size_t)r * DIMENSION + k] -= before[k];
        biases[r] -= table_biases[device->items[r]];
      }
    }
    printf("%.9f\n", seconds() - started);
  }
  file = fopen(argv[2], "wb");
  const size_t rows = (size_t)devices[count - 1].rows;
  if (file == NULL || fwrite(users, sizeof(float) * DIMENSION, (size_t)count, file) != (size_t)count ||
      fwrite(vectors, sizeof(float) * DIMENSION, rows, file) != rows || fwrite(biases, sizeof(float), rows, file) != rows)
    return 1;
  return fclose(file);
}
`;
