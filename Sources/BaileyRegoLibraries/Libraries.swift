package import BaileyRego

/// Builtins that need other libraries: registered where an engine is put together.
///
/// Not yet here: regular expressions, hashes, JSON web tokens, X.509 and YAML.
package enum Libraries {
  /// The core's builtins and these.
  package static let registry: Registry = {
    var registry = Registry()
    registry.zoneSource = { TimeZones.zone($0) }
    return registry
  }()
}
