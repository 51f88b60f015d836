#define _GNU_SOURCE
#include "CBaileyLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/memfd.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define RESULT(call) \
  ({ \
    long result_ = (call); \
    result_ < 0 ? -errno : result_; \
  })

const uint64_t BL_RESOLVE_NO_XDEV = RESOLVE_NO_XDEV, BL_RESOLVE_NO_MAGICLINKS = RESOLVE_NO_MAGICLINKS,
               BL_RESOLVE_NO_SYMLINKS = RESOLVE_NO_SYMLINKS, BL_RESOLVE_BENEATH = RESOLVE_BENEATH,
               BL_RESOLVE_IN_ROOT = RESOLVE_IN_ROOT;
const int BL_O_PATH = O_PATH, BL_O_TMPFILE = O_TMPFILE, BL_AT_EMPTY_PATH = AT_EMPTY_PATH, BL_AT_RECURSIVE = AT_RECURSIVE;

int bl_openat(int directory, const char *path, int flags, unsigned mode) {
  return RESULT(openat(directory, path, flags | O_CLOEXEC, mode));
}

int bl_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve};
  return RESULT(syscall(SYS_openat2, directory, path, &how, sizeof how));
}

int bl_renameat2(int from, const char *old_path, int to, const char *new_path, unsigned flags) {
  return RESULT(syscall(SYS_renameat2, from, old_path, to, new_path, flags));
}

int bl_fcntl(int fd, int command, long argument) { return RESULT(fcntl(fd, command, argument)); }

int bl_ofd_lock(int fd, int exclusive, int wait) {
  struct flock lock = {.l_type = exclusive ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET};
  return RESULT(fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock));
}

int bl_ofd_unlock(int fd) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
  return RESULT(fcntl(fd, F_OFD_SETLK, &lock));
}

int bl_ficlone(int destination, int source) { return RESULT(ioctl(destination, FICLONE, source)); }

ssize_t bl_copy_file_range(int from, int64_t *from_offset, int to, int64_t *to_offset, size_t count) {
  return RESULT(syscall(SYS_copy_file_range, from, from_offset, to, to_offset, count, 0));
}

ssize_t bl_getdents64(int fd, void *buffer, size_t size) { return RESULT(syscall(SYS_getdents64, fd, buffer, size)); }

int bl_memfd_create(const char *name, unsigned flags) {
  return RESULT(syscall(SYS_memfd_create, name, flags | MFD_CLOEXEC));
}

int bl_fchmodat_nofollow(int directory, const char *path, unsigned mode) {
  return RESULT(fchmodat(directory, path, mode, AT_SYMLINK_NOFOLLOW));
}

int bl_file_system(int fd, int64_t *magic) {
  struct statfs status;
  if (fstatfs(fd, &status) < 0) return -errno;
  *magic = status.f_type;
  return 0;
}

int bl_syncfs(int fd) { return RESULT(syncfs(fd)); }

static int64_t nanoseconds(struct statx_timestamp time) { return time.tv_sec * 1000000000 + time.tv_nsec; }

int bl_statx(int directory, const char *path, int flags, struct bl_status *status) {
  struct statx raw;
  if (statx(directory, path, flags, STATX_BASIC_STATS | 0x1000 /* STATX_MNT_ID */, &raw) < 0)
    return -errno;
  *status = (struct bl_status){
      .inode = raw.stx_ino,
      .size = raw.stx_size,
      .blocks = raw.stx_blocks,
      .device = makedev(raw.stx_dev_major, raw.stx_dev_minor),
      .special_device = makedev(raw.stx_rdev_major, raw.stx_rdev_minor),
      .access_ns = nanoseconds(raw.stx_atime),
      .modify_ns = nanoseconds(raw.stx_mtime),
      .change_ns = nanoseconds(raw.stx_ctime),
      .mode = raw.stx_mode,
      .links = raw.stx_nlink,
      .user = raw.stx_uid,
      .group = raw.stx_gid,
      .mount = raw.stx_mnt_id,
  };
  return 0;
}

int bl_pipe(int ends[2], int flags) { return RESULT(pipe2(ends, flags | O_CLOEXEC)); }

const char *bl_errno_name(int number) { return strerrorname_np(number); }

const char *bl_errno_message(int number) { return strerrordesc_np(number); }
