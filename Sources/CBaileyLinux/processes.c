#define _GNU_SOURCE
#include "CBaileyLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESULT(call) \
  ({ \
    long result_ = (call); \
    result_ < 0 ? -errno : result_; \
  })

int bl_open_tree(int directory, const char *path, unsigned flags) {
  return RESULT(syscall(SYS_open_tree, directory, path, flags | OPEN_TREE_CLOEXEC));
}

int bl_mount_setattr(int directory, const char *path, unsigned flags, uint64_t set, uint64_t clear,
                     uint64_t propagation, int user_namespace) {
  struct mount_attr attributes = {
      .attr_set = set,
      .attr_clr = clear,
      .propagation = propagation,
      .userns_fd = user_namespace < 0 ? 0 : (uint64_t)user_namespace,
  };
  return RESULT(syscall(SYS_mount_setattr, directory, path, flags, &attributes, sizeof attributes));
}

int bl_unshare(int types) { return RESULT(unshare(types)); }

int bl_landlock_abi(void) {
  return RESULT(syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION));
}

/* The first form of the kernel's structure; its header clashes with glibc's sched.h. */
struct scheduling {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

int bl_set_time_slice(uint64_t nanoseconds) {
  struct scheduling attributes = {.size = sizeof attributes};
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) < 0) return -errno;
  attributes.runtime = nanoseconds;
  return RESULT(syscall(SYS_sched_setattr, 0, &attributes, 0));
}

int bl_pidfd_open(pid_t process, unsigned flags) { return RESULT(syscall(SYS_pidfd_open, process, flags)); }

int bl_pidfd_getfd(int pidfd, int fd) { return RESULT(syscall(SYS_pidfd_getfd, pidfd, fd, 0)); }

int bl_pidfd_send_signal(int pidfd, int signal) {
  return RESULT(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}

int bl_waitid_pidfd(int pidfd, int options, int *code, int *status) {
  siginfo_t info = {0};
  if (syscall(SYS_waitid, 3 /* P_PIDFD */, pidfd, &info, options, NULL) < 0)
    return -errno;
  *code = info.si_code;
  *status = info.si_status;
  return info.si_pid != 0;
}

ssize_t bl_process_vm_readv(pid_t process, void *local, size_t length, uint64_t remote) {
  struct iovec here = {local, length}, there = {(void *)(uintptr_t)remote, length};
  return RESULT(process_vm_readv(process, &here, 1, &there, 1, 0));
}

ssize_t bl_process_vm_gather(pid_t process, void *local, const uint64_t *addresses, const size_t *lengths, size_t count) {
  struct iovec there[64], here = {local, 0};
  if (count > 64) return -EINVAL;
  for (size_t i = 0; i < count; i++) {
    there[i] = (struct iovec){(void *)(uintptr_t)addresses[i], lengths[i]};
    here.iov_len += lengths[i];
  }
  return RESULT(process_vm_readv(process, &here, 1, there, count, 0));
}

int bl_set_dumpable(int dumpable) { return RESULT(prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0)); }

int bl_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1; }
