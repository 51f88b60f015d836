/// Takes the encodings off that a protocol declares, for who wants to read what they hold.
///
/// An `Inspection` needs none: it is told of the encodings, and takes them off itself.
public final class ContentUnpacker {
  /// Outermost first.
  private var layers: [Layer]
  private let most: Int
  private let ratio: Int
  private var received = 0
  private var made = 0
  private var isBroken = false

  private final class Layer {
    let filter: Filter
    var decoder: (any Decoder)?
    var room = [UInt8](repeating: 0, count: 16 << 10)
    /// What was coded is at its end; it may begin again.
    var hasEnded = false
    /// Too little to tell what it is: of deflate two bytes say whether there is a wrapper.
    var head: [UInt8] = []

    init(_ filter: Filter) { self.filter = filter }
  }

  /// - Parameters:
  ///   - most: bytes that may be made whatever the input, and `ratio` of them for each byte of input above that.
  /// - Returns: `nil` where nothing is declared, more than four encodings, or one that is not known.
  public init?(_ encodings: [ContentEncoding], most: Int = 64 << 20, ratio: Int = 100) {
    let filters = encodings.reversed().compactMap(\.filter)
    guard !filters.isEmpty, filters.count == encodings.count, filters.count <= ContentEncoding.most else { return nil }
    (layers, self.most, self.ratio) = (filters.map(Layer.init), most, ratio)
  }

  /// - Returns: `false` when what came is broken or too much; nothing more comes then.
  public func unpack(_ bytes: Span<UInt8>, _ body: (Span<UInt8>) -> Void) -> Bool {
    guard !isBroken else { return false }
    received += bytes.count
    isBroken = !pass(bytes, through: 0, body)
    return !isBroken
  }

  private func pass(_ bytes: Span<UInt8>, through index: Int, _ body: (Span<UInt8>) -> Void) -> Bool {
    guard index < layers.count else {
      made += bytes.count
      guard made <= max(most, received.multipliedReportingOverflow(by: ratio).partialValue) else { return false }
      body(bytes)
      return true
    }
    let layer = layers[index]
    if layer.filter == .deflate, layer.decoder == nil, !layer.hasEnded, layer.head.count + bytes.count < 2 {
      for place in bytes.indices { layer.head.append(bytes[place]) }
      return true
    }
    guard layer.head.isEmpty else {
      var whole: [UInt8] = []
      swap(&whole, &layer.head)
      for place in bytes.indices { whole.append(bytes[place]) }
      return pass(whole.span, through: index, body)
    }
    var (room, at) = ([UInt8](), 0)
    swap(&room, &layer.room)
    defer { swap(&room, &layer.room) }
    while true {
      guard let decoder = decoder(of: layer, bytes.extracting(at..<bytes.count)) else { return at == bytes.count }
      let step = decoder.step(bytes.extracting(at..<bytes.count), into: &room)
      at += step.used
      if step.made > 0, !pass(room.span.extracting(0..<step.made), through: index + 1, body) { return false }
      switch step.state {
      case .broken, .refused: return false
      case .end: (layer.decoder, layer.hasEnded) = (nil, true)
      case .more:
        if at == bytes.count, step.made < room.count { return true }
        if step.used == 0, step.made == 0 { return false }
      }
    }
  }

  /// The one at work, or a new one where something begins; `nil` behind the end, and where nothing has come yet.
  private func decoder(of layer: Layer, _ head: Span<UInt8>) -> (any Decoder)? {
    if let known = layer.decoder { return known }
    guard head.count > 0, !layer.hasEnded || layer.filter.mayRepeat else { return nil }
    layer.decoder = layer.filter.decoder(for: head)
    return layer.decoder
  }
}
