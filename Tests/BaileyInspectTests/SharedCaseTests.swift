import BaileyCore
import BaileyTestSupport
import Testing

@testable import BaileyInspect

private let sharedCases =
  #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/shared/vectors/secrets/"

private let hasSharedCases = (try? contents(sharedCases + "noseyparker.json")) != nil

/// Lines with and without secrets that others collected; they lie beside the project, and are not part of it.
@Suite("Shared cases", .enabled(if: hasSharedCases, "they are not there"))
struct SharedCaseTests {
  private struct Case {
    let text: String
    let hasSecret: Bool
  }

  private func cases(_ name: String) throws -> [Case] {
    let values = try #require(try JSON.parse(try contents(sharedCases + name)).array)
    return values.compactMap { value in
      guard let text = value["text"]?.string, let label = value["label"]?.int else { return nil }
      return Case(text: text, hasSecret: label == 1)
    }
  }

  /// What is found today. The aim is 0.97 on both, and no counter-example above a hint.
  @Test(
    "Of the lines with secrets most are found",
    arguments: [("noseyparker.json", 0.97, 35), ("kingfisher1112.json", 0.97, 0)])
  func recall(name: String, least: Double, most: Int) throws {
    let cases = try cases(name)
    let positives = cases.filter(\.hasSecret)
    let found = try positives.count { try !Shared.find($0.text).isEmpty }
    #expect(Double(found) >= least * Double(positives.count), "\(found) of \(positives.count)")
    let flagged = try cases.count { try !$0.hasSecret && Shared.find($0.text).contains { $0.tier > .hint } }
    #expect(flagged <= most, "\(flagged) counter-examples")
  }

  /// Of the marked data that rules can know: no names of persons or places.
  @Test("Of personal data that was marked most is found")
  func personal() throws {
    let kinds = ["CREDIT_CARD", "PHONE_NUMBER", "EMAIL_ADDRESS", "IBAN_CODE", "US_SSN", "IP_ADDRESS"]
    let values = try #require(try JSON.parse(try contents(sharedCases + "pii_sample.json")).array)
    var (marked, found) = (0, 0)
    for value in values {
      let text = try #require(value["full_text"]?.string)
      let spans = try Shared.find(text).map(\.span)
      for mark in value["spans"]?.array ?? [] where kinds.contains(mark["entity_type"]?.string ?? "") {
        let start = text.unicodeScalars.prefix(Int(mark["start_position"]?.int ?? 0)).reduce(0) {
          $0 + String($1).utf8.count
        }
        marked += 1
        if spans.contains(where: { $0.overlaps(start..<(start + (mark["entity_value"]?.string ?? " ").utf8.count)) }) {
          found += 1
        }
      }
    }
    #expect(marked == 109 && found >= 103, "\(found) of \(marked)")
  }
}
