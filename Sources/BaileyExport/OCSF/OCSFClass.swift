/// The classes of OCSF 1.8.0 that Bailey's records become.
enum OCSFClass: Int64 {
  case file = 1001
  case process = 1007
  case eventLog = 1008
  case authorizeSession = 3003
  case network = 4001
  case http = 4002
  case dns = 4003
  case api = 6003

  var category: Int64 { rawValue / 1000 }

  var name: String {
    switch self {
    case .file: "File System Activity"
    case .process: "Process Activity"
    case .eventLog: "Event Log Activity"
    case .authorizeSession: "Authorize Session"
    case .network: "Network Activity"
    case .http: "HTTP Activity"
    case .dns: "DNS Activity"
    case .api: "API Activity"
    }
  }
}

/// What a class calls a thing that is done.
struct OCSFActivity: Equatable {
  var number: Int64
  var name: String

  init(_ number: Int64, _ name: String) {
    self.number = number
    self.name = name
  }

  /// One that the class has no number for.
  static func other(_ name: String) -> OCSFActivity { OCSFActivity(99, name) }
}
