#pragma once

#include <stddef.h>
#include <stdint.h>

// A thin shim over zlib for whole gzip members in memory (RFC 1952).

// Expands one member; 0 when all of `input` was that member, 1 when `room` bytes are too few, -1 for anything else.
// `*used` is how many bytes of `output` were filled.
int bailey_gunzip(const uint8_t *input, size_t length, uint8_t *output, size_t room, size_t *used);

// Compresses into one member without name or time, so that equal input gives equal output; 0, or -1 when it does not fit.
int bailey_gzip(const uint8_t *input, size_t length, uint8_t *output, size_t room, size_t *used);

// How many bytes `bailey_gzip` needs at most.
size_t bailey_gzip_bound(size_t length);
