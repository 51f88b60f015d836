import BaileyCore

/// The session's authority in the view: files of its own, laid over those in which the distribution keeps all authorities, and the
/// variables of programs that look elsewhere. The host's own stores stay as they are.
struct TrustView: Sendable {
  static let folder = "/etc/ssl/bailey"
  static let authority = folder + "/session.crt"
  static let bundle = folder + "/ca-certificates.crt"
  static let keyStore = folder + "/cacerts"

  /// Where distributions keep all authorities in one file.
  private static let bundles = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/tls/cert.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
  ]
  private static let keyStores = [
    "/etc/ssl/certs/java/cacerts", "/etc/pki/ca-trust/extracted/java/cacerts", "/etc/pki/java/cacerts",
  ]
  static let probes = bundles + keyStores

  let trust: SandboxTrust
  private let places: (bundles: [String], keyStores: [String])
  private let hasOtherJava: Bool

  init(_ trust: SandboxTrust, _ facts: HostFacts) {
    self.trust = trust
    // A link leads to another of these places, which is covered itself.
    let isFile = { (path: String) in
      facts.existing.contains(path) && !facts.directories.contains(path)
        && facts.rootLinks[String(path.dropFirst())] == nil
    }
    places = (Self.bundles.filter(isFile), Self.keyStores.filter(isFile))
    hasOtherJava = (facts.toolchains + facts.pathDirectories).contains { path in
      [".sdkman", ".jenv", ".asdf", "jdk", "java"].contains { path.contains($0) } && !path.hasPrefix("/usr/")
    }
  }

  func write(_ builder: inout ViewBuilder) {
    for (path, content) in [
      (Self.authority, trust.authority), (Self.bundle, trust.bundle), (Self.keyStore, trust.keyStore),
    ] {
      builder.file(path, content)
      builder.protect(path)
    }
    for place in places.bundles { builder.cover(place, with: Self.bundle) }
    for place in places.keyStores { builder.cover(place, with: Self.keyStore) }
  }

  /// Programs that bring their own authorities, or look at none of the places. docs/trust.md says which.
  var variables: [String: String] {
    var variables: [String: String] = [:]
    for name in Self.bundleVariables { variables[name] = Self.bundle }
    for name in ["NODE_EXTRA_CA_CERTS", "DENO_CERT"] { variables[name] = Self.authority }
    variables["DENO_TLS_CA_STORE"] = "system,mozilla"
    variables["NODE_USE_ENV_PROXY"] = "1"
    if places.keyStores.isEmpty || hasOtherJava { variables["JAVA_TOOL_OPTIONS"] = Self.javaOptions }
    return variables
  }

  private static let bundleVariables = [
    "SSL_CERT_FILE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CARGO_HTTP_CAINFO",
    "AWS_CA_BUNDLE", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "NIX_SSL_CERT_FILE", "BUNDLE_SSL_CA_CERT",
    "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", "HTTPLIB2_CA_CERTS",
  ]

  /// Each start of a Java tells of this variable, so it is set only where a Java may not look at the distribution's store.
  private static let javaOptions =
    "-Djavax.net.ssl.trustStore=\(keyStore) -Djavax.net.ssl.trustStoreType=jks -Djavax.net.ssl.trustStorePassword=changeit"
}
