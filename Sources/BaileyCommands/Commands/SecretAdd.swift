import ArgumentParser
import BaileyCore
import BaileyWire

struct SecretAdd: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Keep a secret, and say where its value may go.",
    discussion: """
      EXAMPLES
        bailey secrets add github --host api.github.com --host github.com
        bailey secrets add npm --host registry.npmjs.org --env NPM_TOKEN --from-file token.txt
        bailey secrets add search --host api.example.com --query key --method GET
        bailey secrets add deploy --host api.example.com --json-leaf /auth/token --ask
        bailey secrets add aws --host "*.amazonaws.com" --sigv4 s3/eu-west-1
        bailey secrets add crm --host crm.example.com --oauth https://login.example.com/token --client-id 17
        bailey secrets add vault --host v.example.com --header x-vault-token --command pass show vault

      The value is asked for, or read from standard input; it is in no argument and no variable. Without a place it goes into \
      `Authorization`, `X-Api-Key` and `Authorization: Basic`. It goes out over TLS only. Keys of AWS are one value: ID:KEY or ID:KEY:TOKEN.
      """)

  @Argument(help: "Its name.") var name: String
  @OptionGroup(title: "Where it may go") var rule: SecretRuleOptions
  @Option(
    help: ArgumentHelp("The variable with the placeholder; made from the name if left out.", valueName: "variable"))
  var env: String?
  @Flag(help: "Each use waits for a yes.") var ask = false
  @OptionGroup(title: "Tokens of OAuth") var grant: SecretGrantOptions
  @OptionGroup(title: "The value") var source: SecretSourceOptions
  @OptionGroup(title: "The store, when it is made") var store: SecretStoreOptions
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func validate() throws {
    if let env, !SecretCard.isVariable(env) { throw ValidationError("--env: letters, digits and _, no digit first.") }
  }

  func execute() throws(Failure) -> Int32 {
    let name = try SecretName.checked(name)
    var card = SecretCard(name: name, rule: try rule.rule(), created: 0)
    (card.asks, card.variable, card.grant) = (ask, env, try grant.made())
    try SecretKeys(console).unlocked(making: store.lock)
    var value = try SecretSource(source, console).read("Value of \(name): ")
    try Client.order(.add(card), value: &value)
    console.confirm(["secret": card.json], "kept as \(name); its placeholder is in \(card.shownVariables)")
    return 0
  }
}

extension SecretCard {
  fileprivate var shownVariables: String {
    signing == nil ? usualVariable : "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
  }
}

struct SecretRuleOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A host, or *. and a host; may be repeated.", valueName: "host"))
  var host: [String]
  @Option(help: ArgumentHelp("A port; 443 if left out.", valueName: "port")) var port: [UInt16] = []
  @Option(help: ArgumentHelp("Only in requests with this method.", valueName: "method")) var method: [String] = []
  @Option(help: ArgumentHelp("Only in requests for such a path: repos/acme/**", valueName: "pattern"))
  var onlyPath: [String] = []
  @Option(help: ArgumentHelp("In this header.", valueName: "name")) var header: [String] = []
  @Flag(help: "In Authorization: Basic.") var basic = false
  @Option(help: ArgumentHelp("In this field of the query.", valueName: "name")) var query: [String] = []
  @Flag(help: "As a whole segment of the path.") var path = false
  @Option(help: ArgumentHelp("In this field of a form.", valueName: "name")) var form: [String] = []
  @Option(help: ArgumentHelp("In this leaf of a JSON body: /auth/token", valueName: "pointer"))
  var jsonLeaf: [String] = []
  @Flag(help: "In the first message of a WebSocket.") var websocket = false
  @Option(help: ArgumentHelp("To sign requests to AWS.", valueName: "service/region")) var sigv4: String?

  func validate() throws {
    if host.isEmpty { throw ValidationError("Name at least one --host.") }
    if port.contains(0) { throw ValidationError("0 is no port.") }
    if sigv4 != nil, places.count > 1 { throw ValidationError("--sigv4 is the only place.") }
  }

  private var places: [String] {
    header.map { "header:" + $0 } + (basic ? ["basic"] : []) + query.map { "query:" + $0 } + (path ? ["path"] : [])
      + form.map { "form:" + $0 } + jsonLeaf.map { "json:" + $0 } + (websocket ? ["websocket"] : [])
      + [sigv4.map { "sigv4:" + $0 }].compactMap(\.self)
  }

  func rule() throws(Failure) -> SecretRule {
    var rule = SecretRule(hosts: [], ports: port, methods: method.map { $0.uppercased() })
    for text in host {
      guard let pattern = try? HostPattern(text) else { throw Self.refusal("--host", text) }
      rule.hosts.append(pattern)
    }
    for text in onlyPath {
      guard let glob = try? Glob(text) else { throw Self.refusal("--only-path", text) }
      rule.paths.append(glob)
    }
    if !places.isEmpty { rule.places = [] }
    for text in places {
      guard let place = SecretPlace(text) else { throw Self.refusal("the place", text) }
      rule.places.append(place)
    }
    return rule
  }

  private static func refusal(_ option: String, _ text: String) -> Failure {
    Failure(2, .usage("\(option): `\(printable(text))` is none"))
  }
}

struct SecretGrantOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The value stays here; what goes out is a token from this address.", valueName: "url"))
  var oauth: String?
  @Option(help: ArgumentHelp("The client's name there.", valueName: "id")) var clientID: String?
  @Option(help: ArgumentHelp("client-credentials or refresh-token.", valueName: "grant"))
  var grant: String = OAuthGrant.Kind.clientCredentials.rawValue
  @Option(help: ArgumentHelp("What the token is to be for.", valueName: "scope")) var scope: String?

  func validate() throws {
    if (oauth == nil) != (clientID == nil) { throw ValidationError("--oauth and --client-id go together.") }
    if OAuthGrant.Kind(rawValue: grant) == nil {
      throw ValidationError("--grant is client-credentials or refresh-token.")
    }
  }

  func made() throws(Failure) -> OAuthGrant? {
    guard let oauth, let clientID, let kind = OAuthGrant.Kind(rawValue: grant) else { return nil }
    if let grant = OAuthGrant(kind, tokenURL: oauth, clientID: clientID, scope: scope) { return grant }
    throw Failure(2, .usage("--oauth: an address is `https://HOST[:PORT]/PATH`"))
  }
}

struct SecretStoreOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Lock it with a key in this file, which is made.", valueName: "path")) var keyFile: String?
  @Flag(help: "Lock it with a key in the desktop's Secret Service.") var secretService = false

  func validate() throws {
    if keyFile != nil, secretService { throw ValidationError("--key-file or --secret-service, not both.") }
  }

  var lock: SecretLock {
    if let keyFile { return .file(keyFile) }
    return secretService ? .service : .passphrase
  }
}
