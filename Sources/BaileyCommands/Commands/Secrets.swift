import ArgumentParser
import BaileyCore
import BaileyWire

struct Secrets: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secrets", abstract: "Keep credentials that agents use and never see.",
    discussion: """
      EXAMPLES
        bailey secrets add github --host api.github.com --host github.com
        bailey secrets list
        bailey secrets show github
        bailey secrets rotate github
        bailey secrets remove github

      A manifest names what its agent may use: `secrets: [github]`. The agent then has a placeholder, and the gate puts the value in.
      """,
    subcommands: [
      SecretAdd.self, SecretList.self, SecretShow.self, SecretRotate.self, SecretRemove.self, SecretUnlock.self,
      SecretLockCommand.self,
    ], defaultSubcommand: SecretList.self)
}

struct SecretList: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The names, and where each may go.",
    discussion: """
      EXAMPLES
        bailey secrets list
        bailey secrets list --json
      """)

  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let listing = try Client.secrets()
    if console.isJSON {
      console.write(.object(listing.members.merging(["v": 1, "ok": true]) { own, _ in own }))
    } else if listing.cards.isEmpty {
      console.tell("there are no secrets; `bailey secrets add NAME --host HOST` keeps the first")
    } else {
      let rows = listing.cards.map { card in
        [
          card.name, card.rule.hosts.map(\.description).joined(separator: " "),
          card.rule.places.map(\.description).joined(separator: " "), card.asks ? "asks" : "-",
          timeText(card.rotated ?? card.created),
        ]
      }
      console.write(Table(head: ["NAME", "HOSTS", "PLACES", "USE", "SINCE"], rows: rows).text(console.palette))
      if !listing.status.isUnlocked { console.tell("they are locked: `bailey secrets unlock`") }
    }
    return 0
  }
}

struct SecretShow: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "All that may be known of a secret: everything but its value.",
    discussion: """
      EXAMPLES
        bailey secrets show github
        bailey secrets show github --json
      """)

  @Argument(help: "Its name.", completion: .secrets) var name: String
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    guard let card = try Client.secrets().cards.first(where: { $0.name == name }) else {
      throw Failure(
        Fault(
          "secret-unknown", subject: name, why: "there is no secret of this name", hint: "`bailey secrets list`"))
    }
    if console.isJSON {
      console.write(["v": 1, "ok": true, "secret": card.json])
    } else {
      console.write(card.lines.map { $0.0 + String(repeating: " ", count: 10 - $0.0.count) + $0.1 + "\n" }.joined())
    }
    return 0
  }
}

struct SecretRemove: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Forget a secret; sessions lose it with their next request.",
    discussion: """
      EXAMPLES
        bailey secrets remove github
      """)

  @Argument(help: "Its name.", completion: .secrets) var name: String
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    try SecretKeys(console).unlocked()
    try Client.order(.secretOrder(.remove(try SecretName.checked(name))))
    console.confirm(["secret": .string(name)], "removed")
    return 0
  }
}

enum SecretName {
  static func checked(_ text: String) throws(Failure) -> String {
    if SecretCard.isName(text) { return text }
    throw Failure(
      2,
      Fault(
        "secret-invalid", subject: text, why: "this cannot be the name of a secret",
        hint: "letters, digits, `.`, `_` and `-`, the first a letter or digit, 64 at most"))
  }
}

extension SecretCard {
  fileprivate var lines: [(String, String)] {
    var lines = [("name", name), ("hosts", rule.hosts.map(\.description).joined(separator: " "))]
    if !rule.ports.isEmpty { lines.append(("ports", rule.ports.map(String.init).joined(separator: " "))) }
    if !rule.methods.isEmpty { lines.append(("methods", rule.methods.joined(separator: " "))) }
    if !rule.paths.isEmpty { lines.append(("paths", rule.paths.map(\.pattern).joined(separator: " "))) }
    lines.append(("places", rule.places.map(\.description).joined(separator: " ")))
    if signing == nil { lines.append(("variable", usualVariable)) }
    if asks { lines.append(("asks", "before each use")) }
    if let grant { lines.append(("tokens", "\(grant.kind.rawValue) at \(printable(grant.tokenURL))")) }
    lines.append(("added", timeText(created)))
    if let rotated { lines.append(("rotated", timeText(rotated))) }
    return lines
  }
}

extension Client {
  static func secrets() throws(Failure) -> SecretListing {
    guard case .secrets(let listing) = try Client.open().ask(.secrets) else { throw .misunderstood }
    return listing
  }
}

extension CompletionKind {
  /// Names of secrets; a controller that does not run is not started for them.
  static var secrets: CompletionKind {
    .custom { _, _, _ in
      guard let client = try? Client.openIfRunning(), case .secrets(let listing)? = try? client.ask(.secrets)
      else { return [] }
      return listing.cards.map(\.name)
    }
  }
}
