/// Checks what a pattern cannot: sums, lists, structure.
enum Validator: String, Sendable, CaseIterable {
  case card, luhn, iban, jwt, pem, bech32, eip55, bip39, address, assigned, password, setting, basic, mixed, nkey
  case crc32Base62 = "crc32-base62"
  case base58check
  case nhs, bsn, pesel, steuerid, nir, dni, hetu, fodselsnummer, rrn, nif, cpf, cnpj, tfn, aadhaar, tckn, rut, cuit,
    cnp, ssn, aba
  case codiceFiscale = "codice-fiscale"
  case belgianNumber = "belgian-number"
  case koreanNumber = "korean-number"
  case chineseNumber = "chinese-number"

  enum Verdict: Equatable {
    /// Nothing can be said, or all is as it should be without proof.
    case plausible
    case proven
    /// As it would be if somebody had made it up.
    case doubtful
    case refuted
  }

  func judge(_ value: [UInt8]) -> Verdict {
    switch self {
    case .crc32Base62: return TokenChecksum.judge(value)
    case .jwt: return WebToken.judge(value)
    case .pem: return PrivateKeyText.judge(value)
    case .assigned: return AssignedSecret.judge(value)
    case .mixed: return AssignedSecret.isMixed(value) ? .plausible : .refuted
    case .basic: return BasicCredentials.judge(value)
    case .password: return AssignedSecret.judgePassword(value)
    case .setting: return AssignedSecret.judgeSetting(value)
    case .nkey: return NatsKey.judge(value)
    case .address: return IPAddress.judge(value)
    case .bech32: return proven(Bech32.isValid(value))
    case .base58check: return proven(Base58.isChecked(value))
    case .eip55: return EthereumAddress.judge(value)
    case .bip39: return proven(SeedPhrase.isValid(value))
    case .iban: return proven(AccountNumber.isIBAN(value))
    default: return proven(isNumber(value))
    }
  }

  private func proven(_ holds: Bool) -> Verdict { holds ? .proven : .refuted }

  private func isNumber(_ value: [UInt8]) -> Bool {
    let digits = value.filter { Bytes.isDigit($0) }.map { Int($0) - 0x30 }
    switch self {
    case .card: return CardNumber.isValid(digits)
    case .luhn: return CheckDigits.luhn(digits)
    case .dni: return NationalNumber.isDNI(value)
    case .hetu: return NationalNumber.isHETU(value)
    case .rut: return NationalNumber.isRUT(value)
    case .codiceFiscale: return NationalNumber.isCodiceFiscale(value)
    case .chineseNumber: return NationalNumber.isChinese(value)
    default: return NationalNumber.isValid(self, digits)
    }
  }
}
