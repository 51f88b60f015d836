/// Addresses of hosts.
enum IPAddress {
  /// Those of documentation, of the host itself and of nobody are refuted, private ones doubtful.
  static func judge(_ value: [UInt8]) -> Validator.Verdict {
    let parts = value.split(separator: 0x2E).map { Int(String(decoding: $0, as: UTF8.self)) ?? -1 }
    guard parts.count == 4, parts.allSatisfy({ (0...255).contains($0) }) else {
      return value.contains(0x3A) ? .plausible : .refuted
    }
    switch (parts[0], parts[1], parts[2]) {
    case (0, _, _), (127, _, _), (224..., _, _), (192, 0, 2), (198, 51, 100), (203, 0, 113), (255, _, _):
      return .refuted
    case (10, _, _), (192, 168, _), (172, 16...31, _), (169, 254, _): return .doubtful
    default: return parts[0] < 10 && parts.allSatisfy { $0 < 30 } ? .doubtful : .plausible
    }
  }
}
