/* Says what failed: to the controller as an event, and on the log as `op 7 bind /etc: EACCES`. */
#include "jail.h"

#include <errno.h>

static const struct {
  int number;
  const char *name;
} names[] = {
    {EPERM, "EPERM"},     {ENOENT, "ENOENT"},   {EIO, "EIO"},         {EBADF, "EBADF"},     {EAGAIN, "EAGAIN"},
    {ENOMEM, "ENOMEM"},   {EACCES, "EACCES"},   {EFAULT, "EFAULT"},   {EBUSY, "EBUSY"},     {EEXIST, "EEXIST"},
    {EXDEV, "EXDEV"},     {ENODEV, "ENODEV"},   {ENOTDIR, "ENOTDIR"}, {EISDIR, "EISDIR"},   {EINVAL, "EINVAL"},
    {EMFILE, "EMFILE"},   {ENOSPC, "ENOSPC"},   {EROFS, "EROFS"},     {ERANGE, "ERANGE"},   {ENOSYS, "ENOSYS"},
    {ELOOP, "ELOOP"},     {EBADMSG, "EBADMSG"}, {EUSERS, "EUSERS"},   {ENOTSUP, "ENOTSUP"}, {EPIPE, "EPIPE"},
    {ESTALE, "ESTALE"},   {E2BIG, "E2BIG"},     {EMSGSIZE, "EMSGSIZE"}, {EADDRINUSE, "EADDRINUSE"},
    {EADDRNOTAVAIL, "EADDRNOTAVAIL"}, {EAFNOSUPPORT, "EAFNOSUPPORT"}, {EPROTONOSUPPORT, "EPROTONOSUPPORT"},
};

static const char *const operations[] = {
    [BAILEY_ID_MAP] = "id-map",   [BAILEY_OPEN_TREE] = "open-tree",
    [BAILEY_TMPFS] = "tmpfs",     [BAILEY_DIRECTORY] = "directory",
    [BAILEY_FILE] = "file",       [BAILEY_SYMLINK] = "symlink",
    [BAILEY_PIVOT] = "pivot",     [BAILEY_PROPAGATION] = "propagation",
    [BAILEY_BIND] = "bind",       [BAILEY_OVERLAY] = "overlay",
    [BAILEY_PROC] = "proc",       [BAILEY_DEVPTS] = "devpts",
    [BAILEY_HOSTNAME] = "hostname", [BAILEY_SYSCTL] = "sysctl",
    [BAILEY_NETLINK] = "netlink", [BAILEY_LISTEN] = "listen",
    [BAILEY_TERMINAL] = "terminal", [BAILEY_LIMIT] = "limit",
    [BAILEY_READY] = "ready",     [BAILEY_SPAWN] = "spawn",
    [BAILEY_NEST] = "nest",       [BAILEY_ENTER] = "enter",
    [BAILEY_DROP] = "drop",       [BAILEY_LANDLOCK] = "landlock",
    [BAILEY_NO_NEW_PRIVILEGES] = "no-new-privileges", [BAILEY_SECCOMP] = "seccomp",
    [BAILEY_CHANGE_DIRECTORY] = "change-directory", [BAILEY_EXECUTE] = "execute",
    [BAILEY_JOIN] = "join",
};

void print_text(const char *text) { CALL(write, BAILEY_FD_LOG, text, text_length(text)); }

void print_number(uint64_t number) {
  char digits[21];
  unsigned at = sizeof digits - 1;
  digits[at] = 0;
  do
    digits[--at] = (char)('0' + number % 10);
  while (number /= 10);
  print_text(digits + at);
}

static void print_error(long error) {
  for (unsigned index = 0; index < sizeof names / sizeof *names; index++)
    if (names[index].number == error) {
      print_text(names[index].name);
      return;
    }
  print_number((uint64_t)error);
}

/* The string that names the thing: the path, where there is one. */
static const char *subject(struct operation *operation) {
  switch (operation->code) {
  case BAILEY_SYMLINK:
  case BAILEY_BIND:
    return operation->string[1].start;
  case BAILEY_TMPFS:
  case BAILEY_DIRECTORY:
  case BAILEY_FILE:
  case BAILEY_PIVOT:
  case BAILEY_OVERLAY:
  case BAILEY_PROC:
  case BAILEY_DEVPTS:
  case BAILEY_SYSCTL:
  case BAILEY_OPEN_TREE:
  case BAILEY_PROPAGATION:
  case BAILEY_ENTER:
  case BAILEY_CHANGE_DIRECTORY:
    return operation->string[0].start;
  default:
    return "";
  }
}

_Noreturn void fail(struct context *context, struct operation *operation, long error) {
  struct bailey_event event = {
      .kind = BAILEY_FAILED,
      .id = context->program,
      .a = context->list,
      .b = context->index,
      .c = operation->code,
      .d = (int)-error,
  };
  const char *text = subject(operation);
  for (unsigned index = 0; index + 1 < sizeof event.text && text[index]; index++)
    event.text[index] = text[index];
  send_event(&event, 0, 0, 1);
  print_text("op ");
  print_number((uint64_t)context->index);
  print_text(" ");
  print_text(operations[operation->code]);
  print_text(*text ? " " : "");
  print_text(text);
  print_text(": ");
  print_error(-error);
  print_text("\n");
  if (context->list == BAILEY_PARENT)
    CALL(kill, context->child, 9);
  leave(context->failure);
}

void run_list(struct context *context, int list) {
  struct cursor cursor = context->plan->list[list];
  struct operation operation;
  context->list = list;
  for (context->index = 0; operation_next(&cursor, &operation); context->index++) {
    long result = list == BAILEY_PARENT ? run_parent(context, &operation)
                  : list == BAILEY_INIT ? run_mount(context, &operation)
                                        : run_agent(context, &operation);
    if (result < 0)
      fail(context, &operation, result);
  }
}
