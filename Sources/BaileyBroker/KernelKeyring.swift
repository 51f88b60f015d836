internal import BaileyCore
internal import BaileyLinux

/// The kernel's keyring of the user: no disk, no swap, gone with the machine. What cannot be kept there is asked for again.
package struct KernelKeyring: KeyCache {
  package init() {}

  private static func name(_ store: String) -> String { "bailey:secrets:" + store }

  package func keep(_ key: SecretBytes, of store: String) {
    key.lend { bytes in try? Keyring.put(Self.name(store), bytes) }
  }

  package func find(store: String) -> SecretBytes? {
    var bytes = [UInt8](repeating: 0, count: 32)
    defer { SecretBytes.erase(&bytes) }
    do throws(Errno) { try Keyring.get(Self.name(store), into: &bytes) } catch { return nil }
    return try? SecretBytes.copy(bytes.span)
  }

  package func forget(store: String) { try? Keyring.remove(Self.name(store)) }
}
