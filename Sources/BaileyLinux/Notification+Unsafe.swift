internal import CBaileyLinux

/// One system call that waits for the supervisor's answer (seccomp_unotify(2)).
package struct Notification: Sendable, Equatable {
  package var id: UInt64
  /// The calling thread, by its number in the supervisor's pid namespace.
  package var thread: Int32
  package var number: UInt32
  package var arguments: [UInt64]

  package init(id: UInt64, thread: Int32, number: UInt32, arguments: [UInt64]) {
    self.id = id
    self.thread = thread
    self.number = number
    self.arguments = arguments
  }
}

// SAFETY (whole file): every structure lives for its call.
extension Descriptor {
  /// Waits for a call. `false` when `stop` became readable or no process with the filter is left.
  package borrowing func waitForNotification(stop: borrowing Descriptor) throws(Errno) -> Bool {
    try Errno.checkNegated(bl_notify_wait(raw, stop.raw)) == 1
  }

  /// The next waiting call; blocks. `ENOENT` when the caller was killed meanwhile.
  package borrowing func receiveNotification() throws(Errno) -> Notification {
    let listener = raw
    var raw = bl_notification()
    try Errno.checkNegated(unsafe bl_notify_receive(listener, &raw))
    let values = raw.arguments
    return Notification(
      id: raw.id, thread: Int32(bitPattern: raw.process), number: UInt32(bitPattern: raw.number),
      arguments: [values.0, values.1, values.2, values.3, values.4, values.5])
  }

  /// Whether the call still waits: if so, its thread's number has not been given to another.
  package borrowing func isWaiting(_ id: UInt64) -> Bool { bl_notify_id_valid(raw, id) == 0 }

  /// Lets the call go on as its registers and memory say by then: an observation, never a decision.
  package borrowing func letGoOn(_ id: UInt64) { _ = bl_notify_continue(raw, id) }

  /// Answers in the kernel's place. An answer to a caller that is gone is lost, as it should be.
  package borrowing func answer(_ id: UInt64, value: Int64 = 0, error: Errno? = nil) {
    _ = bl_notify_answer(raw, id, value, error?.rawValue ?? 0)
  }
}

extension Descriptor {
  /// A pidfd of one thread. Before kernel 6.9 there is none, and this is `EINVAL`.
  package static func thread(_ number: Int32) throws(Errno) -> Descriptor {
    Descriptor(owning: try Errno.checkNegated(bl_pidfd_open_thread(number)))
  }

  /// `SO_DOMAIN`.
  package borrowing func socketDomain() throws(Errno) -> Int32 { try Errno.checkNegated(bl_socket_domain(raw)) }

  /// connect(2) with an address as it came, not longer than 128 bytes.
  package static func connect(_ number: Int32, to address: [UInt8]) throws(Errno) {
    // SAFETY: the bytes live for the call and are copied by it.
    try Errno.checkNegated(unsafe address.withUnsafeBytes { unsafe bl_connect_bytes(number, $0.baseAddress, $0.count) })
  }

  /// Runs `body` with other effective ids, in this thread alone.
  ///
  /// A thread that cannot get its own ids back must not live on: the process ends.
  package static func asUser(_ user: UInt32, _ group: UInt32, _ body: () throws(Errno) -> Void) throws(Errno) {
    try Errno.checkNegated(bl_thread_effective_ids(user, group, 0))
    defer {
      if bl_thread_effective_ids(0, 0, 1) < 0 { fatalError("a thread lost its ids") }
    }
    try body()
  }
}
