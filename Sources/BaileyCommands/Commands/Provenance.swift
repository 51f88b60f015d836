import ArgumentParser
import BaileyCore
import BaileyWire

struct Provenance: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "provenance", abstract: "Show what a session read and changed, by hash.",
    discussion: """
      EXAMPLES
        bailey provenance                 the newest session of this project
        bailey provenance 4f7c --json     an in-toto statement

      What was read is known only of sessions with --record-reads.
      """)

  @OptionGroup var target: SessionOption
  @OptionGroup var data: DataOptions

  /// Bytes of a statement that this program takes in.
  private static let limit = 64 << 20

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let request = Request.provenance(try target.reference())
    var bytes: [UInt8] = []
    let reply = try Client.open().ask(
      request,
      onData: { piece throws(Failure) in
        bytes += piece
        guard bytes.count <= Self.limit else {
          throw Failure(Fault("provenance-malformed", why: "the statement has more than \(Self.limit) bytes"))
        }
      })
    guard case .done = reply else { throw .misunderstood }
    guard let json = try? JSON.parse(bytes, maximumBytes: Self.limit), let text = ProvenanceText(json) else {
      throw Failure(Fault("provenance-malformed", why: "what the controller sent is no statement of Bailey's"))
    }
    if console.isJSON { console.write(json) } else { console.write(text.shown) }
    return 0
  }
}
