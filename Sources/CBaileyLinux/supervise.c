#define _GNU_SOURCE
#include "CBaileyLinux.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PIDFD_THREAD
#define PIDFD_THREAD 0200 /* O_EXCL; kernel 6.9 */
#endif

int bl_pidfd_open_thread(pid_t thread) {
  int fd = (int)syscall(SYS_pidfd_open, thread, PIDFD_THREAD);
  return fd < 0 ? -errno : fd;
}

/* setresuid(2) and setresgid(2) of the kernel change one thread; the C library's would change all. */
int bl_thread_effective_ids(uint32_t user, uint32_t group, int restore) {
  if (restore) {
    if (syscall(SYS_setresuid, -1, user, -1) < 0) return -errno;
    return syscall(SYS_setresgid, -1, group, -1) < 0 ? -errno : 0;
  }
  if (syscall(SYS_setresgid, -1, group, -1) < 0) return -errno;
  return syscall(SYS_setresuid, -1, user, -1) < 0 ? -errno : 0;
}

int bl_connect_bytes(int fd, const void *address, size_t length) {
  struct sockaddr_storage storage;
  if (length > sizeof storage) return -EINVAL;
  memcpy(&storage, address, length);
  return connect(fd, (struct sockaddr *)&storage, (socklen_t)length) < 0 ? -errno : 0;
}

int bl_socket_domain(int fd) {
  int domain = 0;
  socklen_t size = sizeof domain;
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0 ? -errno : domain;
}
