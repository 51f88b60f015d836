/// Writes records until it is killed, and says on standard output which ones were acknowledged, and how.
///
///     audit-crash STATE SEED        appends until it dies, from several tasks
///     audit-crash STATE SEED COUNT  appends so many from one task, publishes, closes
///     audit-crash STATE SEED COUNT BYTES  the same, with a new segment after so many bytes
///
/// A line is `synced INDEX TAG`, `grouped INDEX TAG` or `refused CODE`; the record's body holds the tag.
import BaileyAudit
import BaileyCore
import BaileyLinux
import Glibc

let arguments = CommandLine.arguments
let seed = arguments.count > 2 ? arguments[2] : "0"
let count = arguments.count > 3 ? Int(arguments[3]) : nil
let segmentBytes = arguments.count > 4 ? Int64(arguments[4]) : nil

/// One write a line, so that what the parent reads was said whole, and before the next append.
func say(_ line: String) {
  let output = Descriptor(owning: 1)
  try? output.writeAll(line + "\n")
  _ = output.take()
}

func appendOne(_ log: AuditLog, _ tag: String, _ durability: Durability) async {
  let record = Record(.note, session: nil, time: Clock.realTime, body: ["tag": .string(tag)])
  do throws(Fault) {
    let index = try await log.append(record, durability)
    if durability != .observed { say("\(durability == .synced ? "synced" : "grouped") \(index) \(tag)") }
  } catch {
    say("refused \(error.code)")
  }
}

func durability(_ number: Int) -> Durability { number % 3 == 0 ? .synced : number % 3 == 1 ? .grouped : .observed }

do throws(Fault) {
  let log = try AuditLog(
    LogLayout(stateDirectory: arguments[1]), segmentBytes: segmentBytes ?? AuditLog.segmentBytes)
  say("open")
  if let count {
    for number in 0..<count { await appendOne(log, "\(seed).\(number)", durability(number)) }
    do throws(Fault) { try await log.publish() } catch { say("refused \(error.code)") }
    await log.close()
    say("closed")
  } else {
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<4 {
        group.addTask {
          for number in 0... { await appendOne(log, "\(seed).\(task).\(number)", durability(number)) }
        }
      }
    }
  }
} catch {
  say("fault \(error.code) \(error.why)")
}
