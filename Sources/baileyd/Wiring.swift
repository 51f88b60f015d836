import BaileyAudit
import BaileyBroker
import BaileyControl
import BaileyCore
import BaileyDoors
import BaileyEgress
import BaileyExport
import BaileyForward
import BaileyHTTP
import BaileyLinux
import BaileyPolicy
import BaileySandbox
import BaileyStore
import BaileyWire
import BaileyWorkspace

/// Every resource, and who gets it. The list is the design.
struct Wiring: Sendable {
  let controller: Controller
  let workspaces: any WorkspaceKeeper
  private let log: AuditLog
  let index: LogIndex
  private let caller: Caller
  private let groups: ControlGroups
  let forwarder: Forwarder
  let policies: PolicyStore
  let witnessing: Witnessing?
  let logDoor: LogDoor?
  private let wrong: [any HealthProbe]
  private let inspection: InspectionStore
  let recordings: Recordings
  let retention: Retention
  private let provenance: any ProvenanceKeeper

  init(places: Places, log: AuditLog, _ found: (LogSettings, (any HealthProbe)?)) throws(Fault) {
    guard let account = Account.of(user: CurrentProcess.user) else {
      throw Fault("user-unknown", why: "the user database does not know user \(CurrentProcess.user)")
    }
    let (roots, own) = (["/etc/bailey", places.configuration], [places.state, places.runtime, places.configuration])
    (self.log, inspection) = (log, InspectionStore.started(configuration: places.configuration))
    let ((settings, misread), inspection, mask) = (found, inspection, SecretMask(inspection))
    witnessing = try Witnessing(
      log, policies: roots.map { $0 + "/witness-policy" }, caller: HTTPClient(), settings: settings.witness)
    let (door, unserved) = LogDoor.opened(settings.listener, log, places)
    (logDoor, wrong) = (door, [misread, unserved].compactMap(\.self))
    index = LogIndex(stateDirectory: places.state, log: log, digest: { ContentDigest.hex($0) }, say: Daemon.say)
    caller = Caller(
      user: account.user, group: CurrentProcess.group, agentUser: account.user, agentGroup: CurrentProcess.group,
      name: account.name, home: CurrentProcess.variable("HOME") ?? account.home)
    workspaces = Workspaces(stateDirectory: places.state, inspector: inspection) { ContentDigest() }
    groups = ControlGroups.claim()
    let (exporting, client) = (ExportFile.all(configuration: places.configuration, DiskFiles()), HTTPClient())
    let exports = LogExports(log, log.origin, version: baileyVersion, stateDirectory: places.state, mask: mask)
    forwarder = Forwarder(exporting, exports: exports, caller: client, sender: client)
    policies = PolicyStore(
      storage: DiskFiles(), roots: PolicyStore.roots(configuration: places.configuration), caller: HTTPClient(),
      fetched: places.state + "/bundles", monotonic: { Clock.monotonic })
    recordings = Recordings(stateDirectory: places.state) { ContentDigest() }
    provenance = Payloads(stateDirectory: places.state) { ContentDigest() }
    let resources = Resources(
      launcher: Launcher(groups: groups) { ContentDigest() }, workspaces: workspaces,
      egress: try NetworkGate(inspector: inspection, settings: EgressFile.reader(places.configuration)), recorder: log,
      manifests: ManifestResolver(
        storage: DiskFiles(),
        places: .init(configuration: places.configuration, state: places.state, runtime: places.runtime),
        policies: policies, sha256: { ContentDigest.hex($0) }),
      locator: ProjectFinder(ownDirectories: own), archive: Sessions(stateDirectory: places.state),
      homes: Homes(stateDirectory: places.state) { ContentDigest.hex(Array($0.utf8)) },
      now: { Clock.realTime }, deciding: { try? WorkThread("decide") }, recordings: recordings, provenance: provenance,
      diffs: Diffs(stateDirectory: places.state, finder: inspection) { ContentDigest() }, masking: mask,
      secrets: Broker(stateDirectory: places.state, caller: client),
      readRules: { () throws(Fault) in try inspection.reload() })
    let controller = Controller(
      resources: resources, floor: Floor(home: caller.home, ownDirectories: own), home: caller.home)
    self.controller = controller
    retention = Retention(
      log: log, recorder: controller.resources.recorder, store: PayloadFiles(stateDirectory: places.state),
      policy: { () throws(Fault) in try await RetentionFile.load(configuration: places.configuration) },
      running: { Set(await controller.running.map(\.id)) }, user: account.name, now: { Clock.realTime })
  }

  private var answers: PolicyAnswerer { PolicyAnswerer(policies, monotonic: { Clock.monotonic }) }
  var policyDoor: PolicyDoor { PolicyDoor(answers: answers, version: baileyVersion) }

  /// What goes on beside the doors, until it is cancelled.
  func upkeep(_ say: @escaping @Sendable (String) -> Void) -> [Task<Void, Never>] {
    [
      Task { await retention.run(after: recordings, say: say) }, Task { await policies.keepFetching(say) },
      Task { await forwarder.run() }, Task { await controller.keepPace(with: log) },
      Task { _ = await witnessing?.run() }, Task { await index.keepFeeding() },
    ]
  }

  func services(shutdown: @escaping @Sendable () -> Void) -> DoorServices {
    DoorServices(
      controller: controller, log: log, index: index, exports: forwarder.exports, policies: answers,
      recordings: recordings, retention: retention, provenance: provenance,
      health: [HostHealth(caller: caller, environment: CurrentProcess.environment, groups: groups), log, index]
        + [forwarder, retention, inspection] + wrong,
      version: baileyVersion, shutdown: shutdown)
  }
}
