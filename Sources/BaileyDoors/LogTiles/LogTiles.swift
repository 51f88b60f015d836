import BaileyCore
import BaileyHTTP

/// The log as monitors read it (C2SP tlog-tiles): the checkpoint, tiles and bundles, and nothing else.
struct LogTiles: Sendable {
  let log: any PublishedLog
  /// Who can connect is of this machine, but a browser is, too: a page that was led here by its name must not read the log.
  let checksHost: Bool

  func reply(to question: HTTPQuestion) -> HTTPReply {
    guard question.method == "GET" else { return Self.text(405, "only GET", ["allow": "GET"]) }
    if checksHost, !Self.isLocal(question.host) { return Self.text(421, "this log is not of that host") }
    guard question.target.hasPrefix("/"), question.target.utf8.count <= 128 else { return Self.text(404, "not found") }
    do throws(Fault) {
      guard let file = try log.published(String(question.target.dropFirst())) else {
        return Self.text(404, "not found")
      }
      return Self.reply(file)
    } catch {
      return Self.text(500, "the log cannot be read [\(error.code)]")
    }
  }

  private static func reply(_ file: PublishedFile) -> HTTPReply {
    HTTPReply(
      status: 200,
      headers: [
        "content-type": file.isText ? "text/plain; charset=utf-8" : "application/octet-stream",
        "cache-control": file.isFinal ? "max-age=31536000, immutable" : "no-cache", "x-content-type-options": "nosniff",
      ], body: file.bytes)
  }

  private static func text(_ status: Int, _ text: String, _ headers: [String: String] = [:]) -> HTTPReply {
    let own = ["content-type": "text/plain; charset=utf-8", "cache-control": "no-store"]
    return HTTPReply(status: status, headers: own.merging(headers) { $1 }, body: Array((text + "\n").utf8))
  }

  static func isLocal(_ host: String?) -> Bool {
    guard let host else { return false }
    let name = host.hasSuffix("]") ? host[...] : host.lastIndex(of: ":").map { host[..<$0] } ?? host[...]
    return ["localhost", "127.0.0.1", "[::1]"].contains { name == $0 }
  }
}
