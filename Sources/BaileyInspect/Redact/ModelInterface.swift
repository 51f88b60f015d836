/// Forms in which models are asked.
public enum ModelInterface: Sendable, CaseIterable {
  /// Anthropic's Messages.
  case messages
  /// OpenAI's Chat Completions, which many speak.
  case chat
  /// OpenAI's Responses.
  case responses
  /// Google's `generateContent`.
  case gemini
}

/// A leaf that means nothing to people: it is told, inspected, and never altered.
public struct OpaqueField: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// Made by the provider, who refuses it when one byte of it is another.
    case signature
    /// A picture, a sound or a file in base 64.
    case blob
  }

  public var pointer: String
  public var kind: Kind
  public var count: Int
  /// What is certain in it, decoded: it stands there all the same, so whoever must not let it pass refuses the request.
  public var findings: [Finding] = []
}

extension ModelInterface {
  /// Where a field stands (`#` is any index), and what `type` the object around it has to have.
  struct Place {
    var path: [String]
    var types: [String]
    var kind: OpaqueField.Kind

    init(_ path: String, _ kind: OpaqueField.Kind, _ types: String...) {
      self.path = path.split(separator: "/").map(String.init)
      (self.types, self.kind) = (types, kind)
    }

    func matches(_ steps: [PathStep]) -> Bool {
      guard steps.count == path.count else { return false }
      return zip(steps, path).allSatisfy { step, name in
        switch step {
        case .index: name == "#"
        case .key(let key): key.elementsEqual(name.utf8)
        }
      }
    }
  }

  /// Where a provider's signature stands at this path, if one may.
  func signature(at path: [PathStep]) -> Place? {
    places.first { $0.kind == .signature && $0.matches(path) }
  }

  static let shortestSignature = 64

  /// Exact places, because what an agent chose itself may bear any name.
  var places: [Place] {
    switch self {
    case .messages: Self.messagesPlaces
    case .chat: Self.chatPlaces
    case .responses: Self.responsesPlaces
    case .gemini: Self.geminiPlaces
    }
  }

  private static let messagesPlaces = [
    Place("messages/#/content/#/signature", .signature, "thinking"),
    Place("messages/#/content/#/data", .signature, "redacted_thinking"),
    Place("messages/#/content/#/content/#/encrypted_content", .signature, "web_search_result"),
    Place("messages/#/content/#/citations/#/encrypted_index", .signature),
    Place("messages/#/content/#/content/encrypted_stdout", .signature),
    Place("messages/#/content/#/source/data", .blob, "base64"),
    Place("messages/#/content/#/content/#/source/data", .blob, "base64"),
  ]

  private static let chatPlaces = [
    Place("messages/#/content/#/image_url/url", .blob), Place("messages/#/content/#/input_audio/data", .blob),
    Place("messages/#/content/#/file/file_data", .blob),
  ]

  private static let responsesPlaces = [
    Place("input/#/encrypted_content", .signature), Place("input/#/result", .blob, "image_generation_call"),
    Place("input/#/content/#/image_url", .blob, "input_image"),
    Place("input/#/output/#/image_url", .blob, "input_image"),
    Place("input/#/output/image_url", .blob), Place("input/#/content/#/file_data", .blob, "input_file"),
    Place("input/#/output/#/file_data", .blob, "input_file"), Place("input/#/content/#/input_audio/data", .blob),
  ]

  private static let geminiPlaces =
    ["thoughtSignature", "thought_signature"].map {
      Place("contents/#/parts/#/" + $0, .signature)
    }
    + ["contents/#", "systemInstruction", "system_instruction", "contents/#/parts/#/functionResponse"].flatMap { root in
      ["inlineData", "inline_data"].map { Place(root + "/parts/#/\($0)/data", .blob) }
    }

  /// Those of so few letters do not exist, and cards and keys would pass as one.
  private static let shortest: [OpaqueField.Kind: Int] = [.signature: shortestSignature, .blob: 256]

  /// What a leaf is, if it is of letters of base 64 only; anything else is read like any text.
  func opaque(_ leaf: Leaf, types: [Int: [UInt8]]) -> OpaqueField.Kind? {
    guard leaf.kind == .text, let place = places.first(where: { $0.matches(leaf.path) }) else { return nil }
    guard place.types.isEmpty || place.types.contains(where: { types[leaf.object]?.elementsEqual($0.utf8) == true })
    else { return nil }
    let letters = place.kind == .blob ? Self.payload(leaf.view.text) : leaf.view.text[...]
    guard letters.allSatisfy({ Alphabet.base64[Int($0)] < 64 || $0 == 0x3D }) else { return nil }
    return letters.count >= Self.shortest[place.kind] ?? 0 ? place.kind : nil
  }

  /// Behind `data:TYPE;base64,`, if it begins so.
  private static func payload(_ text: [UInt8]) -> ArraySlice<UInt8> {
    guard text.starts(with: Array("data:".utf8)), let comma = text.prefix(128).firstIndex(of: 0x2C) else {
      return text[...]
    }
    return text[(comma + 1)...]
  }
}
