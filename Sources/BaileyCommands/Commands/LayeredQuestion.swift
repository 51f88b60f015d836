import BaileyCore
import BaileyLinux
import BaileyWire

/// `bailey policy why 1234` and `bailey policy why --session ID --input FILE`: what the controller and the log know becomes the tool's input.
///
/// The tool itself does not know the controller.
struct LayeredQuestion {
  private enum Subject {
    case entry(UInt64)
    /// An action in a JSON file; `-` is standard input.
    case action(SessionReference, file: String)
  }

  private let subject: Subject
  /// What else the tool was given.
  private let rest: [String]

  private static let maximumAction = 1 << 20

  /// Nil for arguments that ask for something else: modules that are named decide alone.
  init?(_ arguments: [String]) throws(Failure) {
    guard arguments.count > 1, arguments[0] == "why", !LoggedDecision.namesModules(arguments) else { return nil }
    var words = Array(arguments.dropFirst())
    if let index = UInt64(words[0]) {
      subject = .entry(index)
      words.removeFirst()
    } else if let session = Self.take("--session", from: &words) {
      guard let file = Self.take("--input", from: &words) ?? Self.take("-i", from: &words) else {
        throw Failure(2, .usage("--session needs --input: the action that is asked about"))
      }
      subject = .action(try SessionOption.reference(session), file: file)
    } else {
      return nil
    }
    rest = words
  }

  private static func take(_ name: String, from words: inout [String]) -> String? {
    if let index = words.firstIndex(where: { $0.hasPrefix(name + "=") }) {
      return String(words.remove(at: index).dropFirst(name.utf8.count + 1))
    }
    guard let index = words.firstIndex(of: name), index + 1 < words.count else { return nil }
    words.remove(at: index)
    return words.remove(at: index)
  }

  /// - Returns: the tool's exit code.
  func explain() throws(Failure) -> Int32 {
    let setting = JSON.object(try setting())
    return try PolicyProgram.run(["why", "--all-layers"] + rest, input: setting.canonical)
  }

  private func setting() throws(Failure) -> [String: JSON] {
    var members: [String: JSON] = [:]
    switch subject {
    case .entry(let index): members = try entry(index)
    case .action(let session, let file):
      let action = try Self.action(file)
      members["action"] = action
      members["basis"] = try Self.basis(session, action)
    }
    guard case .policies(let layers) = try Client.open().ask(.policies(reload: false)) else { throw .misunderstood }
    members["status"] = .array(layers.map(\.json))
    do throws(Fault) {
      let places = try Places.current()
      members["configuration"] = .string(places.configuration)
      members["state"] = .string(places.state)
    } catch {
      throw Failure(error)
    }
    return members
  }

  private func entry(_ index: UInt64) throws(Failure) -> [String: JSON] {
    guard case .entry(let row) = try Client.open().ask(.logEntry(index: index)) else { throw .misunderstood }
    let body = row.record["body"]
    guard let action = body?["action"], Action(json: action) != nil,
      let session = (row.record["session"]?.string).flatMap(SessionReference.init)
    else {
      throw Failure(
        Fault(
          "policy-entry-undecided", subject: "entry \(index)", why: "this entry of the log holds no action",
          hint: "`bailey log --kind intent` lists decisions"))
    }
    var members = ["action": action, "basis": try Self.basis(session, action)]
    members["decision"] = body?["decision"]
    members["policies"] = try Self.notes().policies(of: row)
    return members
  }

  private static func basis(_ session: SessionReference, _ action: JSON) throws(Failure) -> JSON {
    let reply = try Client.open().ask(.policyBasis(session, action: action))
    guard case .policyBasis(let basis) = reply else { throw .misunderstood }
    return basis
  }

  /// Of all sessions: one whose start was denied is none that could be asked for.
  private static func notes() throws(Failure) -> PolicyNotes {
    var notes = PolicyNotes()
    _ = try Client.open().ask(.log(LogQuery(kinds: [.note]))) { event throws(Failure) in
      if case .entries(let rows) = event { for row in rows { notes.take(row) } }
    }
    return notes
  }

  private static func action(_ file: String) throws(Failure) -> JSON {
    let bytes: [UInt8]
    do throws(Errno) {
      if file == "-" {
        bytes = try Descriptor.lending(0) { (input) throws(Errno) in try input.readAll(limit: maximumAction) }
      } else {
        guard let whole = try WholeFile.read(file, limit: maximumAction) else { throw Errno.noSuchFile }
        bytes = whole.bytes
      }
    } catch {
      throw Failure(Fault("policy-file-unreadable", subject: file, why: error.message))
    }
    guard let action = try? JSON.parse(bytes), Action(json: action) != nil else {
      throw Failure(
        Fault(
          "policy-data-malformed", subject: file, why: "this is no action in JSON, or holds a fraction",
          hint: "docs/policy-input.md has the form"))
    }
    return action
  }
}

/// `bailey-policy`, with an input of ours.
enum PolicyProgram {
  /// - Returns: the exit code.
  static func run(_ arguments: [String], input: [UInt8]) throws(Failure) -> Int32 {
    do throws(Errno) {
      let entry = try Descriptor.sealedMemory("bailey-entry", input)
      let program = Program(
        try InstalledProgram.path(of: "bailey-policy"), arguments: arguments, environment: CurrentProcess.environment,
        streams: (entry.raw, 1, 2))
      guard case .exited(let code)? = try Program.reap(program.start(), wait: true) else { return 1 }
      return code
    } catch {
      throw InstalledProgram.missing("bailey-policy", error)
    }
  }
}
