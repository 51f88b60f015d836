import BaileyCore

/// Files of `/etc` that are made, not shown: the host's would tell of its users and network.
struct SyntheticFiles {
  static let hostName = "bailey"

  var userName: String
  var user: UInt32
  var group: UInt32
  var home: String
  var session: String
  /// The person's identity, and what serves the session's secrets.
  var gitSettings: String

  /// Path and content, in the order of creation.
  var all: [(String, String)] {
    [
      ("/etc/passwd", passwd), ("/etc/group", groups),
      ("/etc/hosts", "127.0.0.1 localhost \(Self.hostName)\n::1 localhost ip6-localhost ip6-loopback\n"),
      ("/etc/hostname", Self.hostName + "\n"),
      ("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:10 attempts:2\n"),
      (
        "/etc/nsswitch.conf",
        "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\nnetworks: files\n"
      ),
      ("/etc/machine-id", machineID + "\n"),
      ("/etc/gitconfig", gitConfiguration),
    ]
  }

  private var passwd: String {
    """
    root:x:0:0:root:/root:/usr/sbin/nologin
    \(userName):x:\(user):\(group):\(userName):\(home):/bin/bash
    nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin

    """
  }

  private var groups: String { "root:x:0:\ntty:x:5:\n\(userName):x:\(group):\nnogroup:x:65534:\n" }

  /// Stable for a session, meaningless outside.
  private var machineID: String {
    String((hexadecimal(session.utf8) + String(repeating: "0", count: 32)).prefix(32))
  }

  /// The settings, and trust in directories whose owner is another id by the mapping.
  private var gitConfiguration: String { gitSettings + "\n[safe]\n\tdirectory = *\n" }
}
