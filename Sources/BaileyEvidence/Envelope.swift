import BaileyCore
package import BaileyMerkle

/// A signed payload (DSSE 1.0): what is signed is the type and the payload, told apart by their lengths.
package struct Envelope: Sendable, Equatable {
  /// Of in-toto statements.
  package static let statementType = "application/vnd.in-toto+json"

  package var payloadType: String
  package var payload: [UInt8]
  package var signatures: [Signature]

  package struct Signature: Sendable, Equatable {
    /// A hint, of no worth by itself: `NAME+HASH` of the log's key.
    package var keyID: String
    package var bytes: [UInt8]
  }

  /// Signed by one key.
  package init<Signer: NoteSigner>(_ payload: [UInt8], type: String, by signer: Signer) throws(Signer.Failure) {
    payloadType = type
    self.payload = payload
    signatures = [
      Signature(keyID: Self.keyID(signer.key), bytes: try signer.sign(Self.message(payload, type: type)))
    ]
  }

  /// What is signed: the pre-authentication encoding of DSSE.
  package static func message(_ payload: [UInt8], type: String) -> [UInt8] {
    Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
  }

  package static func keyID(_ key: KeyIdentity) -> String {
    let digits = String(key.id, radix: 16)
    return key.name + "+" + String(repeating: "0", count: 8 - digits.count) + digits
  }

  package var encoded: [UInt8] {
    let signatures = signatures.map { signature -> JSON in
      ["keyid": .string(signature.keyID), "sig": .string(BaileyCore.Base64.encode(signature.bytes))]
    }
    let json: JSON = [
      "payload": .string(BaileyCore.Base64.encode(payload)), "payloadType": .string(payloadType),
      "signatures": .array(signatures),
    ]
    return json.canonical
  }

  /// `nil` unless the bytes are what `encoded` would give: canonical JSON with these members and no others.
  package init?(parsing bytes: [UInt8]) {
    guard bytes.count <= EvidenceFile.statement.limit, let json = try? JSON.parse(bytes),
      let payload = json["payload"]?.string.flatMap(BaileyCore.Base64.decode),
      let type = json["payloadType"]?.string, let list = json["signatures"]?.array, (1...16).contains(list.count)
    else { return nil }
    self.payload = payload
    payloadType = type
    signatures = []
    for entry in list {
      guard let keyID = entry["keyid"]?.string, let bytes = entry["sig"]?.string.flatMap(BaileyCore.Base64.decode)
      else { return nil }
      signatures.append(Signature(keyID: keyID, bytes: bytes))
    }
    guard encoded == bytes else { return nil }
  }

  /// Whether all its signatures are this key's, and hold.
  package func isSigned(by verifier: any NoteVerifier) -> Bool {
    let message = Self.message(payload, type: payloadType)
    return signatures.count == 1
      && signatures.allSatisfy {
        $0.keyID.utf8.elementsEqual(Self.keyID(verifier.key).utf8)
          && verifier.isValid(signature: $0.bytes, of: message)
      }
  }
}
