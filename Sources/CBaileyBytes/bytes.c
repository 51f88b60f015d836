#include "bailey_bytes.h"

#include <string.h>

// Portable: clang makes of it what the processor has. It is compiled for AVX-512, AVX2 and the base, and the loader chooses.
#if defined(__x86_64__) && defined(__linux__)
#define EACH_PROCESSOR __attribute__((target_clones("avx512bw", "avx2", "default")))
#else
#define EACH_PROCESSOR
#endif

typedef uint8_t bytes64 __attribute__((ext_vector_type(64)));
typedef bool bits64 __attribute__((ext_vector_type(64)));

// A macro and not a function: a function would be compiled for one processor only.
#define MASK(condition) ({ bits64 bits = __builtin_convertvector((condition), bits64); uint64_t m; memcpy(&m, &bits, 8); m; })
#define IS(byte) (v == (uint8_t)(byte))
#define FROM(first, count) ((bytes64)(v - (uint8_t)(first)) < (uint8_t)(count))

EACH_PROCESSOR
void bailey_classify(const uint8_t *bytes, size_t count, bailey_byte_classes *classes) {
  uint8_t rest[64] = {0};
  if (count % 64) memcpy(rest, bytes + count / 64 * 64, count % 64);
  for (size_t at = 0; at < count; at += 64, classes++) {
    bytes64 v;
    memcpy(&v, count - at < 64 ? rest : bytes + at, 64);
    uint64_t digit = MASK(FROM('0', 10)), lower = MASK(FROM('a', 26)), upper = MASK(FROM('A', 26));
    uint64_t space = MASK(IS(' ') | FROM(9, 5) | IS(0)), quote = MASK(IS('"') | IS('\''));
    uint64_t escape = MASK(IS('%') | IS('\\') | IS('&') | IS('=') | IS(0xC2) | IS(0xCD) | IS(0xE1) | IS(0xE2) | IS(0xEF) | IS(0xF3));
    classes->word = digit | lower | upper;
    classes->digit = digit;
    classes->lower = lower;
    classes->run = digit | lower | upper | MASK(IS('+') | IS('/') | IS('_') | IS('-'));
    classes->space = space;
    classes->quote = quote;
    classes->at = MASK(IS('@'));
    classes->tag = MASK(IS('<'));
    classes->sign = escape | classes->at | classes->tag | MASK(FROM(0x80, 0x80) | IS('`') | IS('!') | FROM('#', 2) | IS('*'));
    classes->sign |= MASK(IS(';') | FROM('>', 2) | IS('^') | FROM('{', 4));
    classes->escape = escape;
    classes->newline = MASK(IS('\n'));
    classes->joining = space | quote | MASK(IS('+') | IS('.') | IS('&') | IS('\\') | IS('|'));
  }
}

bool bailey_holds(const uint8_t *bytes, size_t count, uint8_t byte) { return count && memchr(bytes, byte, count); }
