/// `1 file`, `2 files`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// `1.5 MB`; powers of 1000.
func sizeText(_ bytes: Int64) -> String {
  var (whole, rest, unit) = (bytes, Int64(0), 0)
  let units = ["B", "kB", "MB", "GB", "TB"]
  while whole >= 1000, unit + 1 < units.count { (whole, rest, unit) = (whole / 1000, whole % 1000, unit + 1) }
  return rest >= 100 && whole < 100 ? "\(whole).\(rest / 100) \(units[unit])" : "\(whole) \(units[unit])"
}
