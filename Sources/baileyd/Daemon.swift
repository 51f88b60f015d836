import BaileyAudit
import BaileyControl
import BaileyCore
import BaileyDoors
import BaileyEgress
import BaileyForward
import BaileyLinux
import BaileyPolicy
import BaileySandbox
import BaileyStore
import BaileyWire
import BaileyWorkspace
import Glibc

/// The controller of one person: opens the log, fills in the resources, serves the socket until it is told to stop.
@main
struct Daemon {
  static func main() async {
    do throws(Fault) {
      if CommandLine.arguments.dropFirst().first == "--version" { return print(baileyVersion) }
      try await run()
    } catch {
      say(error.description)
      exit(error.code == "controller-running" ? Places.controllerRunsCode : 1)
    }
  }

  private static func run() async throws(Fault) {
    let places = try Places.current()
    let lock = try begin(places)
    let log = try AuditLog(LogLayout(stateDirectory: places.state))
    let wiring = try Wiring(places: places, log: log)
    for sentence in try await wiring.workspaces.recover() { say(sentence) }
    let socket = SharedDoor(try listen(places))
    let door = SocketDoor(services: wiring.services { DaemonProcess.stop() })
    let policySocket = SharedDoor(try Door(at: places.policySocket, in: places))
    let policyDoor = wiring.policyDoor
    Task {
      do throws(Fault) { try await wiring.recordings.closeLeft(log) { Clock.realTime } } catch {
        say(error.description)
      }
    }
    let fetching = Task { await wiring.policies.keepFetching(say) }
    let forwarding = Task { await wiring.forwarder.run() }
    let pacing = Task { await wiring.controller.keepPace(with: log) }
    let witnessing = Task { _ = await wiring.witnessing?.run() }
    do throws(Errno) {
      if let door = wiring.logDoor { try startThread("log door") { door.serve() } }
      try startThread("door") { door.serve(socket.door) }
      try startThread("policy door") { policyDoor.serve(policySocket.door) }
      try await DaemonProcess.stopSignal()
    } catch {
      throw Fault("controller-unable", why: error.message)
    }
    for task in [fetching, forwarding, witnessing, pacing] { task.cancel() }
    await wiring.controller.stop()
    await log.close()
    withExtendedLifetime(lock) {}
  }

  /// Sets the process up and takes the lock that only one controller of a person can have.
  private static func begin(_ places: Places) throws(Fault) -> ControllerLock {
    try places.prepare()
    do throws(Errno) {
      try DaemonProcess.prepare()
      let file = try Descriptor.open(places.controllerLock, [.readWrite, .create, .noFollow])
      try file.lock(.exclusive)
      return ControllerLock(file)
    } catch .tryAgain {
      throw Fault("controller-running", subject: places.runtime, why: "a controller is running already")
    } catch {
      throw Fault("controller-unable", subject: places.controllerLock, why: error.message)
    }
  }

  private static func listen(_ places: Places) throws(Fault) -> Door {
    let inherited: Int32?
    do throws(Errno) { inherited = try DaemonProcess.inheritedSocket()?.take() } catch {
      throw Fault("socket-unusable", why: "systemd must pass exactly one listening Unix socket")
    }
    guard let inherited else { return try Door(at: places) }
    return Door(owning: Descriptor(owning: inherited))
  }

  static func say(_ text: String) { try? Descriptor.standardError.writeAll("baileyd: " + text + "\n") }
}
