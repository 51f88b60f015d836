import BaileyLinux

/// Where the built programs lie: beside the test bundle, or in `$BAILEY_PRODUCTS`.
package enum Products {
  package static func path(_ name: String) -> String { folder + "/" + name }

  static let folder = CurrentProcess.variable("BAILEY_PRODUCTS") ?? (try? CurrentProcess.programDirectory) ?? "."
}
