internal import BaileyRego

/// A JSON schema (drafts 4 to 7), compiled. References stay inside the document.
final class Schema {
  enum Bound {
    case minimum, maximum, exclusiveMinimum, exclusiveMaximum
  }

  /// Nil for a schema that is an object; `true` lets all pass, `false` nothing.
  var always: Bool?
  var types: [String] = []
  var reference: Schema?
  var all: [Schema] = []
  var any: [Schema] = []
  var one: [Schema] = []
  var not: Schema?
  var condition: Schema?
  var then: Schema?
  var otherwise: Schema?
  var constant: Value?
  var choices: [Value] = []
  var hasChoices = false
  var format: String?

  var properties: [(name: Value, schema: Schema)] = []
  var patterns: [(pattern: Pattern, schema: Schema)] = []
  var additional: Schema?
  var propertyNames: Schema?
  var required: [Value] = []
  var dependencies: [(name: Value, needs: [Value], schema: Schema?)] = []
  var propertyCount: (minimum: Int?, maximum: Int?) = (nil, nil)

  var items: Schema?
  var tuple: [Schema]?
  var additionalItems: Schema?
  var contains: Schema?
  var itemCount: (minimum: Int?, maximum: Int?) = (nil, nil)
  var isUnique = false

  var length: (minimum: Int?, maximum: Int?) = (nil, nil)
  var pattern: Pattern?
  var bounds: [(bound: Bound, value: Value)] = []
  var multiple: Value?
}
