/// Columns of text, as wide as their widest cell; cells are printable already.
struct Table {
  var head: [String]
  var rows: [[String]]

  func text(_ palette: Palette) -> String {
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    return palette.bold(line(head, widths)) + "\n" + rows.map { line($0, widths) + "\n" }.joined()
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var text = ""
    for (index, cell) in cells.enumerated() {
      text += cell
      if index + 1 < cells.count { text += String(repeating: " ", count: widths[index] - cell.count + 2) }
    }
    return text
  }
}
