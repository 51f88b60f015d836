import BaileyCore
import BaileyLinux

/// What a failed operation means for the person.
extension Fault {
  /// - Parameter event: a `failed` event: list, index, code and errno.
  static func sandbox(_ event: JailEvent) -> Fault {
    let error = Errno(event.numbers[3])
    if event.numbers[0] < 0 { return start(error) }
    let name = operationName(event.numbers[2])
    let subject =
      event.text.isEmpty ? nil : event.text.hasPrefix("/view/") ? String(event.text.dropFirst(5)) : event.text
    return Fault(
      "sandbox-operation-failed", subject: subject,
      why: "the walls do not stand: operation \(event.numbers[1]) \(name): \(error)",
      hint: hint(name, error))
  }

  /// The namespaces could not be made, or the plan was refused.
  private static func start(_ error: Errno) -> Fault {
    switch error.name {
    case "EBADMSG", "EMSGSIZE":
      Fault(
        "sandbox-plan-invalid", why: "bailey-jail refused the plan",
        hint: "bailey and bailey-jail must be of one version")
    case "EPERM", "ENOSPC", "EUSERS", "EACCES":
      Fault(
        "sandbox-namespaces-refused", why: "the kernel refuses user namespaces to this account: \(error)",
        hint: "check the sysctls user.max_user_namespaces, kernel.unprivileged_userns_clone and "
          + "kernel.apparmor_restrict_unprivileged_userns; `bailey doctor` says which one stands in the way")
    default:
      Fault("sandbox-start-failed", why: "bailey-jail could not start: \(error)", hint: "see `bailey doctor`")
    }
  }

  /// - Parameter process: pid 1 of the sandbox, which was sent SIGKILL.
  static func notKilled(_ process: Int32, after patience: Duration) -> Fault {
    let count = ProcessTreeMeter.usage(ofInit: process)?.processes
    return Fault(
      "session-not-killed", subject: "process \(process)",
      why: "pid 1 of its sandbox, process \(process), has not ended \(patience.components.seconds) s after SIGKILL; "
        + "\(count.map { "\($0)" } ?? "an unknown number of") processes are left",
      hint: "one of them waits in the kernel, most likely for a file system that does not answer (NFS, FUSE): "
        + "`ps -o pid,stat,wchan,args --ppid \(process)` shows it, and unmounting with `umount -f` lets it go")
  }

  private static func hint(_ name: String, _ error: Errno) -> String {
    switch (name, error.name) {
    case (_, "ELOOP"), ("directory", "ENOTDIR"), ("bind", "ENOTDIR"), ("file", "EEXIST"), ("symlink", "EEXIST"):
      "what stands in this place is not a plain directory or file, and no link is followed: an earlier session may have put it there; "
        + "`bailey home reset` gives the project a fresh home"
    case ("overlay", _): "use another workspace mode: `bailey run --workspace copy`"
    case ("netlink", _): "the kernel needs nftables with redirect (modules nf_tables, nft_redir, nft_chain_nat)"
    case (_, "EAGAIN"), (_, "ENOMEM"): "the machine is out of processes or memory"
    case ("nest", _), ("id_map", _): "nested user namespaces must be allowed; see `bailey doctor`"
    default: "see `bailey doctor`; if all holds there, report this as a bug"
    }
  }

  /// As bailey_plan.h has them.
  static func operationName(_ code: Int32) -> String {
    let names: [Int32: String] = [
      1: "id_map", 2: "open_tree", 10: "tmpfs", 11: "directory", 12: "file", 13: "symlink", 14: "pivot",
      15: "propagation", 16: "bind", 17: "overlay", 18: "proc", 19: "devpts", 20: "hostname", 21: "sysctl",
      22: "netlink", 23: "listen", 24: "terminal", 25: "limit", 26: "ready", 27: "spawn", 40: "nest", 41: "enter",
      42: "drop", 43: "landlock", 44: "no_new_privileges", 45: "seccomp", 46: "change_directory", 47: "execute",
      48: "join",
    ]
    return names[code] ?? "operation \(code)"
  }
}
