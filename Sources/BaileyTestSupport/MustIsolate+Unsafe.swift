import Glibc

// SAFETY: getenv's string is compared at once; no test calls setenv.

/// Whether a test that cannot isolate here must fail instead of being skipped: `BAILEY_MUST_ISOLATE=1`, as CI sets it.
package let mustIsolate = unsafe getenv("BAILEY_MUST_ISOLATE").map { unsafe String(cString: $0) } == "1"

/// Whether a cgroup with controllers must be delegated here: `BAILEY_MUST_DELEGATE=1`, as scripts/on-kernel-6.1 sets it.
package let mustDelegate = unsafe getenv("BAILEY_MUST_DELEGATE").map { unsafe String(cString: $0) } == "1"
