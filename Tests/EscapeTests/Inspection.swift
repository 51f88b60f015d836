import BaileyTestSupport
import Testing

/// A secret that an agent has, wherever it puts it.
@Suite("Secrets in what an agent does", .serialized)
struct Inspection {
  let walls: Walls

  /// Made up, and put together here, so that no scanner takes this file for one that holds them.
  private static let key = "AKIA" + "Q3EGRXK7M2LPZ5TJ"
  private static let secret = "q8Rk2Lx7vTn4Wd9YbHs3" + "Zf6Uc1Mj5Pg0Ae+XoIvB"
  private static let token = "ghp_" + "w7Qz3Lk9Xv2Rt5Yb8Nd1Hs4Jf6Mc0P1v58wq"

  init() throws { walls = try Walls() }

  /// Files of Bailey's own that hold these bytes; what the agent wrote into its view is the agent's.
  private func files(with text: String) throws -> String {
    let places = "\(walls.scratch.path)/state \(walls.scratch.path)/run"
    return try walls.outside("grep -rlF -e '\(text)' \(places) 2>/dev/null | grep -v -e /upper/ -e /homes/; true")
      .output
  }

  @Test(
    "A pair of keys, a private key and a packed secret are shown with file and line, and go into the project only after a yes"
  )
  func apply() throws {
    let made = try walls.run(
      """
      printf 'a\\n[default]\\naws_access_key_id = %s\\naws_secret_access_key = %s\\n' \(Self.key) '\(Self.secret)' > config
      openssl genrsa 2048 > id.pem 2>/dev/null
      gzip < config | base64 > packed
      echo harmless > plain
      """)
    #expect(made.status == 0, "\(made)")
    let diff = try walls.bailey(["diff", "--stat"]).output
    for place in ["config:4", "id.pem:1", "packed:1"] { #expect(diff.contains("  \(place)  certain "), "\(diff)") }
    #expect(!diff.contains("  plain:") && !diff.contains(Self.secret), "\(diff)")
    let json = try walls.bailey(["diff", "--json"]).output
    #expect(json.contains(#""findings":[{"#) && json.contains(#""disguises":["base64","gzip"]"#), "\(json)")
    let refused = try walls.bailey(["apply", "--yes"])
    #expect(refused.status == 3 && refused.errors.contains("[approval-needed]"), "\(refused)")
    #expect(refused.errors.contains("bailey apply --approve"), "\(refused)")
    #expect(try walls.outside("ls").output == "README\n")
    #expect(try walls.bailey(["apply", "--yes", "--path", "plain"]).status == 0)
    #expect(try walls.bailey(["apply", "--yes", "--approve"]).status == 0)
    #expect(try walls.outside("ls").output == "README\nconfig\nid.pem\npacked\nplain\n")
    let log = try walls.bailey(["log", "list", "--last", "0", "--json"]).output
    #expect(log.contains(#""secrets":"#) && log.contains("approved-by-person") && log.contains("secret-in-changes"))
    #expect(try files(with: Self.secret) == "")
    let line = try walls.outside("sed -n 9p id.pem").output.dropLast()
    #expect(line.utf8.count == 64)
    #expect(try files(with: String(line)) == "")
    #expect(try walls.bailey(["undo"]).status == 0)
  }

  @Test("Secrets in arguments, also within a shell's, are in no record and no other file of Bailey's")
  func arguments() throws {
    let result = try walls.run(
      """
      /bin/true --header 'Authorization: Bearer \(Self.token)' --password=Tr0ub4dor-3x
      /bin/sh -c "/bin/true -u dev:hunter2qq -H 'X-Api-Key: abcdefgh' https://user:pa55word99@example.com/"
      /bin/true configure set aws_secret_access_key '\(Self.secret)'
      """)
    #expect(result.status == 0, "\(result)")
    #expect(try walls.bailey(["exec", "--", "/bin/true", "--token", "pl4inlooking"]).status != 0)
    let log = try walls.bailey(["log", "list", "--last", "0", "--json"]).output
    #expect(log.contains("[masked]"))
    for secret in [
      Self.token, "Tr0ub4dor-3x", "hunter2qq", "abcdefgh", "pa55word99", Self.secret, "pl4inlooking",
    ] {
      #expect(!log.contains(secret), "\(secret)")
      #expect(try files(with: secret) == "", "\(secret)")
    }
    #expect(try walls.bailey(["log", "verify"]).status == 0)
  }

  @Test(
    "Rules of the person count in a running controller; while they are wrong nothing starts, or the last good ones stay"
  )
  func rules() throws {
    for name in ["config/bailey", "config/bailey/inspection"] { try walls.scratch.directory(name) }
    try walls.scratch.write("rules: 3\n", to: "config/bailey/inspection/acme.yaml")
    let refused = try walls.run("true")
    #expect(refused.status == 125 && refused.errors.contains("acme.yaml:1:"), "\(refused)")
    #expect(try walls.bailey(["doctor"]).output.contains("fail inspection"))
    try walls.scratch.write(
      """
      rules:
        - id: acme-key
          title: Key of Acme
          tier: certain
          prefixes: [acme_]
          pattern: 'acme_[a-z0-9]{16}'
          examples: ['key acme_0123456789abcdef']
      """, to: "config/bailey/inspection/acme.yaml")
    #expect(try walls.run("echo acme_q7w9e2r4t6y8u1i3 > f").status == 0)
    #expect(try walls.bailey(["diff"]).output.contains("f:1  certain acme-key"))
    #expect(try walls.bailey(["doctor"]).output.contains("1 of them of this site"))
    try walls.scratch.write("rules: 3\n", to: "config/bailey/inspection/more.yaml")
    let warned = try walls.run("true")
    #expect(warned.status == 0, "\(warned)")
    #expect(try walls.bailey(["doctor"]).output.contains("warn inspection"))
    #expect(try walls.bailey(["run", "--", "true"]).errors.contains("stay in force"))
  }
}

extension Inspection {
  @Test("A value of a masked .env that the agent knows asks in base 64 and is in no record")
  func knownValue() throws {
    let (value, packed) = ("correct-horse-Battery-9", "Y29ycmVjdC1ob3JzZS1CYXR0ZXJ5LTk=")
    try walls.scratch.write("APP_PASSWORD=\(value)\n", to: "project/.env")
    // Put together inside: the command that a person gives is on record before the file is read.
    let made = try walls.run(
      """
      v=correct-horse; v=$v-Battery-9; p=$(printf %s "$v" | base64)
      /bin/true $v; /bin/true x$p; echo $p > new; echo harmless > plain
      """)
    #expect(made.status == 0, "\(made)")
    let diff = try walls.bailey(["diff", "--stat"]).output
    #expect(diff.contains("  new:1  certain known-value") && diff.contains("APP_PASSWORD"), "\(diff)")
    let refused = try walls.bailey(["apply", "--yes"])
    #expect(refused.status == 3 && refused.errors.contains("[approval-needed]"), "\(refused)")
    #expect(try walls.bailey(["apply", "--yes", "--approve"]).status == 0)
    let log = try walls.bailey(["log", "list", "--last", "0", "--json"]).output
    #expect(log.contains("[masked]") && !log.contains(value) && !log.contains(packed))
    #expect(try files(with: value) == "")
    #expect(try files(with: packed) == "")
  }

  @Test("A secret that was committed and taken out again is found before its commits are taken over")
  func commits() throws {
    let made = try walls.outside(
      "git init -q . && git config user.name p && git config user.email p@x && git add README && git commit -qm first")
    #expect(made.status == 0, "\(made)")
    let result = try walls.run(
      """
      git config user.name a; git config user.email a@x
      printf 'aws_access_key_id = %s\\naws_secret_access_key = %s\\n' \(Self.key) '\(Self.secret)' > config
      git add config && git commit -qm add && git rm -q config && git commit -qm remove
      """)
    #expect(result.status == 0, "\(result)")
    let diff = try walls.bailey(["diff", "--stat"]).output
    #expect(diff.contains("  .git refs/heads/") && diff.contains("certain aws"), "\(diff)")
    let refused = try walls.bailey(["apply", "--yes"])
    #expect(refused.errors.contains("[approval-needed]") && refused.errors.contains(" in .git"), "\(refused)")
    #expect(try walls.outside("git log --oneline | wc -l").output == "1\n")
    #expect(try walls.bailey(["apply", "--yes", "--approve"]).status == 0)
    #expect(try walls.outside("git log --oneline | wc -l").output == "3\n")
  }
}
