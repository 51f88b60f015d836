package import BaileyRego

/// Builtins that need other libraries: registered where an engine is put together.
package enum Libraries {
  /// The core's builtins and these.
  package static let registry: Registry = {
    var registry = Registry()
    registry.zoneSource = { TimeZones.zone($0) }
    registry.yaml = { (text, heap) throws(AnnotationReader.Problem) in
      do throws(BuiltinFailure) { return try YAMLReader.read(text, into: heap) } catch {
        throw AnnotationReader.Problem(error.message)
      }
    }
    for builtin in patterns + hashes + tokens + certificates + documents + schemas + templates {
      registry.register(builtin)
    }
    return registry
  }()
}
