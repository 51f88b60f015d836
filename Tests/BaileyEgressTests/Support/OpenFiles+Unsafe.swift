import Glibc

/// Lets this process open as many files as its hard limit allows; `false` when that is less than `count`.
func allowOpenFiles(_ count: UInt) -> Bool {
  var limit = rlimit()
  let openFiles = __rlimit_resource_t(7)  // RLIMIT_NOFILE
  // SAFETY: the structure lives for both calls.
  guard unsafe getrlimit(openFiles, &limit) == 0, limit.rlim_max >= count else { return false }
  limit.rlim_cur = limit.rlim_max
  return unsafe setrlimit(openFiles, &limit) == 0
}
