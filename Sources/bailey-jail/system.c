#define _GNU_SOURCE
#include "system.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>

/* The compiler may call these by name. */
void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memset(void *to, int value, size_t count);

__attribute__((no_builtin("memcpy"))) void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  for (size_t index = 0; index < count; index++)
    ((volatile char *)to)[index] = ((const char *)from)[index];
  return to;
}

__attribute__((no_builtin("memset"))) void *memset(void *to, int value, size_t count) {
  for (size_t index = 0; index < count; index++)
    ((volatile char *)to)[index] = (char)value;
  return to;
}

_Noreturn void leave(int code) {
  for (;;)
    CALL(exit_group, code);
}

void close_descriptor(long descriptor) {
  if (descriptor >= 0)
    CALL(close, descriptor);
}

/* Writing to cgroup.procs instead would wait for an RCU grace period. */
long fork_process(long group) {
  struct clone_args arguments = {.flags = group < 0 ? 0 : CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
  arguments.cgroup = group < 0 ? 0 : (uint64_t)group;
  return CALL(clone3, &arguments, sizeof arguments);
}

long write_whole(long descriptor, const char *bytes, size_t length) {
  long written = CALL(write, descriptor, bytes, length);
  return written < 0 || (size_t)written == length ? written : -5 /* EIO */;
}

long open_strictly(long directory, const char *path, long flags) {
  struct open_how how = {.flags = (uint64_t)flags | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
  if (directory != AT_FDCWD)
    how.resolve |= RESOLVE_IN_ROOT;
  return CALL(openat2, directory, path, &how, sizeof how);
}

long clone_tree(const char *path, int recursive) {
  long source = open_strictly(AT_FDCWD, path, O_PATH);
  if (source < 0)
    return source;
  long flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
  long tree = CALL(open_tree, source, "", flags);
  close_descriptor(source);
  return tree;
}

long write_file(long directory, const char *path, const char *content, size_t length) {
  long file = CALL(openat, directory, path, O_WRONLY | O_CLOEXEC, 0);
  if (file < 0)
    return file;
  long result = write_whole(file, content, length);
  close_descriptor(file);
  return result;
}

__attribute__((no_builtin("strlen"))) size_t text_length(const char *text) {
  size_t length = 0;
  while (text[length])
    length++;
  return length;
}

/* The kernel enters here: the stack pointer is at argc. */
__asm__(".globl _start\n_start:\n  xor %ebp, %ebp\n  and $-16, %rsp\n  call jail_main\n  ud2\n");
