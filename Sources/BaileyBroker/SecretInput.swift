import BaileyCore
import BaileyLinux

/// Takes a value from a pipe that holds all of it: whoever sends it wrote it and closed his end before.
///
/// Nobody waits here: a pipe that is still open, or holds more than a value may have, is refused.
enum SecretInput {
  static func take(_ number: Int32?) throws(Fault) -> SecretBytes {
    guard let number else { throw refusal("no value came with the order") }
    let pipe = Descriptor(owning: number)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(SecretStore.maximumValue + 1)
    defer { SecretBytes.erase(&bytes) }
    do throws(Errno) { try read(pipe, &bytes) } catch { throw refusal("it cannot be read: \(error.message)") }
    guard !bytes.isEmpty, bytes.count <= SecretStore.maximumValue else {
      throw refusal("it is empty or has more than 64 KiB")
    }
    return try SecretBytes.taking(&bytes)
  }

  private static func read(_ pipe: borrowing Descriptor, _ bytes: inout [UInt8]) throws(Errno) {
    try pipe.setNonBlocking(true)
    while bytes.count <= SecretStore.maximumValue {
      var part = try pipe.read(upTo: SecretStore.maximumValue + 1 - bytes.count)
      defer { SecretBytes.erase(&part) }
      if part.isEmpty { return }
      bytes += part
    }
  }

  private static func refusal(_ why: String) -> Fault {
    Fault("secret-invalid", why: "the value was not taken: \(why)")
  }
}
