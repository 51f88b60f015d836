import Glibc

/// The number of processors that are online.
func processorCount() -> Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }
