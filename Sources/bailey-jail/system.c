#include "system.h"
#define _GNU_SOURCE

#include <fcntl.h>
#include <linux/openat2.h>
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

long fork_process(void) { return CALL(clone, SIGCHLD, 0, 0, 0, 0); }

long write_whole(long descriptor, const char *bytes, size_t length) {
  long written = CALL(write, descriptor, bytes, length);
  return written < 0 || (size_t)written == length ? written : -5 /* EIO */;
}

long open_strictly(long directory, const char *path, long flags) {
  struct open_how how = {
      .flags = (uint64_t)flags | O_CLOEXEC,
      .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  return CALL(openat2, directory, path, &how, sizeof how);
}

size_t text_length(const char *text) {
  size_t length = 0;
  while (text[length])
    length++;
  return length;
}

/* The kernel enters here: the stack pointer is at argc. */
#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n  xor %ebp, %ebp\n  and $-16, %rsp\n  call jail_main\n  ud2\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n  mov x29, #0\n  mov x30, #0\n  bl jail_main\n  brk #1\n");
#endif
