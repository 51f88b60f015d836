@testable import BaileySandbox

/// A classic BPF machine over `struct seccomp_data`, written from the kernel's documentation and not from the assembler.
struct BPFSimulator {
  enum Failure: Error { case outOfProgram, unknownInstruction(UInt16), badLoad(UInt32) }

  let program: [BPFInstruction]

  func run(number: UInt32, architecture: UInt32 = 0xC000_003E, arguments: [UInt64] = []) throws -> UInt32 {
    let data = Self.data(number: number, architecture: architecture, arguments: arguments)
    var accumulator: UInt32 = 0
    var counter = 0
    while program.indices.contains(counter) {
      let instruction = program[counter]
      counter += 1
      switch instruction.code {
      case 0x20:
        guard instruction.operand % 4 == 0, instruction.operand < 64 else { throw Failure.badLoad(instruction.operand) }
        accumulator = data[Int(instruction.operand / 4)]
      case 0x54: accumulator &= instruction.operand
      case 0x05: counter += Int(instruction.operand)
      case 0x06: return instruction.operand
      case 0x15: counter += step(accumulator == instruction.operand, instruction)
      case 0x35: counter += step(accumulator >= instruction.operand, instruction)
      case 0x45: counter += step(accumulator & instruction.operand != 0, instruction)
      default: throw Failure.unknownInstruction(instruction.code)
      }
    }
    throw Failure.outOfProgram
  }

  private func step(_ taken: Bool, _ instruction: BPFInstruction) -> Int {
    Int(taken ? instruction.ifTrue : instruction.ifFalse)
  }

  /// Sixteen little-endian words: number, architecture, instruction pointer, six arguments.
  private static func data(number: UInt32, architecture: UInt32, arguments: [UInt64]) -> [UInt32] {
    var words: [UInt32] = [number, architecture, 0, 0]
    for index in 0..<6 {
      let argument = index < arguments.count ? arguments[index] : 0
      words += [UInt32(truncatingIfNeeded: argument), UInt32(truncatingIfNeeded: argument >> 32)]
    }
    return words
  }
}
