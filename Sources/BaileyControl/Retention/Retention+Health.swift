package import BaileyCore

extension Retention: HealthProbe {
  package func examine() async -> [HealthFinding] {
    let size = usage.map { "\($0.files) files, \($0.bytes / 1_000_000) MB" } ?? "not measured yet"
    do throws(Fault) {
      let policy = try await policy()
      if let lastFault { throw lastFault }
      let what = policy.erasesByItself ? "erased as retention.yaml says" : "nothing is erased by itself"
      return [HealthFinding("payloads", .ok, "\(size); \(what)")]
    } catch {
      let place = error.subject.map { "\(printable($0)): " } ?? ""
      return [
        HealthFinding(
          "payloads", .warn, "\(size); nothing more is erased: \(place)\(error.why) [\(error.code)]", fix: error.hint)
      ]
    }
  }
}
