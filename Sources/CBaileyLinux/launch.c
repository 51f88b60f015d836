#define _GNU_SOURCE
#include "CBaileyLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#define MAX_SPAWN 16

static int actions_of(posix_spawn_file_actions_t *actions, const int *high, int count) {
  int error = 0;
  for (int index = 0; index < count && !error; index++)
    error = high[index] < 0 ? 0 : posix_spawn_file_actions_adddup2(actions, high[index], index);
  return error ? error : posix_spawn_file_actions_addclosefrom_np(actions, count);
}

static int attributes_of(posix_spawnattr_t *attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(attributes, &none);
  posix_spawnattr_setsigdefault(attributes, &all);
  return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* The sources are moved out of the way first, so that no target overwrites one. */
int bl_spawn(const char *path, char *const arguments[], char *const environment[], const int *descriptors, int count) {
  int high[MAX_SPAWN], error = 0;
  pid_t process = -1;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (count > MAX_SPAWN)
    return -EINVAL;
  for (int index = 0; index < count; index++) {
    high[index] = descriptors[index] < 0 ? -1 : fcntl(descriptors[index], F_DUPFD_CLOEXEC, MAX_SPAWN);
    if (descriptors[index] >= 0 && high[index] < 0)
      error = errno;
  }
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  if (!error)
    error = actions_of(&actions, high, count);
  if (!error)
    error = attributes_of(&attributes);
  if (!error)
    error = posix_spawn(&process, path, &actions, &attributes, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  for (int index = 0; index < count; index++)
    if (high[index] >= 0)
      close(high[index]);
  return error ? -error : process;
}
