/// The version of Bailey, as Semantic Versioning.
package enum Version {
  package static let text = "0.1.0"
}
