package import BaileyRego

/// Builtins that need other libraries: registered where an engine is put together.
///
/// Not yet here: regular expressions, hashes, JSON web tokens, X.509, YAML and time zones.
package enum Libraries {
  /// The core's builtins and these.
  package static let registry = Registry()
}
