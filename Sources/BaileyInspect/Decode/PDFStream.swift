/// Streams of PDF: what their dictionary says of their coding.
enum PDFStream {
  /// Behind `stream` and the end of its line; nil when no dictionary stands before it.
  static func filters(_ bytes: Span<UInt8>, markAt start: Int, end: Int) -> [Filter]? {
    guard let text = dictionary(bytes, start) else {
      return Zlib.begins(bytes.extracting(min(end, bytes.count)..<bytes.count)) ? [.inflate(.zlib), .pdfText] : nil
    }
    guard let place = text.firstRange(of: "/Filter") else { return text.contains("/Image") ? nil : [.pdfText] }
    return filters(of: text[place.upperBound...])
  }

  /// As much of it as stands close enough.
  private static func dictionary(_ bytes: Span<UInt8>, _ start: Int) -> String? {
    var end = start
    while end > 0, Bytes.isSpace(bytes[end - 1]) { end -= 1 }
    guard end > 1, bytes[end - 1] == 0x3E, bytes[end - 2] == 0x3E else { return nil }
    let text = String(decoding: Array(bytes.extracting(max(0, end - Lane.back)..<end)), as: Unicode.ASCII.self)
    return text.split(separator: "obj", omittingEmptySubsequences: false).last.map(String.init)
  }

  private static let known: [String: Filter] = [
    "FlateDecode": .inflate(.zlib), "Fl": .inflate(.zlib), "ASCII85Decode": .ascii85, "A85": .ascii85,
    "ASCIIHexDecode": .asciiHex, "AHx": .asciiHex, "LZWDecode": .lzw, "LZW": .lzw, "RunLengthDecode": .runLength,
    "RL": .runLength,
  ]

  private static let most = 4

  /// Those that are known, in their order, and then the text. Pictures have none.
  private static func filters(of text: Substring) -> [Filter]? {
    let isArray = text.drop { $0.isWhitespace }.first == "["
    let names = text.prefix { !(isArray ? "]>" : ">").contains($0) }.split(separator: "/").dropFirst(isArray ? 1 : 0)
      .map { $0.prefix { $0.isLetter || $0.isNumber } }.filter { !$0.isEmpty }
    var filters: [Filter] = []
    for name in names.prefix(isArray ? most : 1) {
      guard let filter = known[String(name)] else { return filters.isEmpty ? nil : filters }
      filters.append(filter)
    }
    return filters + [.pdfText]
  }
}
