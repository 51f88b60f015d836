/* The bare kernel: bailey-jail has no C library. Every call returns its value or a negative errno. */
#ifndef BAILEY_SYSTEM_H
#define BAILEY_SYSTEM_H

#include <asm/unistd.h>
#include <stddef.h>
#include <stdint.h>

static inline long call6(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
#else
#error "no system call of this architecture is known here"
#endif
}

#define CALL_PICK(_0, _1, _2, _3, _4, _5, _6, name, ...) name
#define CALL0(n) call6(n, 0, 0, 0, 0, 0, 0)
#define CALL1(n, a) call6(n, (long)(a), 0, 0, 0, 0, 0)
#define CALL2(n, a, b) call6(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define CALL3(n, a, b, c) call6(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define CALL4(n, a, b, c, d) call6(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define CALL5(n, a, b, c, d, e) call6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define CALL6(n, a, b, c, d, e, f) call6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
/* CALL(openat, directory, path, …) */
#define CALL(name, ...) \
  CALL_PICK(_0 __VA_OPT__(, ) __VA_ARGS__, CALL6, CALL5, CALL4, CALL3, CALL2, CALL1, CALL0)(__NR_##name __VA_OPT__(, ) __VA_ARGS__)

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

_Noreturn void leave(int code);
void close_descriptor(long descriptor);
/* A child, in another control group unless `group` is -1. */
long fork_process(long group);
/* Writes all of it at once, or fails. */
long write_whole(long descriptor, const char *bytes, size_t length);
/* `path` must not lead through a symbolic link or a link of procfs, nor out of `directory` if that is one. */
long open_strictly(long directory, const char *path, long flags);
/* A detached copy of what lies at `path`, to which no link may lead. */
long clone_tree(const char *path, int recursive);
/* Follows links: for files of procfs alone. */
long write_file(long directory, const char *path, const char *content, size_t length);
size_t text_length(const char *text);

#endif
