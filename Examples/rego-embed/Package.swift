// swift-tools-version: 6.2
import PackageDescription

// A package of its own, as a user of the library has it: it sees only what is public.
let package = Package(
  name: "rego-embed",
  dependencies: [.package(name: "bailey", path: "../..")],
  targets: [
    .executableTarget(name: "rego-embed", dependencies: [.product(name: "BaileyRego", package: "bailey")])
  ]
)
