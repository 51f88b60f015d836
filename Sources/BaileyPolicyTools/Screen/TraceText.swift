internal import BaileyCore
internal import BaileyRego

/// A trace for a person, as OPA lays it out, or as JSON.
struct TraceText {
  let trace: EvaluationTrace
  let files: [String]

  var text: String {
    let places = trace.events.map { place($0.location) }
    let width = places.map(\.count).max() ?? 0
    return zip(trace.events, places).map { event, place in
      let space = String(repeating: " ", count: width - place.count + 1)
      return place + space + line(event) + "\n"
    }.joined()
  }

  private func line(_ event: TraceEvent) -> String {
    let text = event.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let shown = event.kind == .note ? "\"\(printable(event.text))\"" : printable(text)
    let locals = event.locals.map { "\(printable($0.name)): \(printable($0.value))" }.joined(separator: ", ")
    return String(repeating: "| ", count: min(event.depth, 100)) + event.kind.rawValue + " " + shown
      + (locals.isEmpty ? "" : "  {\(locals)}")
  }

  private func place(_ location: Location) -> String {
    let file = Int(location.file)
    return "\(printable(files.indices.contains(file) ? files[file] : "query")):\(location.line)"
  }

  func error(_ error: RegoError) -> String {
    let place = error.location.map { self.place($0) + ": " } ?? ""
    return place + error.code.rawValue + ": " + printable(error.message)
  }

  var json: String {
    Heap.lending { heap in
      func object(_ members: [(String, Value)]) -> Value {
        heap.object(members.map { (key: heap.string($0.0), value: $0.1) })
      }
      var members: [(String, Value)] = [
        ("v", heap.integer(1)), ("ok", Value(trace.error == nil)), ("cut", Value(trace.isCut)),
        ("events", heap.array(trace.events.map { object(self.members($0, heap, object)) })),
      ]
      if let result = trace.result, let value = try? JSONReader.read(result, into: heap) {
        members.append(("result", value))
      }
      if let error = trace.error {
        let parts = [("code", heap.string(error.code.rawValue)), ("message", heap.string(error.message))]
        members.append(("errors", heap.array([object(parts)])))
      }
      return String(decoding: JSONWriter.write(object(members), escapesHTML: false), as: UTF8.self)
    }
  }

  private func members(
    _ event: TraceEvent, _ heap: Heap, _ object: ([(String, Value)]) -> Value
  ) -> [(String, Value)] {
    let file = Int(event.location.file)
    return [
      ("op", heap.string(event.kind.rawValue)), ("depth", heap.integer(event.depth)), ("text", heap.string(event.text)),
      ("locals", object(event.locals.map { ($0.name, heap.string($0.value)) })),
      (
        "location",
        object([
          ("file", heap.string(files.indices.contains(file) ? files[file] : "query")),
          ("row", heap.integer(Int(event.location.line))), ("col", heap.integer(Int(event.location.column))),
        ])
      ),
    ]
  }
}
