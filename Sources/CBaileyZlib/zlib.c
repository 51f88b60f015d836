#include "bailey_zlib.h"

#include <string.h>
#include <zlib.h>

enum { gzip = 16 };

static int fits(size_t length, size_t room) { return length <= UINT32_MAX && room <= UINT32_MAX; }

static z_stream stream_of(const uint8_t *input, size_t length, uint8_t *output, size_t room) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  stream.next_in = (Bytef *)input;
  stream.avail_in = (uInt)length;
  stream.next_out = output;
  stream.avail_out = (uInt)room;
  return stream;
}

int bailey_gunzip(const uint8_t *input, size_t length, uint8_t *output, size_t room, size_t *used) {
  if (!fits(length, room)) return -1;
  z_stream stream = stream_of(input, length, output, room);
  if (inflateInit2(&stream, MAX_WBITS + gzip) != Z_OK) return -1;
  int status = inflate(&stream, Z_FINISH);
  *used = stream.total_out;
  int rest = stream.avail_in > 0;
  int full = stream.avail_out == 0;
  inflateEnd(&stream);
  if (status == Z_STREAM_END) return rest ? -1 : 0;
  return status == Z_BUF_ERROR && full ? 1 : -1;
}

int bailey_gzip(const uint8_t *input, size_t length, uint8_t *output, size_t room, size_t *used) {
  if (!fits(length, room)) return -1;
  z_stream stream = stream_of(input, length, output, room);
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + gzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) return -1;
  int status = deflate(&stream, Z_FINISH);
  *used = stream.total_out;
  deflateEnd(&stream);
  return status == Z_STREAM_END ? 0 : -1;
}

size_t bailey_gzip_bound(size_t length) { return compressBound(length) + 32; }
