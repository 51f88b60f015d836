/* Network, terminal, limits: what the init list does besides mounts. */
#define _GNU_SOURCE
#include "jail.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/ioctl.h>

long to_slot(long descriptor, uint64_t slot) {
  TRY(descriptor);
  long target = BAILEY_FD_SLOTS + (long)slot;
  if (descriptor == target)
    return 0;
  long result = CALL(dup3, descriptor, target, O_CLOEXEC);
  close_descriptor(descriptor);
  return result < 0 ? result : 0;
}

/* Reads answers until all acknowledgements are there; the first error wins. */
static long await_acknowledgements(long descriptor, uint64_t wanted) {
  static _Alignas(8) char buffer[16384];
  while (wanted > 0) {
    long length = CALL(recvfrom, descriptor, buffer, sizeof buffer, 0, 0, 0);
    TRY(length);
    for (long at = 0; at + (long)sizeof(struct nlmsghdr) <= length;) {
      const struct nlmsghdr *head = (const void *)(buffer + at);
      if (head->nlmsg_len < sizeof *head || head->nlmsg_len > (uint64_t)(length - at))
        return -EBADMSG;
      if (head->nlmsg_type == NLMSG_ERROR && head->nlmsg_len >= sizeof *head + sizeof(int)) {
        TRY(*(const int *)(head + 1));
        if (wanted > 0)
          wanted--;
      }
      at += (long)NLMSG_ALIGN(head->nlmsg_len);
    }
  }
  return 0;
}

long op_netlink(struct context *context, struct operation *operation) {
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  long descriptor = CALL(socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, operation->number[0]);
  TRY(descriptor);
  const struct bytes *message = &operation->string[0];
  long result = CALL(sendto, descriptor, message->start, message->length, 0, &kernel, sizeof kernel);
  if (result >= 0)
    result = await_acknowledgements(descriptor, operation->number[1]);
  close_descriptor(descriptor);
  return result;
}

long op_listen(struct context *context, struct operation *operation) {
  const struct bytes *address = &operation->string[0];
  int one = 1;
  long type = (long)operation->number[2];
  long descriptor = CALL(socket, operation->number[1], type | SOCK_CLOEXEC, 0);
  TRY(descriptor);
  if (operation->number[1] == AF_INET6)
    TRY(CALL(setsockopt, descriptor, 41 /* IPPROTO_IPV6 */, 26 /* IPV6_V6ONLY */, &one, sizeof one));
  TRY(CALL(bind, descriptor, address->start, address->length));
  if (type == SOCK_STREAM)
    TRY(CALL(listen, descriptor, operation->number[3]));
  return to_slot(descriptor, operation->number[0]);
}

long open_terminal(struct context *context, uint64_t rows, uint64_t columns, long *slave) {
  int unlock = 0;
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  long master = CALL(openat, context->devpts, "ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
  TRY(master);
  TRY(CALL(ioctl, master, TIOCSPTLCK, &unlock));
  *slave = CALL(ioctl, master, 0x5441 /* TIOCGPTPEER */, O_RDWR | O_NOCTTY | O_CLOEXEC);
  TRY(*slave);
  TRY(CALL(ioctl, master, TIOCSWINSZ, &size));
  return master;
}

long op_terminal(struct context *context, struct operation *operation) {
  long master = open_terminal(context, operation->number[1], operation->number[2], &context->terminal);
  TRY(to_slot(master, operation->number[0]));
  TRY(CALL(setsid));
  return CALL(ioctl, context->terminal, TIOCSCTTY, 0);
}

/* What is stricter already stays: nobody here may raise a limit. */
long op_limit(struct context *context, struct operation *operation) {
  const uint64_t *number = operation->number;
  uint64_t now[2];
  TRY(CALL(prlimit64, 0, number[0], 0, now));
  uint64_t hard = number[2] < now[1] ? number[2] : now[1];
  uint64_t wanted[2] = {number[1] < hard ? number[1] : hard, hard};
  return CALL(prlimit64, 0, number[0], wanted, 0);
}

long op_hostname(struct context *context, struct operation *operation) {
  return CALL(sethostname, operation->string[0].start, operation->string[0].length);
}
