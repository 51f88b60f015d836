/* The view: every mount is made detached, gets its attributes, and only then appears. */
#define _GNU_SOURCE
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/stat.h>

#ifndef MOVE_MOUNT_T_EMPTY_PATH
#define MOVE_MOUNT_T_EMPTY_PATH 0x40
#endif
#define MS_REC_ 16384
#define AT_RECURSIVE_ 0x8000

long is_directory(long descriptor) {
  struct statx status;
  TRY(CALL(statx, descriptor, "", AT_EMPTY_PATH, STATX_TYPE, &status));
  return (status.stx_mode & 0170000) == 0040000;
}

static long set_attributes(long tree, uint64_t attributes, int recursive) {
  struct mount_attr change = {.attr_set = attributes};
  if (attributes == 0)
    return 0;
  return CALL(mount_setattr, tree, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE_ : 0), &change, sizeof change);
}

static long attach(long tree, long directory, const char *path) {
  long flags = MOVE_MOUNT_F_EMPTY_PATH | (*path ? 0 : MOVE_MOUNT_T_EMPTY_PATH);
  return CALL(move_mount, tree, "", directory, path, flags);
}

long mount_tree(long tree, uint64_t attributes, int recursive, long target) {
  TRY(set_attributes(tree, attributes, recursive));
  return attach(tree, target, "");
}

/* A new file system; options come in pairs, a flag has a null value. */
static long mount_new(const char *type, const char *const options[][2], uint64_t attributes, const char *path) {
  long context = CALL(fsopen, type, FSOPEN_CLOEXEC);
  TRY(context);
  long result = 0;
  for (unsigned index = 0; result >= 0 && options && options[index][0]; index++) {
    const char *value = options[index][1];
    result = CALL(fsconfig, context, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, options[index][0], value, 0);
  }
  if (result >= 0)
    result = CALL(fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0);
  if (result >= 0)
    result = CALL(fsmount, context, FSMOUNT_CLOEXEC, attributes);
  close_descriptor(context);
  TRY(result);
  long attached = attach(result, AT_FDCWD, path);
  close_descriptor(result);
  return attached;
}

static long make_tmpfs(struct operation *operation) {
  const char *const options[][2] = {
      {"size", operation->string[1].start},
      {"nr_inodes", operation->string[2].start},
      {"mode", operation->string[3].start},
      {0, 0},
  };
  return mount_new("tmpfs", options, operation->number[0], operation->string[0].start);
}

static long make_overlay(struct operation *operation) {
  const char *const options[][2] = {
      {"lowerdir", operation->string[1].start},
      {"upperdir", operation->string[2].start},
      {"workdir", operation->string[3].start},
      {"userxattr", 0},
      {0, 0},
  };
  return mount_new("overlay", options, operation->number[0], operation->string[0].start);
}

static long make_devpts(struct context *context, const char *path) {
  const char *const options[][2] = {{"newinstance", 0}, {"ptmxmode", "0666"}, {"mode", "0620"}, {0, 0}};
  TRY(mount_new("devpts", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, path));
  context->devpts = CALL(openat, AT_FDCWD, path, O_PATH | O_CLOEXEC, 0);
  return context->devpts;
}

static long make_file(struct operation *operation) {
  long file = CALL(openat, AT_FDCWD, operation->string[0].start, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                   operation->number[0]);
  TRY(file);
  long result = operation->string[1].length
                    ? write_whole(file, operation->string[1].start, operation->string[1].length)
                    : 0;
  close_descriptor(file);
  return result;
}

static long make_directory(struct operation *operation) {
  const char *path = operation->string[0].start;
  long result = CALL(mkdirat, AT_FDCWD, path, operation->number[0]);
  if (result != -EEXIST)
    return result;
  long there = CALL(openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
  close_descriptor(there);
  return there;
}

static long bind(struct operation *operation) {
  int from_slot = operation->number[0] != BAILEY_NO_SLOT, recursive = operation->number[1] != 0;
  long tree = BAILEY_FD_SLOTS + (long)operation->number[0];
  if (!from_slot) {
    long flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE_ : 0);
    tree = CALL(open_tree, AT_FDCWD, operation->string[0].start, flags);
  }
  if (tree == -ENOENT && operation->number[3])
    return 0;
  TRY(tree);
  const char *path = operation->string[1].start;
  long result = set_attributes(tree, operation->number[2], recursive);
  if (result >= 0)
    result = attach(tree, AT_FDCWD, path);
  /* What is not a directory gets its mount point here. */
  if (result == -ENOENT && is_directory(tree) == 0) {
    result = CALL(mknodat, AT_FDCWD, path, 0100644, 0);
    result = result < 0 ? result : attach(tree, AT_FDCWD, path);
  }
  close_descriptor(tree);
  return result == -ENOENT && operation->number[3] ? 0 : result;
}

static long pivot(struct operation *operation) {
  TRY(CALL(pivot_root, operation->string[0].start, operation->string[1].start));
  return CALL(chdir, "/");
}

static long write_to(const char *path, struct bytes content) {
  long file = CALL(openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
  TRY(file);
  long result = write_whole(file, content.start, content.length);
  close_descriptor(file);
  return result;
}

long run_mount(struct context *context, struct operation *operation) {
  const struct bytes *text = operation->string;
  switch (operation->code) {
  case BAILEY_TMPFS:
    return make_tmpfs(operation);
  case BAILEY_DIRECTORY:
    return make_directory(operation);
  case BAILEY_FILE:
    return make_file(operation);
  case BAILEY_SYMLINK:
    return CALL(symlinkat, text[0].start, AT_FDCWD, text[1].start);
  case BAILEY_PIVOT:
    return pivot(operation);
  case BAILEY_PROPAGATION:
    return CALL(mount, 0, text[0].start, 0, operation->number[0], 0);
  case BAILEY_BIND:
    return bind(operation);
  case BAILEY_OVERLAY:
    return make_overlay(operation);
  case BAILEY_PROC:
    return mount_new("proc", 0, operation->number[0], text[0].start);
  case BAILEY_DEVPTS:
    return make_devpts(context, text[0].start);
  case BAILEY_SYSCTL:
    return write_to(text[0].start, text[1]);
  default:
    return run_network(context, operation);
  }
}

/* One component: opened, or made when `create` and it is not there. */
static long step(long directory, const char *name, int create, int make_directory) {
  long flags = O_PATH;
  long next = open_strictly(directory, name, flags);
  if (next != -ENOENT || !create)
    return next;
  if (make_directory) {
    TRY(CALL(mkdirat, directory, name, 0755));
  } else {
    TRY(CALL(mknodat, directory, name, 0100644, 0));
  }
  return open_strictly(directory, name, flags);
}

/* Walks `path` below `view` name by name and follows nothing: a link that the agent planted is an error. */
long open_target(long view, const char *path, int create, int directory) {
  char name[256];
  long current = open_strictly(view, ".", O_PATH | O_DIRECTORY);
  while (current >= 0 && *path) {
    unsigned length = 0;
    while (*path == '/')
      path++;
    while (path[length] && path[length] != '/' && length < sizeof name)
      length++;
    if (length == 0)
      break;
    if (length == sizeof name || (length == 2 && path[0] == '.' && path[1] == '.')) {
      close_descriptor(current);
      return -EINVAL;
    }
    for (unsigned index = 0; index < length; index++)
      name[index] = path[index];
    name[length] = 0;
    path += length;
    long next = step(current, name, create, *path == '/' || directory);
    close_descriptor(current);
    current = next;
  }
  return current;
}
