/// Why a policy decided as it did.
package struct Explanation: Sendable {
  /// deny, ask or allow, of one policy of several also nothing; for a query, yes or no.
  package var effect: String
  /// The answer of a query as JSON; nil when it is undefined.
  package var value: [UInt8]?
  package var error: RegoError?
  /// Documents of no form that is understood: each is a deny.
  package var malformed: [String] = []
  /// Documents of the decision, each with its rules.
  package var documents: [Document] = []
  /// The smallest changes that make it another decision.
  package var flips: [Flip] = []
  /// How many changed inputs were evaluated; nil when no change was looked for.
  package var tries: Int?
  /// The search ended at a limit, with inputs left to look at.
  package var isCut = false
  package var printed: [String] = []

  package struct Document: Sendable {
    package var name: String
    package var effect: String
    /// It says something.
    package var speaks: Bool
    package var rules: [Rule] = []
  }

  /// A rule or one of its `else` branches.
  package struct Rule: Sendable {
    package enum Outcome: String, Sendable {
      case holds, fails
      /// The rules before it in a chain of `else` decided, or nothing asked for it.
      case untried
      /// A function was called with what its parameters do not match.
      case unmatched
    }
    package var document: String
    package var location: Location
    /// 0 for the rule itself, then its `else` branches.
    package var branch: Int
    package var outcome: Outcome
    /// The one that failed; of a rule that holds, all of them.
    package var expressions: [Expression] = []
    /// In how many ways the variables were bound when it failed.
    package var failures = 0
  }

  package struct Expression: Sendable {
    package var location: Location
    package var text: String
    package var isNegated: Bool
    package var operands: [Operand] = []
    /// The text of the operand that has no value.
    package var undefined: String?
    /// In the body of `every`.
    package var inside: [Expression] = []
    /// Rules that it asked for and that did not hold; those that held, where it is their holding that counts.
    package var needs: [Rule] = []
  }

  package struct Operand: Sendable {
    package var text: String
    /// JSON; sets in Rego's notation.
    package var value: String
  }
}

extension ExplainedPolicy {
  /// - Parameter tries: how many other inputs may be evaluated in search of a change.
  package func explain(_ input: [UInt8]?, tries: Int = 1000) -> Explanation {
    let witness = Witness(program)
    let (verdict, value) = verdict(input, observer: witness)
    if verdict.error != nil { witness.interrupt() }
    var explanation = Explanation(effect: verdict.effect, value: verdict.value, error: verdict.error)
    explanation.malformed = verdict.malformed
    explanation.printed = machine.builtins.printed.map(\.message)
    let account = Account(policy: self, attempts: witness.attempts)
    explanation.documents = zip(goals, verdict.speaking).map { account.document($0, speaks: $1) }
    guard tries > 0 else { return explanation }
    var search = FlipSearch(self, input ?? Array("{}".utf8), verdict)
    search.run((witness, value), most: tries)
    (explanation.flips, explanation.tries, explanation.isCut) = (search.flips, search.tries, search.isCut)
    return explanation
  }
}
