import BaileyMerkle
import Crypto
import Testing

@testable import BaileyAudit
@testable import BaileyCore
@testable import BaileyEvidence

@Suite("Signed statements")
struct EnvelopeTests {
  @Test("What is signed is that of the DSSE specification, whose signature holds")
  func vector() throws {
    let message = Envelope.message(Array("hello world".utf8), type: "http://example.com/HelloWorld")
    #expect(String(decoding: message, as: UTF8.self) == "DSSEv1 29 http://example.com/HelloWorld 11 hello world")
    let point: [UInt8] =
      [4] + decimal("46950820868899156662930047687818585632848591499744589407958293238635476079160")
      + decimal("5640078356564379163099075877009565129882514886557779369047442380624545832820")
    let key = try P256.Signing.PublicKey(x963Representation: point)
    let signature = try #require(
      BaileyCore.Base64.decode(
        "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="))
    #expect(key.isValidSignature(try P256.Signing.ECDSASignature(rawRepresentation: signature), for: message))
  }

  /// 32 bytes, big-endian.
  private func decimal(_ text: String) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32)
    for digit in text.utf8 {
      var carry = Int(digit) - 48
      for at in bytes.indices.reversed() {
        carry += Int(bytes[at]) * 10
        bytes[at] = UInt8(carry & 255)
        carry >>= 8
      }
    }
    return bytes
  }

  @Test("An envelope is read in one form only, and is one key's")
  func oneForm() throws {
    let key = try #require(LogKey.generate())
    let envelope = try Envelope([1, 2], type: "t", by: key)
    let verifier = try #require(LogVerifier(key.verifierKey))
    #expect(Envelope(parsing: envelope.encoded) == envelope && envelope.isSigned(by: verifier))
    let text = String(decoding: envelope.encoded, as: UTF8.self)
    for bad in [text + " ", text.replacing("\"t\"", with: "\"t\",\"x\":1"), text.replacing(",", with: ", "), "{}", ""] {
      #expect(Envelope(parsing: Array(bad.utf8)) == nil, "\(bad)")
    }
    var other = envelope
    other.payloadType = "u"
    #expect(!other.isSigned(by: verifier))
    other = envelope
    other.payload = [1]
    #expect(!other.isSigned(by: verifier))
    other = envelope
    other.signatures += envelope.signatures
    #expect(!other.isSigned(by: verifier))
    let stranger = try #require(LogKey.generate().flatMap { LogVerifier($0.verifierKey) })
    #expect(!envelope.isSigned(by: stranger))
  }
}
