package import BaileyCore
import BaileyLinux
import Synchronization

/// One connection of the local API, on either side.
///
/// One thread reads; any may write, a whole message at a time, and waits for the peer: the controller sends through
/// `ServerConnection`, which does not. The socket is closed with the last reference; `close()` ends it
/// earlier and wakes a reader.
package final class Connection: Sendable {
  private let socket: Descriptor
  private let reader: Mutex<FrameReader>
  private let writing = Mutex(())

  /// - Parameter descriptor: a connected stream socket, taken over.
  package init(owning descriptor: Int32, limits: FrameReader.Limits) {
    socket = Descriptor(owning: descriptor)
    reader = Mutex(FrameReader(limits: limits))
  }

  /// For poll(2); stays the connection's.
  package var descriptor: Int32 { socket.raw }

  /// Waits for the next message or piece of data; `nil` when the peer closed between two messages.
  package func receive() throws(WireError) -> Incoming? {
    while true {
      if let incoming = try buffered() { return incoming }
      if try !fill(wait: true) { return nil }
    }
  }

  /// What has arrived, without waiting. `isClosed` says that nothing more will come.
  package func receiveAvailable() throws(WireError) -> (incoming: [Incoming], isClosed: Bool) {
    var all: [Incoming] = []
    do throws(WireError) {
      let isOpen = try fill(wait: false)
      while let incoming = try buffered() { all.append(incoming) }
      return (all, !isOpen)
    } catch {
      // What came before the error was well-formed, and may say why the peer went away.
      if all.isEmpty { throw error }
      close()
      return (all, true)
    }
  }

  /// Sends a message, in several frames if it is large.
  ///
  /// - Parameter descriptors: passed with its first byte; they stay the caller's.
  package func send(_ json: JSON, descriptors: [Int32] = []) throws(WireError) {
    let frames = try Frame.encode(json)
    try writing.withLock { _ throws(WireError) in
      for (index, frame) in frames.enumerated() { try write(frame, index == 0 ? descriptors : []) }
    }
  }

  /// Sends bytes of a terminal.
  package func send(data: [UInt8]) throws(WireError) {
    var rest = data[...]
    while !rest.isEmpty {
      let frame = try Frame.encode(.data, Array(rest.prefix(1 << 20)))
      rest = rest.dropFirst(1 << 20)
      try writing.withLock { _ throws(WireError) in try write(frame, []) }
    }
  }

  /// A peer that takes no bytes for so long ends the connection; 0 is never.
  package func setSendTimeout(seconds: Int) throws(WireError) {
    do { try socket.setSendTimeout(seconds: seconds) } catch {
      throw .system(call: "SO_SNDTIMEO", errno: error.rawValue)
    }
  }

  /// Ends the connection for both directions; a waiting `receive` returns.
  package func close() { try? socket.shutdownBoth() }

  /// Sends what the peer takes at once; 0 when it takes nothing now. Not to be mixed with the other ways to send.
  func sendAvailable(_ bytes: [UInt8]) throws(WireError) -> Int {
    do { return try socket.send(bytes, nonBlocking: true) } catch .tryAgain {
      return 0
    } catch {
      throw .closed
    }
  }

  private func buffered() throws(WireError) -> Incoming? {
    try reader.withLock { reader throws(WireError) in try reader.next() }
  }

  /// `false` at the peer's orderly end.
  private func fill(wait: Bool) throws(WireError) -> Bool {
    let message: Message
    do {
      message = try socket.receive(upTo: 1 << 16, descriptors: 8, nonBlocking: !wait)
    } catch .tryAgain {
      if wait { throw .timedOut }
      return true
    } catch .connectionReset {
      return try ended()
    } catch {
      throw .system(call: "recvmsg", errno: error.rawValue)
    }
    let owned = PassedDescriptors(message.descriptors)
    if message.isTruncated { throw .tooManyDescriptors }
    if message.bytes.isEmpty { return try ended() }
    try reader.withLock { reader throws(WireError) in try reader.feed(message.bytes, descriptors: owned.take()) }
    return true
  }

  private func ended() throws(WireError) -> Bool {
    try reader.withLock { reader throws(WireError) in try reader.finish() }
    return false
  }

  /// After any error the connection is closed: half a frame may be on its way, and nothing can follow it.
  private func write(_ frame: [UInt8], _ descriptors: [Int32]) throws(WireError) {
    do throws(WireError) {
      try writeWhole(frame, descriptors)
    } catch {
      close()
      throw error
    }
  }

  private func writeWhole(_ frame: [UInt8], _ descriptors: [Int32]) throws(WireError) {
    var rest = frame
    var passing = descriptors
    do {
      while !rest.isEmpty {
        let sent = try socket.send(rest, descriptors: passing)
        passing = []
        if sent == rest.count { return }
        rest.removeFirst(sent)
      }
    } catch .tryAgain {
      throw .timedOut
    } catch .brokenPipe {
      throw .closed
    } catch .connectionReset {
      throw .closed
    } catch {
      throw .system(call: "sendmsg", errno: error.rawValue)
    }
  }
}

extension Connection {
  package func send(_ request: Request, descriptors: [Int32] = []) throws(WireError) {
    try send(request.json, descriptors: descriptors)
  }

  package func send(_ control: Control) throws(WireError) { try send(control.json) }
  package func send(_ event: Event) throws(WireError) { try send(event.json) }
  package func send(_ reply: Reply) throws(WireError) { try send(reply.json) }

  /// A connection whose other end is `peer`, both in this process: for tests.
  package static func pair() throws(WireError) -> (client: Connection, server: Connection) {
    do throws(Errno) {
      let (client, server) = try Descriptor.socketPair().take()
      return (Connection(owning: client, limits: .client), Connection(owning: server, limits: .server))
    } catch {
      throw .system(call: "socketpair", errno: error.rawValue)
    }
  }
}
