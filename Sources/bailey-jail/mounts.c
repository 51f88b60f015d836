/* The view: every mount is made detached, gets its attributes, and only then appears.
 *
 * No place is reached through a symbolic link. What an agent may write (its home, its workspace) is part of the view before other mounts
 * go below it, so an agent of an earlier session may have planted links there. */
#define _GNU_SOURCE
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <sys/mount.h>

#ifndef MOVE_MOUNT_T_EMPTY_PATH
#define MOVE_MOUNT_T_EMPTY_PATH 0x40
#endif

long is_directory(long descriptor) {
  struct statx status;
  TRY(CALL(statx, descriptor, "", AT_EMPTY_PATH, STATX_TYPE, &status));
  return (status.stx_mode & 0170000) == 0040000;
}

long mount_tree(long tree, uint64_t attributes, int recursive, long target) {
  /* Private, or what is mounted on the host later would come in below it, writable and with its setuid bits. */
  struct mount_attr change = {.attr_set = attributes, .propagation = MS_PRIVATE};
  if (attributes != 0)
    TRY(CALL(mount_setattr, tree, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &change, sizeof change));
  return CALL(move_mount, tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

/* The directory in which `path` lies, and the name there. */
static long open_parent(const char *path, const char **name) {
  static char parent[4096];
  size_t length = text_length(path);
  while (length > 0 && path[length - 1] != '/')
    length--;
  if (length == 0 || length >= sizeof parent)
    return -EINVAL;
  __builtin_memcpy(parent, path, length);
  parent[length] = 0;
  *name = path + length;
  return open_strictly(AT_FDCWD, parent, O_PATH | O_DIRECTORY);
}

/* A new file system; options come in pairs, a flag has a null value. */
static long mount_new(const char *type, const char *const options[][2], uint64_t attributes, const char *path) {
  long context = CALL(fsopen, type, FSOPEN_CLOEXEC);
  TRY(context);
  for (unsigned index = 0; options && options[index][0]; index++) {
    const char *value = options[index][1];
    TRY(CALL(fsconfig, context, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, options[index][0], value, 0));
  }
  TRY(CALL(fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0));
  long tree = CALL(fsmount, context, FSMOUNT_CLOEXEC, attributes);
  TRY(tree);
  long target = open_strictly(AT_FDCWD, path, O_PATH);
  TRY(target);
  TRY(mount_tree(tree, 0, 0, target));
  close_descriptor(target);
  close_descriptor(tree);
  close_descriptor(context);
  return 0;
}

long op_tmpfs(struct context *context, struct operation *operation) {
  const struct bytes *text = operation->string;
  const char *const options[][2] = {
      {"size", text[1].start}, {"nr_inodes", text[2].start}, {"mode", text[3].start}, {0, 0}};
  return mount_new("tmpfs", options, operation->number[0], text[0].start);
}

long op_overlay(struct context *context, struct operation *operation) {
  const struct bytes *text = operation->string;
  const char *const options[][2] = {
      {"lowerdir", text[1].start}, {"upperdir", text[2].start}, {"workdir", text[3].start}, {"userxattr", 0}, {0, 0}};
  return mount_new("overlay", options, operation->number[0], text[0].start);
}

long op_proc(struct context *context, struct operation *operation) {
  return mount_new("proc", 0, operation->number[0], operation->string[0].start);
}

long op_devpts(struct context *context, struct operation *operation) {
  const char *const options[][2] = {{"newinstance", 0}, {"ptmxmode", "0666"}, {"mode", "0620"}, {0, 0}};
  TRY(mount_new("devpts", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, operation->string[0].start));
  context->devpts = open_strictly(AT_FDCWD, operation->string[0].start, O_PATH);
  return context->devpts;
}

long op_file(struct context *context, struct operation *operation) {
  const char *name;
  const struct bytes *content = &operation->string[1];
  long parent = open_parent(operation->string[0].start, &name);
  TRY(parent);
  long file = CALL(openat, parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, operation->number[0]);
  TRY(file);
  if (content->length)
    TRY(write_whole(file, content->start, content->length));
  close_descriptor(file);
  close_descriptor(parent);
  return 0;
}

long op_directory(struct context *context, struct operation *operation) {
  const char *name;
  long parent = open_parent(operation->string[0].start, &name);
  TRY(parent);
  long result = CALL(mkdirat, parent, name, operation->number[0]);
  if (result == -EEXIST) {
    result = open_strictly(parent, name, O_PATH | O_DIRECTORY);
    close_descriptor(result);
  }
  close_descriptor(parent);
  return result;
}

long op_symlink(struct context *context, struct operation *operation) {
  const char *name;
  long parent = open_parent(operation->string[1].start, &name);
  TRY(parent);
  long result = CALL(symlinkat, operation->string[0].start, parent, name);
  close_descriptor(parent);
  return result;
}

/* What is not a directory gets its mount point here. */
static long open_place(const char *path, int make_file) {
  const char *name;
  long place = open_strictly(AT_FDCWD, path, O_PATH);
  if (place != -ENOENT || !make_file)
    return place;
  long parent = open_parent(path, &name);
  TRY(parent);
  long result = CALL(mknodat, parent, name, 0100644, 0);
  place = result < 0 ? result : open_strictly(parent, name, O_PATH);
  close_descriptor(parent);
  return place;
}

long op_bind(struct context *context, struct operation *operation) {
  const uint64_t *number = operation->number;
  int recursive = number[1] != 0, optional = number[3] != 0;
  long tree = number[0] == BAILEY_NO_SLOT ? clone_tree(operation->string[0].start, recursive)
                                          : BAILEY_FD_SLOTS + (long)number[0];
  /* Where a link stands, what was planned is not there. */
  if (optional && (tree == -ENOENT || tree == -ELOOP))
    return 0;
  TRY(tree);
  long place = open_place(operation->string[1].start, is_directory(tree) == 0);
  long result = place < 0 ? place : mount_tree(tree, number[2], recursive, place);
  close_descriptor(place);
  close_descriptor(tree);
  return result == -ENOENT && optional ? 0 : result;
}

long op_propagation(struct context *context, struct operation *operation) {
  return CALL(mount, 0, operation->string[0].start, 0, operation->number[0], 0);
}

long op_pivot(struct context *context, struct operation *operation) {
  TRY(CALL(pivot_root, operation->string[0].start, operation->string[1].start));
  return CALL(chdir, "/");
}

long op_sysctl(struct context *context, struct operation *operation) {
  const struct bytes *text = operation->string;
  return write_file(AT_FDCWD, text[0].start, text[1].start, text[1].length);
}

/* One component: opened, or made when it is not there. */
static long step(long directory, const char *name, int is_directory) {
  long next = open_strictly(directory, name, O_PATH);
  if (next != -ENOENT)
    return next;
  TRY(is_directory ? CALL(mkdirat, directory, name, 0755) : CALL(mknodat, directory, name, 0100644, 0));
  return open_strictly(directory, name, O_PATH);
}

long make_target(long view, const char *path, int directory) {
  char name[257];
  long current = open_strictly(view, ".", O_PATH | O_DIRECTORY);
  while (current >= 0 && *path) {
    unsigned length = 0;
    while (*path == '/')
      path++;
    while (path[length] && path[length] != '/' && length + 1 < sizeof name)
      length++;
    if (length == 0)
      break;
    __builtin_memcpy(name, path, length);
    name[length] = 0;
    path += length;
    long next = step(current, name, *path == '/' || directory);
    close_descriptor(current);
    current = next;
  }
  return current;
}
