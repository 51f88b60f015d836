package import BaileyCore
import BaileyLinux

/// What only one controller of a person can have; held until the process ends.
package final class ControllerLock: Sendable {
  private let file: Descriptor

  package init(in places: Places) throws(Fault) {
    do throws(Errno) {
      file = try Descriptor.open(places.controllerLock, [.readWrite, .create, .noFollow])
      try file.lock(.exclusive)
    } catch .tryAgain {
      throw Fault("controller-running", subject: places.runtime, why: "a controller is running already")
    } catch {
      throw Fault("controller-unable", subject: places.controllerLock, why: error.message)
    }
  }
}
