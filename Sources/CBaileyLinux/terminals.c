#define _GNU_SOURCE
#include "CBaileyLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

int bl_pseudo_terminal(int *master, int *slave) {
  int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (fd < 0)
    return -errno;
  int unlocked = 0;
  int peer = ioctl(fd, TIOCSPTLCK, &unlocked) < 0 ? -1 : ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (peer < 0) {
    int error = errno;
    close(fd);
    return -error;
  }
  *master = fd;
  *slave = peer;
  return 0;
}
