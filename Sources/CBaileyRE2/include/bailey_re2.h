#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A thin shim over RE2 with a C interface. Nothing throws across it: what fails returns a null pointer or -1.

typedef struct bailey_re2 bailey_re2;

// Compiles `length` bytes of UTF-8. Null when it is no pattern or needs more than `memory` bytes; then `*code` is RE2's error
// code and at most `room` bytes of the offending part stand in `detail`, their count in `*used`.
bailey_re2 *bailey_re2_new(const char *pattern, size_t length, int64_t memory, int *code, char *detail, size_t room,
                           size_t *used);

// The same for a pattern over bytes, whatever their encoding.
bailey_re2 *bailey_re2_new_bytes(const char *pattern, size_t length, int64_t memory, int *code, char *detail, size_t room,
                                 size_t *used);

void bailey_re2_free(bailey_re2 *pattern);

// Number of capturing groups, without the whole match.
int bailey_re2_groups(const bailey_re2 *pattern);

// The group of a name, or -1.
int bailey_re2_group(const bailey_re2 *pattern, const char *name, size_t length);

// Looks for the first match from `start` on; 1 when there is one, 0 when there is none, -1 when memory ran out.
// Fills `count` pairs of start and end; -1 and -1 for a group that took no part.
int bailey_re2_find(const bailey_re2 *pattern, const char *text, size_t length, size_t start, int64_t *spans, int count);

// The same for a match that begins exactly at `start`; what stands before it is seen by `\b`.
int bailey_re2_match(const bailey_re2 *pattern, const char *text, size_t length, size_t start, int64_t *spans, int count);

#ifdef __cplusplus
}
#endif
