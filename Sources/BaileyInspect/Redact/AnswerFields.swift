/// Where in a model's answer, or in an event of it, text stands that a tool or a person gets.
struct AnswerField {
  enum Use { case tool, text }

  /// `#` is any index, and `**` at the end whatever is below.
  var path: [String]
  var use: Use
  /// Whether the text is itself JSON, and so what is put into it has to be escaped once more.
  var isJSON = false
  var escaping: PlaceholderRestorer.Escaping { isJSON ? .json : .none }
  /// Whether the field holds a piece, and the next event the next.
  var isPiece = false
  /// What `type` of event has it.
  var event: String?
  /// Values that tell which part of the answer it belongs to.
  var part: [[String]] = []
  /// Where the name of the tool stands.
  var name: [String]?

  init(
    _ path: String, _ use: Use, json: Bool = false, piece: Bool = false, event: String? = nil, part: String...,
    name: String? = nil
  ) {
    (self.path, self.use, isJSON, isPiece, self.event) = (Self.split(path), use, json, piece, event)
    (self.part, self.name) = (part.map(Self.split), name.map(Self.split))
  }

  private static func split(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }

  /// The indices for which a path is of the form.
  static func indices(_ path: [PathStep], _ form: [String]) -> [Int]? {
    let isOpen = form.last == "**"
    let names = isOpen ? form.dropLast() : form[...]
    guard isOpen ? path.count > names.count : path.count == names.count else { return nil }
    var indices: [Int] = []
    for (step, name) in zip(path, names) {
      switch step {
      case .index(let index) where name == "#": indices.append(index)
      case .key(let key) where key.elementsEqual(name.utf8): continue
      default: return nil
      }
    }
    return indices
  }

  /// A path of a form, with these indices in it.
  static func path(_ form: [String], _ indices: [Int]) -> [PathStep] {
    var left = indices[...]
    return form.map { $0 == "#" ? .index(left.popFirst() ?? 0) : .key(Array($0.utf8)) }
  }
}

extension ModelInterface {
  var answerFields: [AnswerField] {
    switch self {
    case .messages: Self.messagesFields
    case .chat: Self.chatFields
    case .responses: Self.responsesFields
    case .gemini: Self.geminiFields
    }
  }

  private static let messagesFields = [
    AnswerField("content/#/input/**", .tool, part: "content/#/id", name: "content/#/name"),
    AnswerField("content_block/input/**", .tool, part: "index", name: "content_block/name"),
    AnswerField("delta/partial_json", .tool, json: true, piece: true, part: "index"),
    AnswerField("content/#/text", .text), AnswerField("delta/text", .text, piece: true, part: "index"),
  ]

  private static let chatFields = [
    AnswerField(
      "choices/#/message/tool_calls/#/function/arguments", .tool, json: true,
      part: "choices/#/message/tool_calls/#/id", name: "choices/#/message/tool_calls/#/function/name"),
    AnswerField(
      "choices/#/delta/tool_calls/#/function/arguments", .tool, json: true, piece: true,
      part: "choices/#/index", "choices/#/delta/tool_calls/#/index",
      name: "choices/#/delta/tool_calls/#/function/name"),
    AnswerField("choices/#/message/content", .text),
    AnswerField("choices/#/delta/content", .text, piece: true, part: "choices/#/index"),
  ]

  private static let responsesFields: [AnswerField] = {
    var fields = [
      AnswerField(
        "delta", .tool, json: true, piece: true, event: "response.function_call_arguments.delta", part: "item_id"),
      AnswerField("delta", .tool, piece: true, event: "response.custom_tool_call_input.delta", part: "item_id"),
      AnswerField("delta", .text, piece: true, event: "response.output_text.delta", part: "item_id", "content_index"),
      AnswerField("arguments", .tool, json: true, part: "item_id"), AnswerField("input", .tool, part: "item_id"),
      AnswerField("text", .text), AnswerField("part/text", .text),
    ]
    for item in ["item", "response/output/#", "output/#"] { fields += itemFields(item) }
    return fields
  }()

  private static func itemFields(_ item: String) -> [AnswerField] {
    [
      AnswerField(item + "/arguments", .tool, json: true, part: item + "/id", name: item + "/name"),
      AnswerField(item + "/input", .tool, part: item + "/id", name: item + "/name"),
      AnswerField(item + "/content/#/text", .text),
    ]
  }

  private static let geminiFields = [
    AnswerField(
      "candidates/#/content/parts/#/functionCall/args/**", .tool,
      part: "candidates/#/content/parts/#/functionCall/name",
      name: "candidates/#/content/parts/#/functionCall/name"),
    AnswerField("candidates/#/content/parts/#/text", .text, piece: true, part: "candidates/#/index"),
  ]
}
