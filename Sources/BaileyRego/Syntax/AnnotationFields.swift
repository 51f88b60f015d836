/// The fields of one metadata block, out of its YAML.
struct AnnotationFields {
  typealias Problem = AnnotationReader.Problem

  private let document: Value
  private let heap: Heap

  init(_ document: Value, _ heap: Heap) throws(Problem) {
    guard document.tag == .object else { throw Problem("yaml: unmarshal errors: metadata must be a mapping") }
    self.document = document
    self.heap = heap
  }

  static func scope(_ document: Value, _ heap: Heap) -> String? {
    let scope = document.child(heap.string("scope"))
    return scope.tag == .string && !scope.text.isEmpty ? String(scope) : nil
  }

  func annotation() throws(Problem) -> Annotation {
    var annotation = Annotation()
    annotation.title = try text("title")
    annotation.description = try text("description")
    _ = try text("scope")
    annotation.organizations = try list("organizations").map { String($0) }
    annotation.isEntrypoint = try flag("entrypoint")
    for item in try list("related_resources") { annotation.resources.append(try resource(item)) }
    for item in try list("authors") { annotation.authors.append(try person(item)) }
    for item in try list("schemas") { annotation.schemas.append(try schema(item)) }
    annotation.custom = try custom()
    return annotation
  }

  private func field(_ name: String) -> Value? {
    let value = document.child(heap.string(name))
    return value.tag == .undefined || value.tag == .null ? nil : value
  }

  private func text(_ name: String) throws(Problem) -> String {
    guard let value = field(name) else { return "" }
    switch value.tag {
    case .string, .integer, .number: return String(value)
    case .boolean: return String(decoding: JSONWriter.write(value), as: UTF8.self)
    default: throw Problem("yaml: unmarshal errors: cannot unmarshal \(name) into string")
    }
  }

  private func flag(_ name: String) throws(Problem) -> Bool {
    guard let value = field(name) else { return false }
    guard value.tag == .boolean else { throw Problem("yaml: unmarshal errors: cannot unmarshal \(name) into bool") }
    return value.bits == Value.true.bits
  }

  private func list(_ name: String) throws(Problem) -> [Value] {
    guard let value = field(name) else { return [] }
    guard value.tag == .array else { throw Problem("yaml: unmarshal errors: cannot unmarshal \(name) into list") }
    return (0..<value.count).map { value.item($0) }
  }

  /// A trimmed string of a mapping; empty if it is not there.
  private func entry(_ name: String, of value: Value) -> String {
    let entry = value.child(heap.string(name))
    guard entry.tag == .string else { return "" }
    let text = SourceText.trimmedEnd(Array(entry.text)[...]).drop(while: SourceText.isSpace)
    return String(decoding: text, as: UTF8.self)
  }

  private func resource(_ value: Value) throws(Problem) -> Annotation.Resource {
    let what = "invalid related-resource definition \(shown(value)): "
    switch value.tag {
    case .string:
      if value.text.isEmpty { throw Problem(what + "ref URL may not be empty string") }
      return Annotation.Resource(reference: String(value), description: "")
    case .object:
      let reference = entry("ref", of: value)
      if reference.isEmpty { throw Problem(what + "'ref' value required in object") }
      return Annotation.Resource(reference: reference, description: entry("description", of: value))
    default: throw Problem(what + "invalid value type, must be string or map")
    }
  }

  private func person(_ value: Value) throws(Problem) -> Annotation.Person {
    let what = "invalid author definition \(shown(value)): "
    switch value.tag {
    case .string:
      guard let person = Self.person(String(value)) else { throw Problem(what + "author is an empty string") }
      return person
    case .object:
      let person = Annotation.Person(name: entry("name", of: value), email: entry("email", of: value))
      if person.name.isEmpty, person.email.isEmpty {
        throw Problem(what + "'name' and/or 'email' values required in object")
      }
      return person
    default: throw Problem(what + "invalid value type, must be string or map")
    }
  }

  /// `First Last <address>`.
  private static func person(_ text: String) -> Annotation.Person? {
    var words = text.split { $0.isWhitespace }
    guard let last = words.last else { return nil }
    var email = ""
    if last.utf8.count >= 2, last.hasPrefix("<"), last.hasSuffix(">") {
      email = String(last.dropFirst().dropLast())
      words.removeLast()
    }
    return Annotation.Person(name: words.joined(separator: " "), email: email)
  }

  private func schema(_ value: Value) throws(Problem) -> Annotation.Schema {
    guard value.tag == .object, value.count == 1, value.item(0).tag == .string else {
      throw Problem("invalid document reference")
    }
    let (path, what) = (String(value.item(0)), value.value(0))
    guard path.split(separator: ".").first.map({ $0 == "input" || $0 == "data" }) ?? false else {
      throw Problem("invalid document reference")
    }
    switch what.tag {
    case .string:
      let name = String(what)
      guard name == "schema" || name.hasPrefix("schema.") || name.hasPrefix("schema[") else {
        throw Problem("invalid schema reference")
      }
      return Annotation.Schema(path: path, name: name)
    case .object: return Annotation.Schema(path: path, definition: JSONWriter.write(what))
    default: throw Problem("invalid schema declaration for path \"\(path)\"")
    }
  }

  private func custom() throws(Problem) -> [(name: String, json: [UInt8])] {
    guard let value = field("custom") else { return [] }
    guard value.tag == .object else { throw Problem("yaml: unmarshal errors: cannot unmarshal custom into map") }
    return (0..<value.count).map { (String(value.item($0)), JSONWriter.write(value.value($0))) }
  }

  private func shown(_ value: Value) -> String {
    value.tag == .string ? String(value) : String(decoding: JSONWriter.write(value), as: UTF8.self)
  }
}
