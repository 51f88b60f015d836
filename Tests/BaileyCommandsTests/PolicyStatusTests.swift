import BaileyCore
import Testing

@testable import BaileyCommands

@Suite("The policies in force, as a person sees them")
struct PolicyStatusTests {
  @Test("Each layer says what it has and what is wrong, and nothing of it obeys a file's name")
  func text() {
    var layer = PolicyLayerStatus(name: "user", isLoaded: true)
    (layer.sha256, layer.modules, layer.bundles) = ("aa", ["u\u{1B}.rego"], ["b": "7", "a": ""])
    layer.judges = ["far"]
    layer.fault = Fault("a-b", why: "w")
    #expect(
      PolicyLayers.text(layer, .none) == """
        user: sha256 aa
          module u\\u{1b}.rego
          bundle a
          bundle b revision 7
          remote judge far
          not in force: w [a-b]

        """)
    #expect(PolicyLayers.text(PolicyLayerStatus(name: "user", isLoaded: true), .none) == "user: no policies\n")
    let broken = PolicyLayerStatus(name: "user", isLoaded: false)
    #expect(PolicyLayers.text(broken, .none) == "user: not loaded: everything is denied\n")
  }

  @Test("Help is an answer, and an unknown option is a usage error", arguments: PolicyOrder.allCases)
  func usage(order: PolicyOrder) throws {
    #expect(try order.execute(["--help"]) == 0)
    #expect(try order.execute(["--nope"]) == 2)
  }
}
