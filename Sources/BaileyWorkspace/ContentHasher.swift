/// A hash over content that is read piece by piece. `baileyd` puts SHA-256 here; this target has no cryptography of its own.
package protocol ContentHasher {
  mutating func update(_ bytes: [UInt8])
  func finish() -> [UInt8]
}

/// Makes a hasher for each content.
package typealias HasherFactory = @Sendable () -> any ContentHasher
