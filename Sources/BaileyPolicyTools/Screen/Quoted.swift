internal import BaileyRego

/// A JSON string of a text.
func quoted(_ text: some Collection<UInt8>) -> String {
  let bytes = Array(text)
  return Heap.lending { String(decoding: JSONWriter.write($0.string(bytes)), as: UTF8.self) }
}
