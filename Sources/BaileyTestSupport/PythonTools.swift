/// Programs of `scripts/python-tools.txt`, where `scripts/install-tools all` has put them, or in `$BAILEY_PYTHON`.
package enum PythonTools {
  private static let folder: String = {
    if let named = Tool.inherited["BAILEY_PYTHON"] { return named }
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/.build/python"
  }()

  package static var python: String { folder + "/bin/python" }

  /// Whether they are there; where tests must not be skipped they count as such, and what needs them fails.
  package static var arePresent: Bool {
    mustIsolate || (try? Tool(python).run(["-c", "import grpc, h2, ocsf_json_schema, jsonschema, rotel"]).status) == 0
  }

  /// Where a package of them lies.
  package static func folder(of package: String) throws -> String {
    let program = "import \(package), os; print(os.path.dirname(\(package).__file__), end='')"
    return try Tool(python).run(["-c", program]).output
  }
}
