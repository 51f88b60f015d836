/// Two ends of a socket pair, or the read end (`first`) and write end (`second`) of a pipe.
package struct DescriptorPair: ~Copyable, Sendable {
  package var first: Descriptor
  package var second: Descriptor

  package init(first: consuming Descriptor, second: consuming Descriptor) {
    self.first = first
    self.second = second
  }

  /// Gives both ends away.
  package consuming func take() -> (Int32, Int32) { (first.take(), second.take()) }
}
