import BaileyCore

/// Says at any place of a body what stands there: a field of a form, a leaf of JSON, or nothing that has a name.
///
/// A place whose name cannot be told in full (too long, with escapes, too deep) has none.
enum BodyPlaces {
  case none
  case form(FormPlaces)
  case json(JSONPlaces)

  init(contentType: String?) {
    let type = contentType?.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" } ?? ""
    if type == "application/x-www-form-urlencoded" {
      self = .form(FormPlaces())
    } else if type == "application/json" || type.hasSuffix("+json") {
      self = .json(JSONPlaces())
    } else {
      self = .none
    }
  }

  /// What a body is called in which no place has a name.
  static func word(contentType: String?) -> String {
    contentType?.lowercased().hasPrefix("multipart/") == true ? "a multipart body, which gets no values" : "the body"
  }

  mutating func advance(over bytes: ArraySlice<UInt8>) {
    switch self {
    case .none: break
    case .form(var places):
      for byte in bytes { places.advance(byte) }
      self = .form(places)
    case .json(var places):
      for byte in bytes { places.advance(byte) }
      self = .json(places)
    }
  }

  var place: SecretPlace? {
    switch self {
    case .none: nil
    case .form(let places): places.name.map { .form($0) }
    case .json(let places): places.pointer.map { .json($0) }
    }
  }

  var encoding: ValueEncoding {
    if case .json = self { return .json }
    return .percent
  }

  /// Whether a secret's places have one of this kind.
  func isNamed(in places: [SecretPlace]) -> Bool {
    places.contains { place in
      switch (self, place) {
      case (.form, .form), (.json, .json): true
      default: false
      }
    }
  }
}

/// `name=value&…`
struct FormPlaces {
  private var text: [UInt8] = []
  private var isValue = false
  private static let longest = 256

  mutating func advance(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "&"): (text, isValue) = ([], false)
    case UInt8(ascii: "=") where !isValue: isValue = true
    default: if !isValue, text.count <= Self.longest { text.append(byte) }
    }
  }

  var name: String? {
    guard isValue, text.count <= Self.longest, let plain = ValueEncoding.decoded(text, plusIsSpace: true) else {
      return nil
    }
    return String(validating: plain, as: UTF8.self)
  }
}

/// Where in a JSON text its reader is. The text is not checked: what it goes to does so.
struct JSONPlaces {
  private enum Level {
    /// The key is `nil` where it cannot be told.
    case object(key: [UInt8]?, isKeyNext: Bool)
    case array(Int)
  }

  private enum Text { case key([UInt8]?), value }

  private var levels: [Level] = []
  /// Levels beyond the deepest that are told.
  private var beyond = 0
  private var text: Text?
  private var isEscaped = false
  private static let deepest = 64
  private static let longest = 256

  mutating func advance(_ byte: UInt8) {
    if let text { return read(byte, in: text) }
    switch byte {
    case UInt8(ascii: "\""): begin()
    case UInt8(ascii: "{"): open(.object(key: nil, isKeyNext: true))
    case UInt8(ascii: "["): open(.array(0))
    case UInt8(ascii: "}"), UInt8(ascii: "]"): if beyond > 0 { beyond -= 1 } else { _ = levels.popLast() }
    case UInt8(ascii: ","): next()
    default: break
    }
  }

  private mutating func open(_ level: Level) {
    if levels.count < Self.deepest { levels.append(level) } else { beyond += 1 }
  }

  private mutating func begin() {
    if beyond == 0, case .object(_, true)? = levels.last { text = .key([]) } else { text = .value }
  }

  private mutating func next() {
    guard beyond == 0, let last = levels.popLast() else { return }
    switch last {
    case .object: levels.append(.object(key: nil, isKeyNext: true))
    case .array(let index): levels.append(.array(index + 1))
    }
  }

  private mutating func read(_ byte: UInt8, in text: Text) {
    if isEscaped {
      isEscaped = false
    } else if byte == 0x5C {
      isEscaped = true
      if case .key = text { self.text = .key(nil) }
    } else if byte == UInt8(ascii: "\"") {
      self.text = nil
      if case .key(let key) = text { name(key) }
    } else if case .key(let key?) = text {
      self.text = .key(key.count < Self.longest ? key + [byte] : nil)
    }
  }

  private mutating func name(_ key: [UInt8]?) {
    _ = levels.popLast()
    levels.append(.object(key: key, isKeyNext: false))
  }

  /// RFC 6901, of the string that is being read.
  var pointer: String? {
    guard beyond == 0, !isEscaped, case .value? = text else { return nil }
    var result = ""
    for level in levels {
      switch level {
      case .array(let index): result += "/\(index)"
      case .object(let key, _):
        guard let key, let name = String(validating: key, as: UTF8.self) else { return nil }
        result += "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
      }
    }
    return result
  }
}
