import BaileyCore
import BaileyLinux

enum HTTPOrigin: Sendable, Equatable {
  case proxy
  case transparent(NamedHost?, port: UInt16, isStrict: Bool)
}
enum HTTPFront {
  static func serve(_ session: SessionCore, _ client: Int32, _ origin: HTTPOrigin) { Socket.close(client); session.dismiss() }
}
