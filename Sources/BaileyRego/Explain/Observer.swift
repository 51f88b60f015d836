/// Hears what happens in the evaluation of a program that explains itself.
protocol Observer: AnyObject {
  func reach(_ probe: Probe, _ machine: Machine, base: Int)
}

extension Machine {
  func value(_ operand: Operand, base: Int) -> Value {
    operand >= 0 ? registers[base + Int(operand)] : program.constants[Int(~operand)]
  }
}
