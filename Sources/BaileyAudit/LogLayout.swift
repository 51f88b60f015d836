/// Where the log's files lie.
package struct LogLayout: Sendable, Equatable {
  /// Checkpoint, tiles (C2SP tlog-tiles) and the write-ahead segments.
  package var directory: String
  /// The last signed head, kept apart so that a log that was put back as a whole shows.
  package var headFile: String
  /// The private key, mode 0600.
  package var keyFile: String
  /// The public key, for verifiers. A verifier who distrusts this machine has his own copy.
  package var verifierKeyFile: String

  package init(directory: String, headFile: String, keyFile: String, verifierKeyFile: String) {
    self.directory = directory
    self.headFile = headFile
    self.keyFile = keyFile
    self.verifierKeyFile = verifierKeyFile
  }

  /// The places below Bailey's state directory: `log/`, `heads/log`, `keys/log.key`, `keys/log.pub`.
  package init(stateDirectory: String) {
    self.init(
      directory: stateDirectory + "/log", headFile: stateDirectory + "/heads/log",
      keyFile: stateDirectory + "/keys/log.key", verifierKeyFile: stateDirectory + "/keys/log.pub")
  }

  var segments: String { directory + "/wal" }
  var checkpoint: String { directory + "/checkpoint" }
  var lock: String { directory + "/lock" }
  var headLock: String { headFile + ".lock" }
  /// The newest head that enough witnesses cosigned.
  var anchorFile: String { headFile + ".anchored" }
  /// What the next log is to say first of the one that was moved aside.
  var recoveryFile: String { headFile + ".recovered" }
  /// What witnesses hold against this log.
  var evidenceDirectory: String { headFile + ".evidence" }
}
