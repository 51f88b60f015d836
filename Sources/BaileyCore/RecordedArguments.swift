/// The arguments of a program as the log keeps them: what looks like a secret is masked.
///
/// The log cannot be rewritten, so nothing may enter it that would have to leave again. Recognised by the option's name (`--token X`,
/// `--password=X`) and by the value's own shape; the data-loss inspector will know more.
package func recorded(_ arguments: [String]) -> [String] {
  var result: [String] = []
  result.reserveCapacity(arguments.count)
  var masksNext = false
  for argument in arguments {
    let isOption = argument.hasPrefix("-")
    let equals = argument.utf8.firstIndex(of: UInt8(ascii: "="))
    let name = argument[..<(equals ?? argument.endIndex)]
    let isSecretName = (isOption || equals != nil) && SecretShape.isSecret(name: optionName(name))
    if masksNext, !isOption {
      result.append(maskedArgument)
    } else if let equals, isSecretName || SecretShape.isSecret(value: String(argument[equals...].dropFirst())) != nil {
      result.append(name + "=" + maskedArgument)
    } else {
      result.append(SecretShape.isSecret(value: argument) == nil ? argument : maskedArgument)
    }
    masksNext = isOption && isSecretName && equals == nil
  }
  return result
}

/// `--client-secret` as the variable would be spelled.
private func optionName(_ argument: Substring) -> String {
  let bytes = argument.utf8.drop { $0 == UInt8(ascii: "-") }
  return String(decoding: bytes.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
}

private let maskedArgument = "[masked]"
