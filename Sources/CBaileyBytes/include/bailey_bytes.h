#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What 64 bytes may be part of: a bit for each byte, the first lowest.
typedef struct {
  uint64_t word;     // letters and digits
  uint64_t digit;
  uint64_t lower;
  uint64_t run;      // the letters of base 64: words and + / _ -
  uint64_t space;    // white space and NUL
  uint64_t quote;    // " and '
  uint64_t sign;     // visible, and may be part of an escape or of base 85: % \ & = @ ` < ! # $ * ; > ? ^ { | } ~ and all above 0x7F
  uint64_t escape;   // may begin an escape or something invisible: % \ & = and lead bytes of some marks
  uint64_t newline;
  uint64_t tag;      // <
  uint64_t at;       // @
  uint64_t joining;  // may stand between the quotes of a split string: + . & \ | and space and quotes
} bailey_byte_classes;

// Sorts `count` bytes into (count + 63) / 64 groups of 64; behind the last byte are NULs.
void bailey_classify(const uint8_t *bytes, size_t count, bailey_byte_classes *classes);

bool bailey_holds(const uint8_t *bytes, size_t count, uint8_t byte);
