#define _GNU_SOURCE
#include "CBaileyLinux.h"

#include <signal.h>
#include <spawn.h>
#include <string.h>

int bl_spawn_close_from(void *actions, int first) { return posix_spawn_file_actions_addclosefrom_np(actions, first); }

int bl_spawn_change_directory(void *actions, const char *path) {
  return posix_spawn_file_actions_addchdir_np(actions, path);
}

const char *bl_signal_name(int signal) { return sigabbrev_np(signal); }
