/// What the filter does with a call.
enum SystemCallVerdict: Hashable, Sendable {
  case allow
  /// Fails with this errno.
  case refuse(Int)
  /// The supervisor hears of it, and decides where DESIGN.md section 5 says so.
  case notify
  /// Arguments decide, by the block of this name in `SystemCallFilter`.
  case inspect(Inspection)

  enum Inspection: String, Sendable, CaseIterable {
    case clone, unshare, open, openat, creat, chmod, fchmodat, mknod, mknodat
    case ioctl, socket, socketpair, personality, seccomp, process, setpriority, ioprio, setrlimit, prlimit
  }
}

/// Calls that share a verdict, and why they have it.
struct SystemCallGroup: Sendable {
  let verdict: SystemCallVerdict
  let reason: String
  let calls: [Substring]

  init(_ verdict: SystemCallVerdict, _ reason: String, _ calls: String) {
    self.verdict = verdict
    self.reason = reason
    self.calls = calls.split(whereSeparator: \.isWhitespace)
  }
}

/// The allowlist. What is in no group is EPERM; a number beyond the table is ENOSYS, so that programs take the path for older kernels.
enum SystemCallRules {
  static let groups: [SystemCallGroup] = allowed + inspected + pidOne + notified + refused

  static let allowed: [SystemCallGroup] = [
    SystemCallGroup(
      .allow, "bytes through descriptors that the process already holds",
      """
      read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek sendfile copy_file_range splice tee
      vmsplice close close_range dup dup2 dup3 fcntl flock fsync fdatasync sync syncfs sync_file_range ftruncate fallocate
      fadvise64 readahead pipe pipe2 eventfd eventfd2 cachestat
      """),
    SystemCallGroup(
      .allow, "looking at files: the mount view and Landlock say which",
      """
      stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat getdents getdents64 statfs fstatfs
      getcwd chdir fchdir name_to_handle_at ustat
      """),
    SystemCallGroup(
      .allow, "attributes of files that the mount view lets the process write",
      """
      chown fchown lchown fchownat utime utimes futimesat utimensat umask setxattr lsetxattr fsetxattr getxattr lgetxattr
      fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr setxattrat getxattrat listxattrat
      removexattrat
      """),
    SystemCallGroup(
      .allow, "own memory",
      """
      brk mmap munmap mremap mprotect msync mincore madvise mlock mlock2 munlock mlockall munlockall remap_file_pages
      memfd_create pkey_alloc pkey_free pkey_mprotect membarrier mbind get_mempolicy set_mempolicy set_mempolicy_home_node
      mseal map_shadow_stack process_madvise
      """),
    SystemCallGroup(
      .allow, "threads and their locks",
      """
      futex futex_waitv futex_wake futex_wait futex_requeue set_robust_list get_robust_list set_tid_address rseq
      sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min
      sched_rr_get_interval sched_getattr getpriority ioprio_get getcpu arch_prctl prctl
      """),
    SystemCallGroup(
      .allow, "processes of the same pid namespace: start, wait, signal, debug",
      """
      fork vfork exit exit_group wait4 waitid kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open
      pidfd_send_signal pidfd_getfd process_mrelease getpid getppid gettid getpgid setpgid getpgrp getsid setsid ptrace
      process_vm_readv process_vm_writev kcmp
      """),
    SystemCallGroup(
      .allow, "signals",
      """
      rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack signalfd signalfd4
      pause restart_syscall
      """),
    SystemCallGroup(
      .allow, "identities: no capability is left, so the setters can only restate what is",
      """
      getuid geteuid getgid getegid getresuid getresgid getgroups setuid setgid setreuid setregid setresuid setresgid
      setfsuid setfsgid setgroups capget capset
      """),
    SystemCallGroup(
      .allow, "waiting and time",
      """
      poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 nanosleep
      clock_nanosleep clock_gettime clock_getres gettimeofday time times alarm getitimer setitimer timer_create timer_settime
      timer_gettime timer_getoverrun timer_delete timerfd_create timerfd_settime timerfd_gettime inotify_init inotify_init1
      inotify_add_watch inotify_rm_watch
      """),
    SystemCallGroup(
      .allow, "sockets that exist: the family was checked when they were made, the network namespace has one exit",
      """
      bind listen accept accept4 getsockname getpeername getsockopt setsockopt shutdown sendto sendmsg sendmmsg recvfrom
      recvmsg recvmmsg
      """),
    SystemCallGroup(
      .allow, "System V and POSIX queues, in an own ipc namespace (PostgreSQL, Oracle JDK)",
      """
      shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend
      mq_timedreceive mq_notify mq_getsetattr io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents
      """),
    SystemCallGroup(
      .allow, "limits, and what the machine is",
      "getrlimit getrusage sysinfo uname getrandom"),
    SystemCallGroup(
      .allow, "Landlock: an agent may wall itself in further",
      "landlock_create_ruleset landlock_add_rule"),
  ]

  static let inspected: [SystemCallGroup] = [
    SystemCallGroup(.inspect(.clone), "no new namespaces", "clone"),
    SystemCallGroup(.inspect(.unshare), "no new namespaces", "unshare"),
    SystemCallGroup(.inspect(.open), "opening to write is recorded; no setuid file is made", "open"),
    SystemCallGroup(.inspect(.openat), "opening to write is recorded; no setuid file is made", "openat"),
    SystemCallGroup(.inspect(.creat), "recorded; no setuid file is made", "creat"),
    SystemCallGroup(
      .inspect(.chmod), "no setuid or setgid bit: in a writable bind it would be the host's", "chmod fchmod"),
    SystemCallGroup(
      .inspect(.fchmodat), "no setuid or setgid bit: in a writable bind it would be the host's", "fchmodat fchmodat2"),
    SystemCallGroup(.inspect(.ioctl), "no typing into terminals: TIOCSTI, TIOCLINUX", "ioctl"),
    SystemCallGroup(.inspect(.socket), "only families that the walls know how to watch", "socket"),
    SystemCallGroup(.inspect(.socketpair), "Unix datagrams would pass the supervisor of connect", "socketpair"),
    SystemCallGroup(
      .inspect(.setrlimit), "the limit of core files stays: a core would go to the host's handler", "setrlimit"),
    SystemCallGroup(.inspect(.personality), "only personalities that switch no mitigation off", "personality"),
    SystemCallGroup(.inspect(.seccomp), "own filters, but no listener beside ours", "seccomp"),
    SystemCallGroup(.inspect(.mknod), "pipes and sockets, no devices and no setuid file", "mknod"),
    SystemCallGroup(.inspect(.mknodat), "pipes and sockets, no devices and no setuid file", "mknodat"),
  ]

  /// pid 1 has the agent's own host id, so that the kernel would let an agent starve it: then no mask, freeze or kill comes in time.
  private static let pidOne: [SystemCallGroup] = [
    SystemCallGroup(
      .inspect(.process), "not on pid 1",
      "sched_setaffinity sched_setparam sched_setscheduler sched_setattr"),
    SystemCallGroup(
      .inspect(.prlimit), "not on pid 1; the limit of core files stays, whatever a program says", "prlimit64"),
    SystemCallGroup(.inspect(.setpriority), "not on pid 1, nor on all of a user's processes", "setpriority"),
    SystemCallGroup(.inspect(.ioprio), "not on pid 1, nor on all of a user's processes", "ioprio_set"),
  ]

  static let notified: [SystemCallGroup] = [
    SystemCallGroup(.notify, "decided by the supervisor, never continued", "connect"),
    SystemCallGroup(.notify, "recorded: programs", "execve execveat"),
    SystemCallGroup(.notify, "recorded: writes by path", "truncate"),
    SystemCallGroup(.notify, "from now on no rename is made good from outside these walls", "landlock_restrict_self"),
    SystemCallGroup(
      .notify, "recorded: changes of directories",
      """
      rename renameat renameat2 unlink unlinkat rmdir mkdir mkdirat symlink symlinkat link linkat
      """),
  ]

  static let refused: [SystemCallGroup] = [
    SystemCallGroup(.refuse(38), "flags lie in memory; the C library falls back to clone", "clone3"),
    SystemCallGroup(.refuse(38), "flags and mode lie in memory; programs fall back to openat", "openat2"),
    SystemCallGroup(
      .refuse(38), "would do calls that no filter sees; programs fall back",
      "io_uring_setup io_uring_enter io_uring_register"),
    SystemCallGroup(.refuse(38), "newer calls that programs probe for and do without", "memfd_secret"),
    SystemCallGroup(
      .refuse(1), "mounts and roots are pid 1's",
      """
      mount umount2 pivot_root chroot setns open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick
      mount_setattr
      """),
    SystemCallGroup(
      .refuse(1), "kernel interfaces with a long record of holes, and none of an agent's business",
      """
      bpf perf_event_open userfaultfd keyctl add_key request_key open_by_handle_at kexec_load kexec_file_load init_module
      finit_module delete_module modify_ldt iopl ioperm fanotify_init lookup_dcookie
      """),
    SystemCallGroup(
      .refuse(1), "the machine as a whole",
      """
      swapon swapoff reboot quotactl quotactl_fd acct settimeofday clock_settime adjtimex clock_adjtime sethostname
      setdomainname vhangup syslog
      """),
  ]
}
