/* Says what failed: to the controller as an event, and on the log as `op 7 bind /etc: EACCES`. */
#include "jail.h"

#include <errno.h>

#define NAME(error) [error] = #error
static const char *const errors[] = {
    NAME(EPERM),  NAME(ENOENT), NAME(EIO),     NAME(EAGAIN), NAME(ENOMEM), NAME(EACCES), NAME(EBUSY), NAME(EEXIST),
    NAME(ENODEV), NAME(EXDEV),  NAME(ENOTDIR), NAME(EINVAL), NAME(EMFILE), NAME(ENOSPC), NAME(EROFS), NAME(ERANGE),
    NAME(ENOSYS), NAME(ELOOP),  NAME(EUSERS),  NAME(ESTALE), NAME(EMSGSIZE),
};

#define OPERATION(code, name, ...) [BAILEY_##code] = {#name, op_##name},
static const struct {
  const char *name;
  long (*run)(struct context *context, struct operation *operation);
} operations[] = {BAILEY_OPERATIONS(OPERATION)};

void print_text(const char *text) { CALL(write, BAILEY_FD_LOG, text, text_length(text)); }

const char *number_text(uint64_t number) {
  static char digits[21];
  unsigned at = sizeof digits - 1;
  do
    digits[--at] = (char)('0' + number % 10);
  while (number /= 10);
  return digits + at;
}

static const char *error_text(long error) {
  const char *name = error < (long)(sizeof errors / sizeof *errors) ? errors[error] : 0;
  return name ? name : number_text((uint64_t)error);
}

/* The string that names the thing: the path, where there is one. */
static const char *subject(struct operation *operation) {
  switch (operation->code) {
  case BAILEY_SYMLINK:
  case BAILEY_BIND:
    return operation->string[1].start;
  case BAILEY_ID_MAP:
  case BAILEY_HOSTNAME:
  case BAILEY_NETLINK ... BAILEY_NEST:
  case BAILEY_DROP ... BAILEY_SECCOMP:
  case BAILEY_EXECUTE ... BAILEY_JOIN:
    return "";
  default:
    return operation->string[0].start;
  }
}

_Noreturn void fail(struct context *context, struct operation *operation, long error) {
  struct bailey_event event = {.kind = BAILEY_FAILED, .id = context->program, .a = context->list, .b = context->index};
  event.c = operation->code;
  event.d = (int)-error;
  const char *text = subject(operation);
  for (unsigned index = 0; index + 1 < sizeof event.text && text[index]; index++)
    event.text[index] = text[index];
  send_event(&event, 0, 0, 1);
  print_text("op ");
  print_text(number_text((uint64_t)context->index));
  print_text(" ");
  print_text(operations[operation->code].name);
  print_text(*text ? " " : "");
  print_text(text);
  print_text(": ");
  print_text(error_text(-error));
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
    long result = operations[operation.code].run(context, &operation);
    if (result < 0)
      fail(context, &operation, result);
  }
}
