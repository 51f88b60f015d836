#define _GNU_SOURCE
#include "CBaileyLinux.h"

#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int bl_accept(int fd, int flags) {
  int result = accept4(fd, NULL, NULL, flags | SOCK_CLOEXEC);
  return result < 0 ? -errno : result;
}

int bl_unacknowledged(int fd) {
  int bytes = 0;
  return ioctl(fd, SIOCOUTQ, &bytes) < 0 ? -errno : bytes;
}

int bl_peer_credentials(int fd, int32_t *process, uint32_t *user, uint32_t *group) {
  struct ucred credentials;
  socklen_t size = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
    return -errno;
  *process = credentials.pid;
  *user = credentials.uid;
  *group = credentials.gid;
  return 0;
}

union control {
  struct cmsghdr header;
  char space[CMSG_SPACE(BL_MAX_DESCRIPTORS * sizeof(int))];
};

ssize_t bl_send(int fd, const void *data, size_t length, const int *descriptors, size_t count, int flags) {
  if (count > BL_MAX_DESCRIPTORS)
    return -EINVAL;
  struct iovec vector = {(void *)(uintptr_t)data, length};
  union control control;
  memset(&control, 0, sizeof control);
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
  if (count > 0) {
    message.msg_control = control.space;
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
  }
  ssize_t result = sendmsg(fd, &message, flags | MSG_NOSIGNAL);
  return result < 0 ? -errno : result;
}

/* Keeps what fits and closes the rest, so that no descriptor is left unowned. */
static void keep(struct cmsghdr *header, int *descriptors, size_t room, size_t *kept, int *truncated) {
  size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (size_t index = 0; index < count; index++) {
    int fd;
    memcpy(&fd, CMSG_DATA(header) + index * sizeof(int), sizeof fd);
    if (*kept < room) {
      descriptors[(*kept)++] = fd;
    } else {
      close(fd);
      *truncated = 1;
    }
  }
}

ssize_t bl_receive(int fd, void *data, size_t length, int *descriptors, size_t *count, int flags, int *truncated) {
  struct iovec vector = {data, length};
  union control control;
  memset(&control, 0, sizeof control);
  struct msghdr message = {
      .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  ssize_t result = recvmsg(fd, &message, flags | MSG_CMSG_CLOEXEC);
  if (result < 0)
    return -errno;
  size_t kept = 0;
  *truncated = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
      keep(header, descriptors, *count, &kept, truncated);
  *count = kept;
  return result;
}

int bl_window_size(int fd, uint16_t *rows, uint16_t *columns) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) < 0)
    return -errno;
  *rows = size.ws_row;
  *columns = size.ws_col;
  return 0;
}

int bl_set_window_size(int fd, uint16_t rows, uint16_t columns) {
  struct winsize size = {.ws_row = rows, .ws_col = columns};
  return ioctl(fd, TIOCSWINSZ, &size) < 0 ? -errno : 0;
}
