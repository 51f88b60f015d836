/* The plan, and the control protocol: the contract between the controller and bailey-jail.
 *
 * All numbers are little-endian. A plan is a header, then records. A record is a head, `numbers` 64-bit numbers, then strings. A string
 * is its length (32 bits, the NUL not counted), its bytes, a NUL, and zeros up to a multiple of 8. Records start at multiples of 8.
 * How many numbers and strings a code has, and which strings may contain NUL, stands in reader.c; anything else is refused before the
 * first operation runs. */
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

/* Descriptors at start. Slot n is BAILEY_FD_SLOTS + n. */
enum { BAILEY_FD_LOG = 2, BAILEY_FD_PLAN = 3, BAILEY_FD_CONTROL = 4, BAILEY_FD_STREAMS = 5, BAILEY_FD_SLOTS = 64 };

enum bailey_list { BAILEY_PARENT = 0, BAILEY_INIT = 1, BAILEY_AGENT = 2, BAILEY_REQUEST = 3 };

/* Which of the streams 0, 1, 2 were passed as BAILEY_FD_STREAMS + n. A further program's come with its request. */
enum { BAILEY_STREAM_INPUT = 1, BAILEY_STREAM_OUTPUT = 2, BAILEY_STREAM_ERROR = 4, BAILEY_STREAM_TERMINAL = 8 };

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

enum bailey_code {
  /* parent list */
  BAILEY_ID_MAP = 1,    /* deny setgroups | uid line, gid line */
  BAILEY_OPEN_TREE = 2, /* slot, recursive, idmapped | path */
  /* init list */
  BAILEY_TMPFS = 10,       /* attributes | path, size, inodes, mode (decimal; mode octal) */
  BAILEY_DIRECTORY = 11,   /* mode | path */
  BAILEY_FILE = 12,        /* mode | path, content */
  BAILEY_SYMLINK = 13,     /* | target, path */
  BAILEY_PIVOT = 14,       /* | root, old */
  BAILEY_PROPAGATION = 15, /* MS_* flags | path */
  BAILEY_BIND = 16,        /* slot or BAILEY_NO_SLOT, recursive, attributes, optional | source, path */
  BAILEY_OVERLAY = 17,     /* attributes | path, lower, upper, work */
  BAILEY_PROC = 18,        /* attributes | path */
  BAILEY_DEVPTS = 19,      /* | path */
  BAILEY_HOSTNAME = 20,    /* | name */
  BAILEY_SYSCTL = 21,      /* | path, content */
  BAILEY_NETLINK = 22,     /* protocol, acknowledgements | message */
  BAILEY_LISTEN = 23,      /* slot, family, type, backlog | address */
  BAILEY_TERMINAL = 24,    /* slot, rows, columns */
  BAILEY_LIMIT = 25,       /* resource, soft, hard */
  BAILEY_READY = 26,       /* | one byte per slot */
  BAILEY_SPAWN = 27,       /* last of the init list */
  /* agent list */
  BAILEY_NEST = 40,        /* | uid line, gid line, paths of setgroups, uid_map, gid_map of the process itself */
  BAILEY_ENTER = 41,       /* | path */
  BAILEY_DROP = 42,        /* */
  BAILEY_LANDLOCK = 43,    /* handled files, handled network, scoped | rules: access (8), optional (8), path */
  BAILEY_NO_NEW_PRIVILEGES = 44,
  BAILEY_SECCOMP = 45, /* notify | program */
  BAILEY_CHANGE_DIRECTORY = 46, /* | path */
  BAILEY_EXECUTE = 47, /* candidates, arguments, variables | all of them; last of the agent list */
  BAILEY_JOIN = 48,    /* into the user and mount namespace of the main program */
  /* requests on the control socket; the first number is the request's id */
  BAILEY_MOUNT = 100,   /* id, attributes, recursive | source, view, path below it; or a detached tree as descriptor */
  BAILEY_UNMOUNT = 101, /* id | view, directory below it, name */
  BAILEY_MASK = 102,    /* id | empty file, empty directory, view, path */
  BAILEY_SIGNAL = 103,  /* id, program, signal */
  BAILEY_FREEZE = 104,  /* id */
  BAILEY_THAW = 105,    /* id */
  BAILEY_DIAL = 106,    /* id, port, 1 for ::1 instead of 127.0.0.1; the connection may still be in progress */
  BAILEY_LAUNCH = 107,  /* id, streams, rows, columns; descriptors: plan, then the streams. The id becomes the program's. */
};

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
