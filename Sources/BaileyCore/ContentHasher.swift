/// A hash over content that is read piece by piece. `baileyd` puts SHA-256 here; these targets have no cryptography of their own.
package protocol ContentHasher: Sendable {
  mutating func update(_ bytes: [UInt8])
  func finish() -> [UInt8]
}

/// Makes a hasher for each content.
package typealias HasherFactory = @Sendable () -> any ContentHasher
