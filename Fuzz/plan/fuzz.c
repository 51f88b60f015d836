/* Feeds the plan reader. Built two ways from this source:
 *
 *   clang -g -fsanitize=fuzzer,address,undefined … fuzz.c reader.c    libFuzzer (the Swift toolchain's clang has it)
 *   clang -g -fsanitize=address,undefined -DBAILEY_REPLAY …           replays the files that are named, and mutations of them
 *
 * The first byte chooses: a whole plan, a further program's plan, or a request. */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

static volatile uint64_t sink;

static void walk(struct cursor cursor) {
  struct operation operation = {0};
  while (operation_next(&cursor, &operation)) {
    struct bytes string;
    while (string_next(&operation.tail, &string))
      sink += string.length + (uint64_t)string.start[string.length];
    sink += operation.code;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  /* A copy of exactly this size, aligned as memory of mmap is, so that the sanitizer sees a byte too far. */
  size_t length = size - 1;
  uint8_t *bytes = malloc(length ? length : 1);
  memcpy(bytes, data + 1, length);
  struct plan plan;
  struct operation operation = {0};
  if (data[0] % 3 == 2)
    sink += (uint64_t)request_read(bytes, length, &operation);
  else if (plan_check(bytes, length, data[0] % 3, &plan) == 0)
    for (int list = 0; list < 3; list++)
      walk(plan.list[list]);
  free(bytes);
  return 0;
}

#ifdef BAILEY_REPLAY
#include <stdio.h>

/* A fixed sequence, so that every run is the same. */
static uint32_t random_number(void) {
  static uint32_t state = 2463534242u;
  state ^= state << 13;
  state ^= state >> 17;
  return state ^= state << 5;
}

static void mutate(const uint8_t *original, size_t size, int rounds) {
  uint8_t *copy = malloc(size);
  for (int round = 0; round < rounds; round++) {
    memcpy(copy, original, size);
    for (uint32_t change = random_number() % 4 + 1; change > 0; change--)
      copy[random_number() % size] = (uint8_t)random_number();
    LLVMFuzzerTestOneInput(copy, random_number() % 8 == 0 ? random_number() % size + 1 : size);
  }
  free(copy);
}

int main(int count, char **names) {
  static uint8_t buffer[1 << 20];
  for (int index = 1; index < count; index++) {
    FILE *file = fopen(names[index], "rb");
    if (!file)
      return 1;
    size_t size = fread(buffer, 1, sizeof buffer, file);
    fclose(file);
    LLVMFuzzerTestOneInput(buffer, size);
    if (size > 0)
      mutate(buffer, size, 20000);
  }
  return 0;
}
#endif
