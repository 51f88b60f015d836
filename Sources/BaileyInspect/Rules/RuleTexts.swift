/// The files of `Policies/inspection`, byte for byte. A test compares, `Policies/embed` writes them anew.
enum RuleTexts {
  static let all: [(name: String, text: String)] = [
    ("clouds-2.yaml", clouds2),
    ("clouds.yaml", clouds),
    ("code-2.yaml", code2),
    ("code.yaml", code),
    ("credentials.yaml", credentials),
    ("hosts.yaml", hosts),
    ("models.yaml", models),
    ("national.yaml", national),
    ("pairs.yaml", pairs),
    ("payments.yaml", payments),
    ("personal.yaml", personal),
    ("services-2.yaml", services2),
    ("services-3.yaml", services3),
    ("services-4.yaml", services4),
    ("services.yaml", services),
    ("unnamed.yaml", unnamed),
  ]
}
