internal import CBaileyLinux
internal import Glibc

/// What the running kernel says of itself.
package enum Kernel {
  /// ABI version of Landlock; 0 where it is missing or switched off.
  package static var landlockABI: Int { max(0, Int(bl_landlock_abi())) }

  /// Bytes.
  package static var pageSize: Int { sysconf(Int32(_SC_PAGESIZE)) }

  /// Of this machine, as in a prompt; `localhost` if it has none.
  package static var hostName: String {
    let bytes = (try? Descriptor.open("/proc/sys/kernel/hostname").readAll(limit: 256)) ?? []
    let name = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    return name.isEmpty ? "localhost" : name
  }

  /// Processors that are there, also those that are switched off.
  package static var processors: Int { sysconf(Int32(_SC_NPROCESSORS_CONF)) }
}
