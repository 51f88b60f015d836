import BaileyCore
import NIOHPACK

extension RequestHead {
  /// gRPC over HTTP/2; gRPC-Web is plain HTTP.
  var isGRPC: Bool {
    let type = values("content-type").first ?? ""
    return type == "application/grpc" || type.hasPrefix("application/grpc+") || type.hasPrefix("application/grpc;")
  }
}

extension Refusal {
  /// The refusal as a gRPC answer of trailers alone: HTTP status 200, and the status in its own fields.
  ///
  /// Source: gRPC over HTTP2, and its status codes.
  var grpc: HPACKHeaders {
    var headers = HPACKHeaders([(":status", "200"), ("content-type", "application/grpc")])
    for field in grpcTrailers { headers.add(name: field.name, value: field.value) }
    return headers
  }

  /// The same behind a part of an answer.
  var grpcTrailers: HPACKHeaders {
    let message = "\(code): \(printable(reason))" + (hint.map { "; \($0)" } ?? "")
    return HPACKHeaders([("grpc-status", "\(grpcStatus)"), ("grpc-message", Self.percentEncoded(message))])
  }

  private var grpcStatus: Int {
    if code == "connection-lost" { return 14 }  // UNAVAILABLE
    return switch status.prefix(3) {
    case "400": 13  // INTERNAL
    case "408", "504": 4  // DEADLINE_EXCEEDED
    case "502", "503": 14  // UNAVAILABLE
    default: 7  // PERMISSION_DENIED
    }
  }

  private static func percentEncoded(_ text: String) -> String {
    let hex = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in text.utf8 {
      if (0x20...0x7E).contains(byte), byte != UInt8(ascii: "%") {
        out.append(byte)
      } else {
        out += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The head of a refusal as JSON.
  func http2(_ length: Int) -> HPACKHeaders {
    HPACKHeaders([
      (":status", String(status.prefix(3))), ("content-type", "application/json"), ("content-length", "\(length)"),
      ("cache-control", "no-store"), ("via", "2 bailey"),
    ])
  }
}
