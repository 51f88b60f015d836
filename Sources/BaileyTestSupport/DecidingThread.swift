package import BaileyCore
import BaileyLinux

/// A thread for the policies of one session, as `baileyd` gives it.
@Sendable package func decidingThread() -> (any WorkQueue)? { try? WorkThread("decide") }
