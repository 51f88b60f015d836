#include "CBaileyLinux.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RESULT(call)                      \
  ({                                      \
    long result_ = (call);                \
    result_ < 0 ? -errno : (int)result_;  \
  })

/* Possessor and user may do everything, nobody else anything: the session that made it may be another than the one that asks. */
enum { permissions = 0x3f3f0000 };

static long find(const char *name) {
  return syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", name, 0);
}

int bl_keyring_put(const char *name, const void *bytes, size_t count) {
  long key = syscall(SYS_add_key, "user", name, bytes, count, KEY_SPEC_USER_KEYRING);
  if (key < 0) return -errno;
  return RESULT(syscall(SYS_keyctl, KEYCTL_SETPERM, key, permissions));
}

ssize_t bl_keyring_get(const char *name, void *bytes, size_t room) {
  long key = find(name);
  if (key < 0) return -errno;
  long count = syscall(SYS_keyctl, KEYCTL_READ, key, bytes, room);
  if (count < 0) return -errno;
  return (size_t)count > room ? -EOVERFLOW : count;
}

int bl_keyring_remove(const char *name) {
  long key = find(name);
  if (key < 0) return -errno;
  return RESULT(syscall(SYS_keyctl, KEYCTL_INVALIDATE, key));
}
