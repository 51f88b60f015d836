import ArgumentParser
import BaileyCore
import BaileyWire

struct SecretUnlock: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock", abstract: "Open the store, until the machine stops or it is locked.",
    discussion: """
      EXAMPLES
        bailey secrets unlock
        bailey secrets unlock < passphrase.txt

      The key lies in the kernel's keyring from then on. A store with a key file or in the Secret Service opens by itself.
      """)

  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    try SecretKeys(console).unlocked(readsInput: true)
    console.confirm(["unlocked": true], "unlocked")
    return 0
  }
}

struct SecretLockCommand: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock", abstract: "Forget the store's key; no session can use a secret until it is unlocked.",
    discussion: """
      EXAMPLES
        bailey secrets lock
      """)

  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    try Client.order(.secretOrder(.lock))
    console.confirm(["unlocked": false], "locked")
    return 0
  }
}
