#include "bailey_inflate.h"

#include <brotli/decode.h>
#include <bzlib.h>
#include <lzma.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { gzip_wrapper = 16, largest_window = 23, largest_dictionary = 16 << 20 };

struct bailey_inflate {
  int kind;
  z_stream zlib;
  bz_stream bzip2;
  lzma_stream lzma;
  ZSTD_DStream *zstd;
  BrotliDecoderState *brotli;
};

static int begin(bailey_inflate *inflate) {
  switch (inflate->kind) {
    case bailey_inflate_gzip: return inflateInit2(&inflate->zlib, MAX_WBITS + gzip_wrapper) == Z_OK;
    case bailey_inflate_zlib: return inflateInit2(&inflate->zlib, MAX_WBITS) == Z_OK;
    case bailey_inflate_deflate: return inflateInit2(&inflate->zlib, -MAX_WBITS) == Z_OK;
    case bailey_inflate_bzip2: return BZ2_bzDecompressInit(&inflate->bzip2, 0, 0) == BZ_OK;
    case bailey_inflate_xz: return lzma_auto_decoder(&inflate->lzma, largest_dictionary, 0) == LZMA_OK;
    case bailey_inflate_brotli: return (inflate->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL)) != NULL;
    case bailey_inflate_zstd:
      inflate->zstd = ZSTD_createDStream();
      return inflate->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(inflate->zstd, ZSTD_d_windowLogMax, largest_window));
    default: return 0;
  }
}

bailey_inflate *bailey_inflate_new(int kind) {
  bailey_inflate *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  made->kind = kind;
  made->lzma = (lzma_stream)LZMA_STREAM_INIT;
  if (begin(made)) return made;
  ZSTD_freeDStream(made->zstd);
  free(made);
  return NULL;
}

void bailey_inflate_free(bailey_inflate *inflate) {
  switch (inflate->kind) {
    case bailey_inflate_bzip2: BZ2_bzDecompressEnd(&inflate->bzip2); break;
    case bailey_inflate_xz: lzma_end(&inflate->lzma); break;
    case bailey_inflate_brotli: BrotliDecoderDestroyInstance(inflate->brotli); break;
    case bailey_inflate_zstd: ZSTD_freeDStream(inflate->zstd); break;
    default: inflateEnd(&inflate->zlib);
  }
  free(inflate);
}

static int step_zlib(z_stream *stream, const uint8_t *input, size_t length, size_t *used, uint8_t *output, size_t room,
                     size_t *made) {
  stream->next_in = (Bytef *)input;
  stream->avail_in = (uInt)length;
  stream->next_out = output;
  stream->avail_out = (uInt)room;
  int status = inflate(stream, Z_NO_FLUSH);
  *used = length - stream->avail_in;
  *made = room - stream->avail_out;
  if (status == Z_STREAM_END) return 1;
  return status == Z_OK || status == Z_BUF_ERROR ? 0 : -1;
}

static int step_bzip2(bz_stream *stream, const uint8_t *input, size_t length, size_t *used, uint8_t *output, size_t room,
                      size_t *made) {
  stream->next_in = (char *)input;
  stream->avail_in = (unsigned)length;
  stream->next_out = (char *)output;
  stream->avail_out = (unsigned)room;
  int status = BZ2_bzDecompress(stream);
  *used = length - stream->avail_in;
  *made = room - stream->avail_out;
  return status == BZ_STREAM_END ? 1 : (status == BZ_OK ? 0 : -1);
}

static int step_xz(lzma_stream *stream, const uint8_t *input, size_t length, size_t *used, uint8_t *output, size_t room, size_t *made) {
  stream->next_in = input;
  stream->avail_in = length;
  stream->next_out = output;
  stream->avail_out = room;
  lzma_ret status = lzma_code(stream, LZMA_RUN);
  *used = length - stream->avail_in;
  *made = room - stream->avail_out;
  if (status == LZMA_MEMLIMIT_ERROR || status == LZMA_OPTIONS_ERROR) return -2;
  return status == LZMA_STREAM_END ? 1 : (status == LZMA_OK || status == LZMA_BUF_ERROR ? 0 : -1);
}

static int step_zstd(ZSTD_DStream *stream, const uint8_t *input, size_t length, size_t *used, uint8_t *output, size_t room,
                     size_t *made) {
  ZSTD_inBuffer in = {input, length, 0};
  ZSTD_outBuffer out = {output, room, 0};
  size_t status = ZSTD_decompressStream(stream, &out, &in);
  *used = in.pos;
  *made = out.pos;
  if (ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge) return -2;
  return ZSTD_isError(status) ? -1 : (status == 0 ? 1 : 0);
}

static int step_brotli(BrotliDecoderState *state, const uint8_t *input, size_t length, size_t *used, uint8_t *output, size_t room,
                       size_t *made) {
  size_t left = length, free_room = room;
  BrotliDecoderResult status = BrotliDecoderDecompressStream(state, &left, &input, &free_room, &output, NULL);
  *used = length - left;
  *made = room - free_room;
  return status == BROTLI_DECODER_RESULT_ERROR ? -1 : (status == BROTLI_DECODER_RESULT_SUCCESS ? 1 : 0);
}

int bailey_inflate_step(bailey_inflate *inflate, const uint8_t *input, size_t length, size_t *used, uint8_t *output, size_t room,
                        size_t *made) {
  *used = *made = 0;
  if (length > UINT32_MAX || room > UINT32_MAX) return -1;
  switch (inflate->kind) {
    case bailey_inflate_bzip2: return step_bzip2(&inflate->bzip2, input, length, used, output, room, made);
    case bailey_inflate_xz: return step_xz(&inflate->lzma, input, length, used, output, room, made);
    case bailey_inflate_brotli: return step_brotli(inflate->brotli, input, length, used, output, room, made);
    case bailey_inflate_zstd: return step_zstd(inflate->zstd, input, length, used, output, room, made);
    default: return step_zlib(&inflate->zlib, input, length, used, output, room, made);
  }
}
