// SAFETY (whole file): these hold the heap that their values lie in, and nobody writes to it, or to them, once they are made.

extension Program: @unchecked Sendable {}
extension BaseDocument: @unchecked Sendable {}
