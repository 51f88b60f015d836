#define _GNU_SOURCE
#include "CBaileyLinux.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

/* The kernel's structures may grow; the ones of the headers are a prefix, and the kernel accepts exactly its own size.
 * They have not grown since 5.0: a kernel that grew them answers EINVAL, which closes the door. */
_Static_assert(sizeof(struct bl_notification) == sizeof(struct seccomp_notif), "same layout");

int bl_notify_receive(int listener, struct bl_notification *notification) {
  memset(notification, 0, sizeof *notification);
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, notification) < 0 ? -errno : 0;
}

int bl_notify_wait(int listener, int stop) {
  struct pollfd ready[2] = {{.fd = listener, .events = POLLIN}, {.fd = stop, .events = POLLIN}};
  if (poll(ready, 2, -1) < 0) return errno == EINTR ? 1 : -errno;
  if (ready[1].revents) return 0;
  return ready[0].revents & POLLIN ? 1 : ready[0].revents ? 0 : 1;
}

int bl_notify_id_valid(int listener, uint64_t id) {
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) < 0 ? -errno : 0;
}

static int answer(int listener, struct seccomp_notif_resp *response) {
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, response) < 0 ? -errno : 0;
}

int bl_notify_continue(int listener, uint64_t id) {
  struct seccomp_notif_resp response = {.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  return answer(listener, &response);
}

int bl_notify_answer(int listener, uint64_t id, int64_t value, int error) {
  struct seccomp_notif_resp response = {.id = id, .val = error ? 0 : value, .error = -error};
  return answer(listener, &response);
}
