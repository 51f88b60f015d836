internal import ArgumentParser
internal import BaileyCore
internal import BaileyLinux
internal import BaileyPolicy

struct Init: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Begin a directory of policies from a template, with its tests.",
    discussion: """
      A project has its policies in .bailey/policy, a person in ~/.config/bailey/policy.d, the administrator in /etc/bailey/policy.d.

      EXAMPLES
        bailey policy init --list
        bailey policy init --template coding
        bailey policy init --template locked-down --directory ~/.config/bailey/policy.d
      """)

  @Option(name: .shortAndLong, help: "read-only, coding, ci-build or locked-down.")
  var template: String?
  @Option(name: .shortAndLong, help: "Where the files go.", completion: .directory)
  var directory = ".bailey/policy"
  @Flag(name: .shortAndLong, help: "Print the names of the templates.")
  var list = false

  func execute() throws(ToolFailure) -> Int32 {
    if list {
      for template in PolicyTemplate.all { Output.write("\(template.name)\t\(template.summary)\n") }
      return 0
    }
    guard let template else {
      throw ToolFailure(Fault("policy-template-unknown", why: "no template is named", hint: Self.choices))
    }
    guard let chosen = PolicyTemplate.all.first(where: { $0.name == template }) else {
      let near = Spelling.nearest(to: template, among: PolicyTemplate.all.map(\.name)).map { "did you mean `\($0)`?" }
      throw ToolFailure(
        Fault(
          "policy-template-unknown", subject: template, why: "there is no such template", hint: near ?? Self.choices))
    }
    try write(chosen)
    return 0
  }

  private static var choices: String { "there are " + PolicyTemplate.all.map(\.name).joined(separator: ", ") }

  /// Nothing is written where one of the files is there already.
  private func write(_ template: PolicyTemplate) throws(ToolFailure) {
    let paths = template.files.map { (path: directory + "/" + $0.name, text: $0.text) }
    for (path, _) in paths where (try? Descriptor.status(of: path, followingLinks: false)) != nil {
      throw ToolFailure(
        Fault("policy-file-exists", subject: path, why: "the file is there already", hint: "choose another --directory")
      )
    }
    do { try Descriptor.makeDirectories(directory) } catch { throw Self.unwritable(directory, error) }
    for (path, text) in paths {
      do throws(Errno) {
        let file = try Descriptor.open(path, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o644)
        try file.writeAll(Array(text.utf8))
      } catch {
        throw Self.unwritable(path, error)
      }
      Output.write("wrote \(printable(path))\n")
    }
  }

  private static func unwritable(_ path: String, _ error: Errno) -> ToolFailure {
    ToolFailure(Fault("policy-file-unwritable", subject: path, why: error.message))
  }
}
