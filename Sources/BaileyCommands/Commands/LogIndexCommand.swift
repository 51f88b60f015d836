import ArgumentParser
import BaileyCore
import BaileyWire

struct LogIndexCommand: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Tell how much of the log can be searched quickly, or make that anew.",
    discussion: """
      EXAMPLES
        bailey log index
        bailey log index --rebuild

      The index is made from the log and proves nothing: `bailey log verify` does not look at it.
      """)

  @Flag(help: "Throw the index away and make it anew from the log.")
  var rebuild = false
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let client = try Client.open()
    let progress = Progress("reading the log", console)
    defer { progress.end() }
    guard case .indexed(let count, let size) = try client.ask(.indexLog(rebuild: rebuild)) else { throw .misunderstood }
    progress.end()
    if console.isJSON {
      let (entries, size) = (Int64(clamping: count), Int64(clamping: size))
      console.write(["v": 1, "ok": true, "entries": .int(entries), "size": .int(size)])
    } else {
      console.write("\(count) of \(size) entries are indexed\n")
    }
    return 0
  }
}
