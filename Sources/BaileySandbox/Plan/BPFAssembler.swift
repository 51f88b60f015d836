/// Why a program cannot be assembled.
package enum BPFError: Error, Sendable, Equatable {
  case undefinedLabel(String)
  case duplicateLabel(String)
  /// A jump to an earlier place: classic BPF has none.
  case backwardJump(String)
  /// More than 4096 instructions (`BPF_MAXINSNS`).
  case tooLong(Int)
  case unknownCall(String)
  case callListedTwice(String)
}

/// One instruction of classic BPF, as in `struct sock_filter`.
package struct BPFInstruction: Sendable, Equatable {
  package var code: UInt16
  package var ifTrue: UInt8
  package var ifFalse: UInt8
  package var operand: UInt32

  package init(code: UInt16, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0, operand: UInt32) {
    self.code = code
    self.ifTrue = ifTrue
    self.ifFalse = ifFalse
    self.operand = operand
  }

  package var bytes: [UInt8] {
    [UInt8(truncatingIfNeeded: code), UInt8(truncatingIfNeeded: code >> 8), ifTrue, ifFalse]
      + (0..<4).map { UInt8(truncatingIfNeeded: operand >> UInt32($0 * 8)) }
  }
}

/// Assembles classic BPF with labels.
///
/// A conditional jump reaches 255 instructions (bpf(2)); one that would reach further is written as two unconditional ones behind it.
package struct BPFAssembler {
  /// Comparison of the accumulator with a constant.
  package enum Test: UInt16, Sendable {
    case equal = 0x15
    case atLeast = 0x35
    case anyBit = 0x45
  }

  private enum Item {
    case plain(BPFInstruction)
    case jump(String)
    /// `nil` is the next item.
    case branch(Test, UInt32, then: String?, otherwise: String?)
    case label(String)
  }

  private static let loadAbsolute: UInt16 = 0x20
  private static let andConstant: UInt16 = 0x54
  private static let jumpAlways: UInt16 = 0x05
  private static let returnConstant: UInt16 = 0x06

  private var items: [Item] = []

  package init() {}

  /// Loads the 32-bit word at this offset of `struct seccomp_data`.
  package mutating func load(offset: UInt32) { append(Self.loadAbsolute, offset) }
  package mutating func and(_ mask: UInt32) { append(Self.andConstant, mask) }
  package mutating func answer(_ value: UInt32) { append(Self.returnConstant, value) }
  package mutating func label(_ name: String) { items.append(.label(name)) }
  package mutating func jump(_ label: String) { items.append(.jump(label)) }

  package mutating func branch(_ test: Test, _ value: UInt32, then: String? = nil, otherwise: String? = nil) {
    items.append(.branch(test, value, then: then, otherwise: otherwise))
  }

  private mutating func append(_ code: UInt16, _ operand: UInt32) {
    items.append(.plain(BPFInstruction(code: code, operand: operand)))
  }

  package func assemble() throws(BPFError) -> [BPFInstruction] {
    var isLong = [Bool](repeating: false, count: items.count)
    while true {
      let layout = try Layout(items: items, isLong: isLong)
      let grown = try layout.outOfReach(items, isLong: isLong)
      if grown.isEmpty { return try layout.emit(items, isLong: isLong) }
      for index in grown { isLong[index] = true }
    }
  }

  /// Where each item and label lies for one choice of long jumps.
  private struct Layout {
    var positions: [Int] = []
    var labels: [String: Int] = [:]

    init(items: [Item], isLong: [Bool]) throws(BPFError) {
      var next = 0
      for (index, item) in items.enumerated() {
        positions.append(next)
        switch item {
        case .plain, .jump: next += 1
        case .branch: next += isLong[index] ? 3 : 1
        case .label(let name):
          if labels[name] != nil { throw .duplicateLabel(name) }
          labels[name] = next
        }
      }
      if next > 4096 { throw .tooLong(next) }
    }

    /// Instructions between the one at `position` and the label.
    func distance(from position: Int, to label: String?) throws(BPFError) -> Int {
      guard let label else { return 0 }
      guard let target = labels[label] else { throw .undefinedLabel(label) }
      guard target > position else { throw .backwardJump(label) }
      return target - position - 1
    }

    func outOfReach(_ items: [Item], isLong: [Bool]) throws(BPFError) -> [Int] {
      var found: [Int] = []
      for (index, item) in items.enumerated() where !isLong[index] {
        guard case .branch(_, _, let then, let otherwise) = item else { continue }
        let reach = max(
          try distance(from: positions[index], to: then), try distance(from: positions[index], to: otherwise))
        if reach > 255 { found.append(index) }
      }
      return found
    }

    func emit(_ items: [Item], isLong: [Bool]) throws(BPFError) -> [BPFInstruction] {
      var program: [BPFInstruction] = []
      for (index, item) in items.enumerated() {
        let here = positions[index]
        switch item {
        case .plain(let instruction): program.append(instruction)
        case .label: break
        case .jump(let label): program.append(try always(from: here, to: label))
        case .branch(let test, let value, let then, let otherwise) where isLong[index]:
          program.append(BPFInstruction(code: test.rawValue, ifTrue: 0, ifFalse: 1, operand: value))
          program.append(try longHalf(from: here + 1, to: then, next: 1))
          program.append(try longHalf(from: here + 2, to: otherwise, next: 0))
        case .branch(let test, let value, let then, let otherwise):
          program.append(
            BPFInstruction(
              code: test.rawValue, ifTrue: UInt8(clamping: try distance(from: here, to: then)),
              ifFalse: UInt8(clamping: try distance(from: here, to: otherwise)), operand: value))
        }
      }
      return program
    }

    private func always(from position: Int, to label: String) throws(BPFError) -> BPFInstruction {
      BPFInstruction(
        code: BPFAssembler.jumpAlways, operand: UInt32(clamping: try distance(from: position, to: label)))
    }

    private func longHalf(from position: Int, to label: String?, next: UInt32) throws(BPFError) -> BPFInstruction {
      guard let label else { return BPFInstruction(code: BPFAssembler.jumpAlways, operand: next) }
      return try always(from: position, to: label)
    }
  }
}
