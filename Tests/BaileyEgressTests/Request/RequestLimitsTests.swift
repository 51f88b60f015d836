import BaileyCore
import NIOCore
import Testing

@testable import BaileyEgress

@Suite("Numbers of rules, and methods in forms")
struct RequestLimitsTests {
  @Test(
    "A form that may say another method is refused where rules limit methods",
    arguments: [
      ("application/x-www-form-urlencoded", "a=b&_method=DELETE", true),
      ("application/x-www-form-urlencoded", "+%5fMethod%5B%5D=DELETE", true),
      ("application/x-www-form-urlencoded", "payment_method=card&method=x&a=_method", false),
      (
        "multipart/form-data; boundary=x",
        "--x\r\ncontent-disposition: form-data; name=\"_method\"\r\n\r\nPUT\r\n--x--", true
      ),
      (
        "multipart/form-data; boundary=x",
        "--x\r\nContent-Disposition: form-data;\r\n name=_method\r\n\r\nPUT\r\n--x--", true
      ),
      (
        "multipart/form-data; boundary=x",
        "--x\r\nContent-Disposition: form-data; name=\"payment_method\"\r\n\r\n<input name=\"_method\">\r\n--x--", false
      ), ("text/plain", "_method=DELETE", false),
    ])
  func formMethod(type: String, body: String, isRefused: Bool) throws {
    var limited = rule("good.example", 443)
    limited.request.methods = ["POST"]
    var denial = rule("good.example", 443)
    (denial.access, denial.request.methods) = (.deny, ["DELETE"])
    let (open, facts) = (rule("good.example", 443), RequestFacts(method: "POST", path: "/"))
    let host = NamedHost.name(try HostName("good.example"))
    #expect(!EgressRules([open, limited]).limits(host, 443, facts).watchesMethod)
    for rules in [[limited], [open, denial]] {
      let core = SessionCore(
        number: 1, subject: TestGate.subject(), rules: [], uploadBudget: nil, mediator: TestMediator(),
        resolver: TestResolver([:]), interception: try testInterception(), options: GateOptions())
      var refusal: Refusal?
      do throws(Refusal) {
        var passage = Passage(EgressRules(rules).limits(host, 443, facts).request(core))
        _ = try passage.take(.request(Credentials.head("POST", "/", [("content-type", type)], framing: .chunked)))
        for byte in body.utf8 { _ = try passage.take(.data(ByteBuffer(bytes: [byte]))) }
        _ = try passage.take(.data(ByteBuffer(string: "\r\n")))
      } catch { refusal = error }
      #expect(refusal?.code == (isRefused ? "override-not-allowed" : nil))
    }
  }

  @Test("The numbers of a ceiling hold for all rules below it together, those of two ceilings both")
  func ceilings() throws {
    var (own, limit, other) = (rule("good.example", 443), rule("good.example", 443), rule("good.example", 443))
    (limit.request.maxBody, limit.request.uploadBudget) = (8, 15)
    (other.request.maxResponse, other.request.uploadBudget) = (7, 100)
    (own.request.maxBody, own.request.uploadBudget) = (20, 15)
    own.request.methods = ["POST"]
    var second = own
    second.request.methods = ["PUT"]
    let core = SessionCore(
      number: 1, subject: TestGate.subject(), rules: [own, second], ceilings: [[limit], [other]], uploadBudget: nil,
      mediator: TestMediator(), resolver: TestResolver([:]), interception: try testInterception(),
      options: GateOptions())
    let limits = { (method: String) throws in
      let head = Credentials.head(method)
      let target = try HTTPTarget(head, .secure(try NamedHost("good.example"), port: 443))
      return core.limits(target, RequestFacts(method: method, path: "/"))
    }
    let post = try limits("POST")
    #expect(post.maxBody == 8 && post.maxResponse == 7 && post.budgets.count == 3)
    #expect(core.spend(10, of: post.budgets) && !core.spend(10, of: post.budgets))
    // Another rule has a budget of its own, and shares that of the ceiling.
    let put = try limits("PUT").budgets
    #expect(!core.spend(10, of: put) && core.spend(5, of: put) && !core.spend(1, of: post.budgets))
  }
}
