internal import BaileyCore
internal import BaileyLinux
internal import BaileyPolicy

/// What `bailey` says of a decision that is to be explained by all layers: one JSON object on standard input.
///
/// The controller's answer about the session, the log's about what was in force, and where policies lie.
struct DecisionSetting {
  let action: Action
  /// What the log says was decided; nil for an action that is only asked about.
  let recorded: JSON?
  /// By layer, as the log has them; nil where it does not say.
  let policies: JSON?
  let isLive: Bool
  let session: String
  let manifest: JSON
  /// What the session began with.
  let manifestDigest: String
  /// Of the floor, the ceilings, the manifest, the order.
  let basis: [Reason]
  /// By layer what the controller has in force.
  private let status: [JSON]
  private let places: (configuration: String, state: String, project: String)

  init(_ text: [UInt8]) throws(ToolFailure) {
    guard let json = try? JSON.parse(text), let basis = json["basis"], var action = json["action"].flatMap(Action.init),
      let configuration = json["configuration"]?.string, let state = json["state"]?.string,
      let project = basis["project"]?.string, let manifest = basis["manifest"]
    else {
      throw ToolFailure(
        Fault("policy-data-malformed", subject: "-", why: "this is no decision", hint: "ask `bailey policy why NUMBER`")
      )
    }
    action.context = Self.timed(action.context)
    self.action = action
    recorded = json["decision"]
    policies = json["policies"]
    (isLive, session) = (basis["live"] == true, basis["session"]?.string ?? "")
    (self.manifest, manifestDigest) = (manifest, basis["manifest_sha256"]?.string ?? "")
    self.basis = (basis["reasons"]?.array ?? []).compactMap(Reason.init)
    status = json["status"]?.array ?? []
    places = (configuration, state, project)
  }

  /// What was recorded says when it was and what its chance was; anything else is decided now.
  private static func timed(_ context: JSON) -> JSON {
    var members = context.object ?? [:]
    if members["now_ns"]?.int == nil { members["now_ns"] = .int(Clock.realTime) }
    if members["seed"]?.int == nil { members["seed"] = 0 }
    return .object(members)
  }

  func layers() -> [LayerOnDisk] {
    LayersOnDisk(
      configuration: places.configuration, state: places.state, project: places.project, manifest: manifest,
      monotonic: { Clock.monotonic }
    ).read()
  }

  /// What the controller has of a layer; it knows nothing of a project's.
  func inForce(_ layer: LayerOnDisk) -> (isLoaded: Bool, sha256: String)? {
    guard let found = status.first(where: { $0["name"]?.string == layer.name }) else { return nil }
    return (found["loaded"] == true, found["sha256"]?.string ?? "")
  }
}
