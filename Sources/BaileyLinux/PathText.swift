/// What can name a file: text, or bytes, since file names need not be UTF-8.
///
/// A NUL inside makes every call fail with `EINVAL`: it is never cut short.
package protocol PathText {
  var pathBytes: [UInt8] { get }
}

extension String: PathText {
  package var pathBytes: [UInt8] { Array(utf8) }
}

extension Substring: PathText {
  package var pathBytes: [UInt8] { Array(utf8) }
}

extension [UInt8]: PathText {
  package var pathBytes: [UInt8] { self }
}

extension ArraySlice<UInt8>: PathText {
  package var pathBytes: [UInt8] { Array(self) }
}
