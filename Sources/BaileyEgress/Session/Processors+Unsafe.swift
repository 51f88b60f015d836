import Glibc

/// The number of processors that are online.
///
/// SAFETY: sysconf takes no pointer; it stands here because the C library's calls do.
func processorCount() -> Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }
