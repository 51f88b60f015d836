/* System calls that the C library hides, or that Swift cannot call. No policy.
 *
 * Every function returns the call's value, or a negative errno. Every descriptor that is made here is close-on-exec. */
#ifndef CBAILEYLINUX_H
#define CBAILEYLINUX_H

#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/types.h>
#include <sys/xattr.h>

/* files */
int bl_openat(int directory, const char *path, int flags, unsigned mode);
int bl_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
int bl_renameat2(int from, const char *old_path, int to, const char *new_path, unsigned flags);
int bl_fcntl(int fd, int command, long argument);
int bl_ofd_lock(int fd, int exclusive, int wait);
int bl_ofd_unlock(int fd);
int bl_ficlone(int destination, int source);
ssize_t bl_copy_file_range(int from, int64_t *from_offset, int to, int64_t *to_offset, size_t count);
ssize_t bl_getdents64(int fd, void *buffer, size_t size);
int bl_memfd_create(const char *name, unsigned flags);
int bl_fchmodat_nofollow(int directory, const char *path, unsigned mode);
int bl_syncfs(int fd);
/* Keys of type "user" in the user's keyring, keyrings(7), by name; every process of the user may read them. */
int bl_keyring_put(const char *name, const void *bytes, size_t count);
ssize_t bl_keyring_get(const char *name, void *bytes, size_t room);
int bl_keyring_remove(const char *name);
/* The magic number of the file system that `fd` lies on. */
int bl_file_system(int fd, int64_t *magic);

struct bl_status {
  uint64_t inode, size, blocks, device, special_device;
  int64_t access_ns, modify_ns, change_ns;
  uint32_t mode, links, user, group;
  uint64_t mount;
};
/* flags: AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW. */
int bl_statx(int directory, const char *path, int flags, struct bl_status *status);

/* mounts and namespaces */
int bl_open_tree(int directory, const char *path, unsigned flags);
int bl_mount_setattr(int directory, const char *path, unsigned flags, uint64_t set, uint64_t clear,
                     uint64_t propagation, int user_namespace);
int bl_unshare(int types);
int bl_landlock_abi(void);

/* processes */
/* Of the calling thread. Linux 6.12 and later; before, it has no effect. */
int bl_set_time_slice(uint64_t nanoseconds);
int bl_pidfd_open(pid_t process, unsigned flags);
/* PR_SET_DUMPABLE(2const) of this process; the second returns 0 or 1. */
int bl_set_dumpable(int dumpable);
int bl_is_dumpable(void);
int bl_pidfd_getfd(int pidfd, int fd);
int bl_pidfd_send_signal(int pidfd, int signal);
/* 1 when the process had ended (code: CLD_*, status: exit code or signal), 0 when not yet (WNOHANG). */
int bl_waitid_pidfd(int pidfd, int options, int *code, int *status);
/* Starts a program whose descriptors 0 to count - 1 are these (-1: closed) and that has no others, no signal blocked or ignored.
 * `descriptors` are all close-on-exec. Returns its process number. */
int bl_spawn(const char *path, char *const arguments[], char *const environment[], const int *descriptors, int count);
ssize_t bl_process_vm_readv(pid_t process, void *local, size_t length, uint64_t remote);
/* Reads `count` pieces of at most 64 one after the other into `local`, up to the first that cannot be read. */
ssize_t bl_process_vm_gather(pid_t process, void *local, const uint64_t *addresses, const size_t *lengths, size_t count);

/* The name of an errno such as "ENOENT", and the C library's sentence; NULL for an unknown number. */
const char *bl_errno_name(int number);
const char *bl_errno_message(int number);

/* additions to posix_spawn_file_actions_t; a positive error number, as posix_spawn's own */
int bl_spawn_close_from(void *actions, int first);
int bl_spawn_change_directory(void *actions, const char *path);
/* "TERM" for SIGTERM; null for an unknown number. */
const char *bl_signal_name(int signal);

/* sockets */
int bl_accept(int fd, int flags);
/* Bytes, and the end of them, that the peer of a TCP connection has not acknowledged. */
int bl_unacknowledged(int fd);
int bl_pipe(int ends[2], int flags);
int bl_peer_credentials(int fd, int32_t *process, uint32_t *user, uint32_t *group);
/* Sends one message with up to BL_MAX_DESCRIPTORS descriptors. */
ssize_t bl_send(int fd, const void *data, size_t length, const int *descriptors, size_t count, int flags);
/* Receives one message; *count in: room, out: received; *truncated: data or descriptors were cut (and closed). */
ssize_t bl_receive(int fd, void *data, size_t length, int *descriptors, size_t *count, int flags, int *truncated);
#define BL_MAX_DESCRIPTORS 192

/* Moves bytes between a pipe and a socket without a copy; never blocks. */
ssize_t bl_splice(int from, int to, size_t length);

/* terminals */
int bl_window_size(int fd, uint16_t *rows, uint16_t *columns);
int bl_set_window_size(int fd, uint16_t rows, uint16_t columns);
/* A pair of the mount namespace's devpts, not the controlling terminal of anyone. */
int bl_pseudo_terminal(int *master, int *slave);

/* seccomp user notification */
struct bl_notification {
  uint64_t id;
  uint32_t process, flags;
  int32_t number;
  uint32_t architecture;
  uint64_t instruction_pointer;
  uint64_t arguments[6];
};
int bl_notify_receive(int listener, struct bl_notification *notification);
/* 1: there may be a call to receive. 0: `stop` is readable, or no process with the filter is left. */
int bl_notify_wait(int listener, int stop);
int bl_notify_id_valid(int listener, uint64_t id);
/* Lets the call go on as it is: an observation, never a decision. */
int bl_notify_continue(int listener, uint64_t id);
/* Answers the call: value when error is 0, else -error (error is a positive errno). */
int bl_notify_answer(int listener, uint64_t id, int64_t value, int error);

/* for the supervisor of connect */
/* A pidfd of one thread, whose descriptor table may be its own; -EINVAL before kernel 6.9. */
int bl_pidfd_open_thread(pid_t thread);
/* Effective ids of the calling thread alone; with restore, user first. */
int bl_thread_effective_ids(uint32_t user, uint32_t group, int restore);
int bl_connect_bytes(int fd, const void *address, size_t length);
/* SO_DOMAIN; -ENOTSOCK for what is no socket. */
int bl_socket_domain(int fd);

/* constants that Swift does not see */
extern const uint64_t BL_RESOLVE_NO_XDEV, BL_RESOLVE_NO_MAGICLINKS, BL_RESOLVE_NO_SYMLINKS, BL_RESOLVE_BENEATH,
    BL_RESOLVE_IN_ROOT;
extern const int BL_O_PATH, BL_O_TMPFILE, BL_AT_EMPTY_PATH, BL_AT_RECURSIVE;

#endif
