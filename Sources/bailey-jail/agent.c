/* The agent list: what a process does to itself before it becomes the program. */
#define _GNU_SOURCE
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

struct filter_program {
  unsigned short length;
  const void *filter;
};

long op_nest(struct context *context, struct operation *operation) {
  const struct bytes *text = operation->string;
  /* The files of /proc/self belong to their process only while it is dumpable. */
  TRY(CALL(prctl, PR_SET_DUMPABLE, 1, 0, 0, 0));
  TRY(CALL(unshare, CLONE_NEWUSER | CLONE_NEWNS));
  TRY(write_file(AT_FDCWD, text[2].start, "deny", 4));
  TRY(write_file(AT_FDCWD, text[3].start, text[0].start, text[0].length));
  return write_file(AT_FDCWD, text[4].start, text[1].start, text[1].length);
}

/* The new root must be a mount that is not locked, so the view is bound onto itself. */
long op_enter(struct context *context, struct operation *operation) {
  const char *path = operation->string[0].start;
  struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
  TRY(CALL(mount, 0, "/", 0, MS_SLAVE | MS_REC, 0));
  TRY(CALL(mount, path, path, 0, MS_BIND | MS_REC, 0));
  /* The root's own files are the agent's by uid; Landlock does not know chmod. What is mounted below keeps its flags. */
  TRY(CALL(mount_setattr, AT_FDCWD, path, 0, &read_only, sizeof read_only));
  TRY(CALL(chdir, path));
  TRY(CALL(pivot_root, ".", "."));
  TRY(CALL(umount2, ".", MNT_DETACH));
  return CALL(chdir, "/");
}

long op_join(struct context *context, struct operation *operation) {
  return CALL(setns, context->main_process, CLONE_NEWUSER | CLONE_NEWNS);
}

long op_change_directory(struct context *context, struct operation *operation) {
  return CALL(chdir, operation->string[0].start);
}

long op_drop(struct context *context, struct operation *operation) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}, {0}};
  TRY(CALL(prctl, PR_SET_SECUREBITS, SECURE_ALL_BITS | SECURE_ALL_LOCKS, 0, 0, 0));
  TRY(CALL(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
  for (long capability = 0; capability < 64; capability++)
    if (CALL(prctl, PR_CAPBSET_READ, capability, 0, 0, 0) == 1)
      TRY(CALL(prctl, PR_CAPBSET_DROP, capability, 0, 0, 0));
  return CALL(capset, &header, none);
}

long op_no_new_privileges(struct context *context, struct operation *operation) {
  return CALL(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static long add_rule(long ruleset, struct bytes rule) {
  const uint64_t *number = (const void *)rule.start;
  struct landlock_path_beneath_attr beneath = {0};
  uint64_t access, optional;
  __builtin_memcpy(&access, number, 8);
  __builtin_memcpy(&optional, number + 1, 8);
  long path = CALL(openat, AT_FDCWD, rule.start + 16, O_PATH | O_CLOEXEC, 0);
  if (path == -ENOENT && optional)
    return 0;
  TRY(path);
  /* Rights that only directories have are refused on a file: execute, write, read, truncate and ioctl are left. */
  beneath.allowed_access = is_directory(path) > 0 ? access : access & 0xc007;
  beneath.parent_fd = (int)path;
  long result = CALL(landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
  close_descriptor(path);
  return result;
}

long op_landlock(struct context *context, struct operation *operation) {
  /* A kernel that knows fewer fields takes the rest if it is zero, and refuses it if not. */
  uint64_t handled[3] = {operation->number[0], operation->number[1], operation->number[2]};
  long ruleset = CALL(landlock_create_ruleset, handled, sizeof handled, 0);
  TRY(ruleset);
  struct bytes rule;
  while (string_next(&operation->tail, &rule))
    TRY(add_rule(ruleset, rule));
  TRY(op_no_new_privileges(context, operation));
  TRY(CALL(landlock_restrict_self, ruleset, 0));
  close_descriptor(ruleset);
  return 0;
}

long op_seccomp(struct context *context, struct operation *operation) {
  const struct bytes *program = &operation->string[0];
  static _Alignas(8) char aligned[4096 * 8];
  __builtin_memcpy(aligned, program->start, program->length);
  struct filter_program filter = {(unsigned short)(program->length / 8), aligned};
  int notify = operation->number[0] != 0;
  long flags = notify ? SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV : 0;
  long listener = CALL(seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
  if (!notify || listener < 0)
    return listener;
  struct bailey_event event = {.kind = BAILEY_LISTENER, .id = context->program};
  int descriptor = (int)listener;
  TRY(send_event(&event, &descriptor, 1, 1));
  close_descriptor(listener);
  return 0;
}

static long take_streams(struct context *context) {
  for (int index = 0; index < 3; index++) {
    long source = context->streams[index] >= 0 ? context->streams[index]
                  : context->terminal >= 0     ? context->terminal
                                               : context->null;
    TRY(CALL(dup3, source, index, 0));
  }
  return CALL(close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */);
}

static _Noreturn void not_started(struct context *context, long error) {
  int code = error == -ENOENT || error == -ENOTDIR ? 127 : 126;
  struct bailey_event event = {.kind = BAILEY_NOT_STARTED, .id = context->program, .a = code, .d = (int)-error};
  send_event(&event, 0, 0, 1);
  leave(code);
}

/* As execvp: a candidate that is not there, or may not be executed, gives way to the next. */
long op_execute(struct context *context, struct operation *operation) {
  static const char *vector[BAILEY_MAX_STRINGS + 4];
  uint64_t candidates = operation->number[0], arguments = operation->number[1], at = 0;
  struct bytes text;
  for (uint64_t index = 0; string_next(&operation->tail, &text); index++) {
    vector[at++] = text.start;
    if (index + 1 == candidates || index + 1 == candidates + arguments)
      vector[at++] = 0;
  }
  vector[at] = 0;
  TRY(take_streams(context));
  CALL(umask, 022);
  long error = -ENOENT;
  for (uint64_t index = 0; index < candidates; index++) {
    long result = CALL(execve, vector[index], vector + candidates + 1, vector + candidates + arguments + 2);
    if (result != -ENOENT && result != -ENOTDIR)
      error = result;
    if (result != -ENOENT && result != -ENOTDIR && result != -EACCES)
      break;
  }
  not_started(context, error);
}

static void reset_signals(void) {
  uint64_t standard[4] = {0}, none = 0; /* handler, flags, restorer, mask */
  for (int number = 1; number <= 64; number++)
    CALL(rt_sigaction, number, standard, 0, 8);
  CALL(rt_sigprocmask, 2 /* SIG_SETMASK */, &none, 0, 8);
}

/* With a terminal, a process group in its foreground; without, a session of its own. SIGTTOU is blocked here. */
static void take_foreground(struct context *context) {
  if (context->terminal < 0) {
    CALL(setsid);
    return;
  }
  int self = (int)CALL(getpid);
  CALL(setpgid, 0, 0);
  CALL(ioctl, context->terminal, TIOCSPGRP, &self);
}

long start_program(struct context *context) {
  long process = fork_process(context->group);
  if (process == 0) {
    take_foreground(context);
    reset_signals();
    run_list(context, BAILEY_AGENT);
    leave(context->failure);
  }
  /* On both sides, so that a key typed at once finds the program in the foreground. */
  int group = (int)process;
  if (process > 0 && context->terminal >= 0) {
    CALL(setpgid, process, process);
    CALL(ioctl, context->terminal, TIOCSPGRP, &group);
  }
  return process;
}
