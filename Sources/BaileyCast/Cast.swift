package import BaileyCore

/// The lines of a recording: asciicast v2, <https://docs.asciinema.org/manual/asciicast/v2/>.
package enum Cast {
  package enum Kind: String, Sendable, CaseIterable {
    case output = "o"
    case input = "i"
    case resize = "r"
    case marker = "m"
  }

  package struct Event: Sendable, Equatable {
    /// Microseconds since the recording began.
    package var time: Int64
    package var kind: Kind
    package var text: String

    package init(time: Int64, kind: Kind, text: String) {
      self.time = time
      self.kind = kind
      self.text = text
    }

    package var line: [UInt8] {
      let seconds = "[\(time / 1_000_000).\(String(1_000_000 + time % 1_000_000).dropFirst()),\"\(kind.rawValue)\","
      return Array(seconds.utf8) + JSON.string(text).canonical + Array("]\n".utf8)
    }
  }

  package struct Header: Sendable, Equatable {
    package var size: TerminalSize
    /// Nanoseconds since 1970-01-01 UTC. asciicast has whole seconds (`timestamp`); the member `began_ns` is ours.
    package var began: Int64
    package var title: String

    package init(size: TerminalSize, began: Int64, title: String) {
      self.size = size
      self.began = began
      self.title = title
    }

    package var line: [UInt8] {
      let json: JSON = [
        "version": 2, "width": .int(Int64(size.columns)), "height": .int(Int64(size.rows)),
        "timestamp": .int(began / 1_000_000_000),
        "began_ns": .int(began), "title": .string(title),
      ]
      return json.canonical + [0x0A]
    }
  }
}
