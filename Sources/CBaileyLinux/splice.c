#define _GNU_SOURCE
#include "CBaileyLinux.h"

#include <errno.h>
#include <fcntl.h>

ssize_t bl_splice(int from, int to, size_t length) {
  ssize_t result = splice(from, NULL, to, NULL, length, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  return result < 0 ? -errno : result;
}
