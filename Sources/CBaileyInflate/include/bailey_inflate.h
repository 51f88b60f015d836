#pragma once

#include <stddef.h>
#include <stdint.h>

// One shape over the decompressors of zlib, zstd, brotli, bzip2 and xz: bytes in, bytes out, piece by piece.

typedef struct bailey_inflate bailey_inflate;

enum bailey_inflate_kind {
  bailey_inflate_gzip = 0,
  bailey_inflate_zlib = 1,
  bailey_inflate_deflate = 2,
  bailey_inflate_zstd = 3,
  bailey_inflate_brotli = 4,
  bailey_inflate_bzip2 = 5,
  bailey_inflate_xz = 6,  // and lzma
};

// Null when memory runs out. Windows of more than 8 MiB (xz: 16 MiB of memory) are refused when they are met.
bailey_inflate *bailey_inflate_new(int kind);
void bailey_inflate_free(bailey_inflate *inflate);

// Takes `*used` of `length` bytes and writes `*made` of at most `room`; 0 to go on, 1 at the end of the data,
// -1 when they are broken, -2 when they need a larger window or something else that is refused.
int bailey_inflate_step(bailey_inflate *inflate, const uint8_t *input, size_t length, size_t *used, uint8_t *output, size_t room,
                        size_t *made);
