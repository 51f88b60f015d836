#ifndef BAILEY_JAIL_H
#define BAILEY_JAIL_H

#include "reader.h"
#include "system.h"

/* Which list runs where, and what its operations may use. */
struct context {
  const struct plan *plan;
  uint64_t program;   /* 0: the main one */
  long child;         /* parent list: pid of pid 1 in the controller's namespace */
  long main_process;  /* pidfd of the main program, for `join` */
  long streams[3];    /* descriptors that become 0, 1, 2; -1: none was passed */
  long terminal;      /* slave side, or -1 */
  long group;         /* control group for programs, or -1 */
  long null;          /* /dev/null */
  long devpts;        /* O_PATH of the sandbox's devpts, or -1 */
  int keep_groups;    /* setgroups is denied: the namespace keeps the caller's groups */
  int failure;        /* exit code when an operation fails */
  int list, index;
};

/* One function per operation, `op_bind` for BAILEY_BIND: 0, or a negative errno. */
#define DECLARE(code, name, ...) long op_##name(struct context *context, struct operation *operation);
BAILEY_OPERATIONS(DECLARE)
#undef DECLARE

/* Runs a list to its end; on failure says which operation it was, and leaves. */
void run_list(struct context *context, int list);
_Noreturn void fail(struct context *context, struct operation *operation, long error);

void print_text(const char *text);
/* Decimal, in one buffer: the next call overwrites it. */
const char *number_text(uint64_t number);
/* Maps and checks the plan behind a sealed descriptor. */
long plan_map(long descriptor, int further, struct plan *plan);

/* Forks a program that runs the agent list. Returns its pid in this namespace. */
long start_program(struct context *context);
/* Serves the controller, reaps, and ends with the main program. */
_Noreturn void serve(struct context *context, long main_program);

/* Moves a fresh descriptor to its slot. */
long to_slot(long descriptor, uint64_t slot);
/* Opens a pair in the sandbox's devpts: returns the master. */
long open_terminal(struct context *context, uint64_t rows, uint64_t columns, long *slave);

/* control.c */
long send_event(const struct bailey_event *event, const int *descriptors, unsigned count, int wait);
long receive_request(uint8_t *bytes, size_t room, int *descriptors, unsigned *count);
#define MAX_DESCRIPTORS 192

/* mounts.c, for live requests */
long mount_tree(long tree, uint64_t attributes, int recursive, long target);
/* Walks to `path` below `view` and makes what is not there; `directory` says what the last name is. */
long make_target(long view, const char *path, int directory);
long is_directory(long descriptor);

#define TRY(expression) \
  do { \
    long try_ = (expression); \
    if (try_ < 0) \
      return try_; \
  } while (0)

#endif
