/* The control socket: one packet is one message. */
#define _GNU_SOURCE
#include "jail.h"

#include <linux/time_types.h>
#include <sys/socket.h>
#include <sys/uio.h>

union descriptors {
  struct cmsghdr header;
  char space[CMSG_SPACE(MAX_DESCRIPTORS * sizeof(int))];
};

long send_event(const struct bailey_event *event, const int *descriptors, unsigned count, int wait) {
  struct iovec vector = {(void *)(uintptr_t)event, sizeof *event};
  union descriptors control = {0};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
  if (count > 0) {
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
    for (unsigned index = 0; index < count; index++)
      ((int *)(void *)CMSG_DATA(&control.header))[index] = descriptors[index];
  }
  return CALL(sendmsg, BAILEY_FD_CONTROL, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
}

long receive_request(uint8_t *bytes, size_t room, int *descriptors, unsigned *count) {
  struct iovec vector = {bytes, room};
  union descriptors control = {0};
  struct msghdr message = {
      .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  *count = 0;
  long length = CALL(recvmsg, BAILEY_FD_CONTROL, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (length <= 0)
    return length;
  int is_rights = message.msg_controllen >= sizeof control.header && control.header.cmsg_type == SCM_RIGHTS;
  if (is_rights)
    *count = (unsigned)((control.header.cmsg_len - CMSG_LEN(0)) / sizeof(int));
  for (unsigned index = 0; index < *count; index++)
    descriptors[index] = ((int *)(void *)CMSG_DATA(&control.header))[index];
  return message.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ? -90 /* EMSGSIZE */ : length;
}
