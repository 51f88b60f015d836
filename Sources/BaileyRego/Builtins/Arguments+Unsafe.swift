// SAFETY (whole file): the registers of a running call do not move; a builtin gets its arguments for the time of the call and cannot
// keep them, and every index is checked.

/// The operands of a call.
@safe package struct Arguments {
  private let start: UnsafePointer<Value>
  package let count: Int

  init(start: UnsafePointer<Value>, count: Int) {
    unsafe self.start = start
    self.count = count
  }

  package subscript(index: Int) -> Value {
    precondition(index >= 0 && index < count)
    return unsafe start[index]
  }
}

/// The registers of a virtual machine: one fixed block, frames one above the other.
@safe final class Registers {
  private let start: UnsafeMutablePointer<Value>
  static let count = 1 << 16

  init() {
    unsafe start = .allocate(capacity: Self.count)
    unsafe start.initialize(repeating: .undefined, count: Self.count)
  }

  deinit { unsafe start.deallocate() }

  @inline(__always) subscript(index: Int) -> Value {
    get {
      precondition(index >= 0 && index < Self.count)
      return unsafe start[index]
    }
    set {
      precondition(index >= 0 && index < Self.count)
      unsafe start[index] = newValue
    }
  }

  func arguments(_ first: Int, _ count: Int) -> Arguments {
    precondition(first >= 0 && count >= 0 && first + count <= Self.count)
    return unsafe Arguments(start: UnsafePointer(start + first), count: count)
  }
}
