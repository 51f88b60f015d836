/* The plan, and the control protocol: the contract between the controller and bailey-jail.
 *
 * All numbers are little-endian. A plan is a header, then records. A record is a head, `numbers` 64-bit numbers, then strings. A string
 * is its length (32 bits, the NUL not counted), its bytes, a NUL, and zeros up to a multiple of 8. Records start at multiples of 8.
 * How many numbers and strings a code has, and which strings may contain NUL, stands beside the codes; anything else is refused before
 * the first operation runs. */
#ifndef BAILEY_PLAN_H
#define BAILEY_PLAN_H

#include <stdint.h>

#define BAILEY_PLAN_MAGIC 0x50594c42u /* "BLYP" */
#define BAILEY_PLAN_VERSION 1u
#define BAILEY_MAX_PLAN (8u << 20)
#define BAILEY_MAX_RECORDS 8192u
#define BAILEY_MAX_STRINGS 16384u
#define BAILEY_MAX_NUMBERS 6
#define BAILEY_MAX_FIXED_STRINGS 5
#define BAILEY_SLOTS 256
#define BAILEY_NO_SLOT UINT64_MAX

/* Descriptors at start. Slot n is BAILEY_FD_SLOTS + n. With BAILEY_GROUPS, BAILEY_FD_GROUPS is the directory of the session's control
 * group, into which pid 1 is born, and the next one that of the group below it, into which every program is. */
enum {
  BAILEY_FD_LOG = 2,
  BAILEY_FD_PLAN = 3,
  BAILEY_FD_CONTROL = 4,
  BAILEY_FD_STREAMS = 5,
  BAILEY_FD_GROUPS = 8,
  BAILEY_FD_SLOTS = 64
};

enum bailey_list { BAILEY_PARENT = 0, BAILEY_INIT = 1, BAILEY_AGENT = 2, BAILEY_REQUEST = 3 };

/* Which of the streams 0, 1, 2 were passed as BAILEY_FD_STREAMS + n. A further program's come with its request. */
enum { BAILEY_STREAM_INPUT = 1, BAILEY_STREAM_OUTPUT = 2, BAILEY_STREAM_ERROR = 4, BAILEY_STREAM_TERMINAL = 8, BAILEY_GROUPS = 16 };

struct bailey_header {
  uint32_t magic, version, length, streams;
  /* Records of the parent, init and agent list, in this order. */
  uint32_t count[3];
  /* Exit code when an operation fails. */
  uint32_t failure;
};

struct bailey_record {
  uint16_t code, strings;
  /* Of the whole record, in bytes. */
  uint32_t length;
};

/* X(code, name, number, list, numbers, strings, more strings follow, fixed strings that may hold NUL or be empty (bit n: string n),
 *   which number is a slot (1: the first), whether it may be BAILEY_NO_SLOT). The comment tells them: numbers | strings. */
#define BAILEY_OPERATIONS(X) \
  /* deny setgroups | uid line, gid line */ \
  X(ID_MAP, id_map, 1, PARENT, 1, 2, 0, 0, 0, 0) \
  /* slot, recursive, idmapped | path */ \
  X(OPEN_TREE, open_tree, 2, PARENT, 3, 1, 0, 0, 1, 0) \
  /* attributes | path, size, inodes, mode (decimal; mode octal) */ \
  X(TMPFS, tmpfs, 10, INIT, 1, 4, 0, 0, 0, 0) \
  /* mode | path */ \
  X(DIRECTORY, directory, 11, INIT, 1, 1, 0, 0, 0, 0) \
  /* mode | path, content */ \
  X(FILE, file, 12, INIT, 1, 2, 0, 2, 0, 0) \
  /* | target, path */ \
  X(SYMLINK, symlink, 13, INIT, 0, 2, 0, 0, 0, 0) \
  /* | root, old */ \
  X(PIVOT, pivot, 14, INIT, 0, 2, 0, 0, 0, 0) \
  /* MS_* flags | path */ \
  X(PROPAGATION, propagation, 15, INIT, 1, 1, 0, 0, 0, 0) \
  /* slot or BAILEY_NO_SLOT, recursive, attributes, optional | source, path */ \
  X(BIND, bind, 16, INIT, 4, 2, 0, 1, 1, 1) \
  /* attributes | path, lower, upper, work */ \
  X(OVERLAY, overlay, 17, INIT, 1, 4, 0, 0, 0, 0) \
  /* attributes | path */ \
  X(PROC, proc, 18, INIT, 1, 1, 0, 0, 0, 0) \
  /* | path */ \
  X(DEVPTS, devpts, 19, INIT, 0, 1, 0, 0, 0, 0) \
  /* | name */ \
  X(HOSTNAME, hostname, 20, INIT, 0, 1, 0, 0, 0, 0) \
  /* | path, content */ \
  X(SYSCTL, sysctl, 21, INIT, 0, 2, 0, 2, 0, 0) \
  /* protocol, acknowledgements | message */ \
  X(NETLINK, netlink, 22, INIT, 2, 1, 0, 1, 0, 0) \
  /* slot, family, type, backlog | address */ \
  X(LISTEN, listen, 23, INIT, 4, 1, 0, 1, 1, 0) \
  /* slot, rows, columns */ \
  X(TERMINAL, terminal, 24, INIT, 3, 0, 0, 0, 1, 0) \
  /* resource, soft, hard */ \
  X(LIMIT, limit, 25, INIT, 3, 0, 0, 0, 0, 0) \
  /* | one byte per slot */ \
  X(READY, ready, 26, INIT, 0, 1, 0, 1, 0, 0) \
  /* last of the init list */ \
  X(SPAWN, spawn, 27, INIT, 0, 0, 0, 0, 0, 0) \
  /* | uid line, gid line, paths of setgroups, uid_map, gid_map of the process itself */ \
  X(NEST, nest, 40, AGENT, 0, 5, 0, 0, 0, 0) \
  /* | path */ \
  X(ENTER, enter, 41, AGENT, 0, 1, 0, 0, 0, 0) \
  X(DROP, drop, 42, AGENT, 0, 0, 0, 0, 0, 0) \
  /* handled files, handled network, scoped | rules: access (8), optional (8), path */ \
  X(LANDLOCK, landlock, 43, AGENT, 3, 0, 1, 0, 0, 0) \
  X(NO_NEW_PRIVILEGES, no_new_privileges, 44, AGENT, 0, 0, 0, 0, 0, 0) \
  /* notify | program */ \
  X(SECCOMP, seccomp, 45, AGENT, 1, 1, 0, 1, 0, 0) \
  /* | path */ \
  X(CHANGE_DIRECTORY, change_directory, 46, AGENT, 0, 1, 0, 0, 0, 0) \
  /* candidates, arguments, variables | all of them; last of the agent list */ \
  X(EXECUTE, execute, 47, AGENT, 3, 0, 1, 0, 0, 0) \
  /* into the user and mount namespace of the main program */ \
  X(JOIN, join, 48, AGENT, 0, 0, 0, 0, 0, 0)

/* Requests on the control socket. The first number is the request's id. */
#define BAILEY_REQUESTS(X) \
  /* id, attributes, recursive | source, view, path below it; or a detached tree as descriptor */ \
  X(MOUNT, mount, 100, REQUEST, 3, 3, 0, 1, 0, 0) \
  /* id | view, directory below it, name */ \
  X(UNMOUNT, unmount, 101, REQUEST, 1, 3, 0, 0, 0, 0) \
  /* id | empty file, empty directory, view, path */ \
  X(MASK, mask, 102, REQUEST, 1, 4, 0, 0, 0, 0) \
  /* id, program, signal */ \
  X(SIGNAL, signal, 103, REQUEST, 3, 0, 0, 0, 0, 0) \
  /* id */ \
  X(FREEZE, freeze, 104, REQUEST, 1, 0, 0, 0, 0, 0) \
  X(THAW, thaw, 105, REQUEST, 1, 0, 0, 0, 0, 0) \
  /* id, port, 1 for ::1 instead of 127.0.0.1; the connection may still be in progress */ \
  X(DIAL, dial, 106, REQUEST, 3, 0, 0, 0, 0, 0) \
  /* id, streams, rows, columns; descriptors: plan, then the streams. The id becomes the program's. */ \
  X(LAUNCH, launch, 107, REQUEST, 4, 0, 0, 0, 0, 0)

#define BAILEY_CODE(code, name, number, ...) BAILEY_##code = number,
enum bailey_code { BAILEY_OPERATIONS(BAILEY_CODE) BAILEY_REQUESTS(BAILEY_CODE) };

enum bailey_event_kind {
  BAILEY_STARTED = 1,     /* a: pid 1 as the controller sees it; descriptor: its pidfd */
  BAILEY_IS_READY = 2,    /* descriptors of the slots */
  BAILEY_LISTENER = 3,    /* id: program; descriptor: the seccomp listener */
  BAILEY_STOPPED = 4,     /* id: program, a: signal */
  BAILEY_EXITED = 5,      /* id: program, a: exit code, or b: signal */
  BAILEY_FAILED = 6,      /* id: program, a: list, b: index, c: code, d: errno, text: its first string. Nothing runs. */
  BAILEY_REPLY = 7,       /* id: request, a: errno or 0; perhaps a descriptor */
  BAILEY_NOT_STARTED = 8, /* id: program, a: 126 or 127, d: errno */
};

/* A message of bailey-jail on the control socket. The main program is program 0. */
struct bailey_event {
  uint32_t kind;
  uint32_t reserved;
  uint64_t id;
  int32_t a, b, c, d;
  char text[88];
};

#endif
