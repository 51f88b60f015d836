#ifndef BAILEY_READER_H
#define BAILEY_READER_H

#include "bailey_plan.h"

#include <stddef.h>

struct bytes {
  const char *start; /* followed by a NUL */
  uint32_t length;
};

struct operation {
  uint16_t code;
  uint32_t strings;
  uint64_t number[BAILEY_MAX_NUMBERS];
  struct bytes string[BAILEY_MAX_FIXED_STRINGS];
  struct cursor {
    const uint8_t *at, *end;
  } tail; /* the strings after the fixed ones */
};

struct plan {
  const struct bailey_header *header;
  struct cursor list[3];
};

/* Checks a whole plan; 0, or the offset of what is wrong (at least 1). Nothing else here meets bytes that were not checked. */
uint32_t plan_check(const uint8_t *bytes, size_t length, int further, struct plan *plan);
/* Reads one request; 0 when it is malformed. */
int request_read(const uint8_t *bytes, size_t length, struct operation *operation);
/* The next operation of a list; 0 at its end. */
int operation_next(struct cursor *cursor, struct operation *operation);
/* The next string of an operation's tail. */
int string_next(struct cursor *cursor, struct bytes *string);

#endif
