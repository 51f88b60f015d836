/// A term of the language with its place.
struct Term {
  var node: Node
  var location: Location

  init(_ node: Node, _ location: Location) {
    self.node = node
    self.location = location
  }
}

/// What a term is. Names and strings are handles in the program's heap.
indirect enum Node {
  case scalar(Value)
  /// A variable as written; gone after resolving.
  case name(Value)
  /// A variable of a rule, by its slot.
  case local(Int)
  case input
  case data
  /// A head and the path that follows it.
  case ref(Term, [Term])
  case array([Term])
  case set([Term])
  case object([(key: Term, value: Term)])
  case comprehension(Comprehension)
  case call(Callee, [Term])
  /// `$"…{…}…"`: literal text as scalars, each expression as a statement.
  case template([TemplatePart])
}

enum TemplatePart {
  case text(Value)
  case expression(Statement)
}

struct Comprehension {
  enum Kind { case array, set, object }
  var kind: Kind
  /// Only an object's.
  var key: Term?
  var value: Term
  var body: [Statement]
  /// The slots that are the closure's alone; known after resolving.
  var own = 0..<0
}

enum Callee {
  /// A dotted name as written; gone after resolving.
  case path([Value])
  case builtin(Int)
  /// A function of the policy by its absolute path below `data`.
  case function([Value])
}

struct Statement {
  indirect enum Kind {
    case term(Term)
    case assign(Term, Term)
    case unify(Term, Term)
    case declare([Term])
    case someIn(key: Term?, value: Term, collection: Term)
    case every(key: Term?, value: Term, domain: Term, body: [Statement], own: Range<Int>)
  }
  var kind: Kind
  var negated = false
  var modifiers: [Modifier] = []
  var location: Location
}

/// `with target as value`.
struct Modifier {
  var target: Term
  var value: Term
  var location: Location
}

struct Rule {
  enum Kind { case single, set }
  var kind: Kind
  var isDefault = false
  /// The parts of the head's reference; the first is a name.
  var path: [Term]
  var arguments: [Term]?
  /// The value, or the member of a set.
  var value: Term
  var body: [Statement]
  var alternatives: [Alternative] = []
  var location: Location
  /// From the name to the end of the value.
  var headLocation: Location
  /// The value is written, by `:=` or `=`.
  var hasValue = false
  var isAssigned = false
}

extension Rule {
  /// Whether one name tells the rule, or one name and one key, as in OPA's first versions; OPA gives only these heads a name.
  var hasSimpleHead: Bool {
    if path.count == 1 { return true }
    guard path.count == 2, kind == .single, !isDefault else { return false }
    return body.isEmpty ? arguments == nil : hasValue || arguments != nil
  }
}

/// An `else` branch.
struct Alternative {
  /// The head's again; each `_` is a variable of its own.
  var arguments: [Term]?
  var value: Term
  var body: [Statement]
  var location: Location
  var headLocation: Location
  var hasValue = false
  var isAssigned = false
}

struct Import {
  var path: [Value]
  var alias: Value?
  var location: Location
}

package struct Module {
  var file: Int32
  var package: [Value] = []
  var packageLocation = Location()
  var imports: [Import] = []
  var rules: [Rule] = []
  var isVersion1 = true
  /// What older versions of the language do not have, where it stands first.
  var uses = Uses()
  var annotations: [Annotation] = []

  struct Uses {
    /// `import rego.v1` in a module of version 0.
    var importOfVersion1: Location?
    /// A keyword as a name in a reference: `x.if`.
    var keywordInReference: Location?
  }
}
