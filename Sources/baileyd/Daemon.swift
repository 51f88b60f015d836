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
      if CommandLine.arguments.dropFirst().first == "--version" { print(baileyVersion) } else { try await run() }
    } catch {
      say(error.description)
      exit(error.code == "controller-running" ? Places.controllerRunsCode : 1)
    }
  }

  private static func run() async throws(Fault) {
    let (passed, places) = (try SharedDoor.passed(), try Places.current())
    try places.prepare()
    do throws(Errno) { try DaemonProcess.prepare() } catch { throw Fault("controller-unable", why: error.message) }
    let lock = try ControllerLock(in: places)
    let settings = try LogSettings.found(administrator: "/etc/bailey", person: places.configuration)
    let log = try AuditLog(LogLayout(stateDirectory: places.state), key: settings.0.key)
    let wiring = try Wiring(places: places, log: log, settings)
    for sentence in try await wiring.workspaces.recover() { say(sentence) }
    let socket = if let passed { passed } else { SharedDoor(try Door(at: places)) }
    let door = SocketDoor(services: wiring.services { DaemonProcess.stop() })
    let (policyDoor, upkeep) = (wiring.policyDoor, wiring.upkeep(say))
    let policySocket = SharedDoor(try Door(at: places.policySocket, in: places))
    do throws(Errno) {
      if let door = wiring.logDoor { try startThread("log door") { door.serve() } }
      try startThread("door") { door.serve(socket.door) }
      try startThread("policy door") { policyDoor.serve(policySocket.door) }
      try await DaemonProcess.stopSignal()
    } catch {
      throw Fault("controller-unable", why: error.message)
    }
    for task in upkeep { task.cancel() }
    await wiring.controller.stop()
    await wiring.index.close()
    if let fault = await log.close() { say(fault.description) }
    withExtendedLifetime(lock) {}
  }

  static func say(_ text: String) { try? Descriptor.standardError.writeAll("baileyd: " + text + "\n") }
}
