/* bailey-jail: executes one plan, then is pid 1 of the sandbox. See bailey_plan.h. */
#define _GNU_SOURCE
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>

#define NAMESPACES \
  (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

static struct context context = {.streams = {-1, -1, -1}, .terminal = -1, .group = -1, .devpts = -1, .null = -1, .failure = 125};

/* A plan that its writer could still change is refused. */
long plan_map(long descriptor, int further, struct plan *plan) {
  struct statx status;
  long seals = CALL(fcntl, descriptor, F_GET_SEALS, 0);
  TRY(seals);
  if ((seals & (F_SEAL_WRITE | F_SEAL_SHRINK)) != (F_SEAL_WRITE | F_SEAL_SHRINK))
    return -EPERM;
  TRY(CALL(statx, descriptor, "", AT_EMPTY_PATH, STATX_SIZE, &status));
  if (status.stx_size < sizeof(struct bailey_header) || status.stx_size > BAILEY_MAX_PLAN)
    return -EMSGSIZE;
  long bytes = CALL(mmap, 0, status.stx_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (bytes < 0 && bytes > -4096)
    return bytes;
  uint32_t wrong = plan_check((const uint8_t *)bytes, status.stx_size, further, plan);
  if (wrong == 0)
    return 0;
  print_text("plan: malformed at byte ");
  print_text(number_text(wrong));
  print_text("\n");
  return -EBADMSG;
}

_Noreturn static void refuse(long error) {
  struct bailey_event event = {.kind = BAILEY_FAILED, .a = -1, .d = (int)-error};
  send_event(&event, 0, 0, 1);
  print_text(error == -EBADMSG ? "" : "start: failed\n");
  leave(125);
}

/* "/proc/PID": the one text that is made here. */
static long open_of_child(long child) {
  char path[27] = "/proc/";
  const char *digits = number_text((uint64_t)child);
  __builtin_memcpy(path + 6, digits, text_length(digits));
  return CALL(openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
}

static long write_of_child(long child, const char *name, const char *text) {
  long directory = open_of_child(child);
  TRY(directory);
  long result = write_file(directory, name, text, text_length(text));
  close_descriptor(directory);
  return result;
}

long op_id_map(struct context *context, struct operation *operation) {
  if (operation->number[0])
    TRY(write_of_child(context->child, "setgroups", "deny"));
  TRY(write_of_child(context->child, "uid_map", operation->string[0].start));
  return write_of_child(context->child, "gid_map", operation->string[1].start);
}

static long map_owners(long child, long tree, int recursive) {
  long directory = open_of_child(child);
  TRY(directory);
  long namespace = CALL(openat, directory, "ns/user", O_RDONLY | O_CLOEXEC, 0);
  TRY(namespace);
  struct mount_attr map = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)namespace};
  TRY(CALL(mount_setattr, tree, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &map, sizeof map));
  close_descriptor(namespace);
  close_descriptor(directory);
  return 0;
}

long op_open_tree(struct context *context, struct operation *operation) {
  int recursive = operation->number[1] != 0;
  long tree = clone_tree(operation->string[0].start, recursive);
  TRY(tree);
  if (operation->number[2])
    TRY(map_owners(context->child, tree, recursive));
  return to_slot(tree, operation->number[0]);
}

/* Waits for the parent list; the controller's death ends the wait. */
static void await_release(long release) {
  struct pollfd sources[2] = {{.fd = (int)release, .events = POLLIN}, {.fd = BAILEY_FD_CONTROL}};
  for (;;) {
    long result = CALL(ppoll, sources, 2, 0, 0, 8);
    if (result < 0 || sources[1].revents)
      leave(context.failure);
    if (sources[0].revents)
      break;
  }
  close_descriptor(release);
}

static long become_root(const struct plan *plan) {
  struct operation first;
  struct cursor cursor = plan->list[BAILEY_PARENT];
  int denied = 0;
  while (operation_next(&cursor, &first))
    denied |= first.code == BAILEY_ID_MAP && first.number[0];
  CALL(umask, 0);
  TRY(CALL(setresgid, 0, 0, 0));
  if (!denied)
    TRY(CALL(setgroups, 0, 0));
  TRY(CALL(setresuid, 0, 0, 0));
  TRY(CALL(unshare, CLONE_NEWCGROUP)); /* here, so that its root is where pid 1 was born */
  return CALL(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
}

_Noreturn static void become_init(long release) {
  await_release(release);
  long result = become_root(context.plan);
  if (result < 0)
    refuse(result);
  for (int index = 0; index < 3; index++)
    if (context.plan->header->streams & 1u << index)
      context.streams[index] = BAILEY_FD_STREAMS + index;
  run_list(&context, BAILEY_INIT);
  leave(context.failure);
}

_Noreturn void jail_main(void);

_Noreturn void jail_main(void) {
  static struct plan plan;
  uint64_t all = ~0ull, one = 1;
  CALL(rt_sigprocmask, SIG_SETMASK, &all, 0, 8);
  CALL(close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */);
  long result = plan_map(BAILEY_FD_PLAN, 0, &plan);
  if (result < 0)
    refuse(result);
  context.plan = &plan;
  context.failure = (int)plan.header->failure;
  close_descriptor(BAILEY_FD_PLAN);
  int grouped = (plan.header->streams & BAILEY_GROUPS) != 0;
  context.group = grouped ? BAILEY_FD_GROUPS + 1 : -1;
  context.null = CALL(fcntl, 0, F_DUPFD_CLOEXEC, BAILEY_FD_SLOTS + BAILEY_SLOTS);
  long release = CALL(eventfd2, 0, 02000000 /* EFD_CLOEXEC */);
  int pidfd = -1;
  struct clone_args arguments = {.flags = NAMESPACES | CLONE_FILES | CLONE_PARENT | CLONE_PIDFD,
                                 .pidfd = (uint64_t)(uintptr_t)&pidfd, .cgroup = BAILEY_FD_GROUPS};
  arguments.flags |= grouped ? CLONE_INTO_CGROUP : 0;
  context.child = release < 0 ? release : CALL(clone3, &arguments, sizeof arguments);
  if (context.child == 0)
    become_init(release);
  if (context.child < 0)
    refuse(context.child);
  struct bailey_event event = {.kind = BAILEY_STARTED, .a = (int)context.child};
  if (send_event(&event, &pidfd, 1, 1) < 0) {
    CALL(kill, context.child, 9);
    leave(context.failure);
  }
  close_descriptor(pidfd);
  run_list(&context, BAILEY_PARENT);
  CALL(write, release, &one, 8);
  leave(0);
}
