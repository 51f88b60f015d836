/// The arguments of a program as the log keeps them: what looks like a secret is masked.
///
/// The log cannot be rewritten, so nothing may enter it that would have to leave again. Recognised by the option's name (`--token X`,
/// `--password=X`) and by the value's own shape; the data-loss inspector will know more.
package func recorded(_ arguments: [String]) -> [String] {
  var result: [String] = []
  var masksNext = false
  for argument in arguments {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let isOption = argument.hasPrefix("-")
    let name = parts[0].drop { $0 == "-" }.replacing("-", with: "_")
    let isSecretName = (isOption || parts.count == 2) && !name.isEmpty && SecretShape.isSecret(name: String(name))
    if masksNext, !isOption {
      result.append(maskedArgument)
    } else if parts.count == 2, isSecretName || SecretShape.isSecret(value: String(parts[1])) != nil {
      result.append(parts[0] + "=" + maskedArgument)
    } else {
      result.append(SecretShape.isSecret(value: argument) == nil ? argument : maskedArgument)
    }
    masksNext = isOption && isSecretName && parts.count == 1
  }
  return result
}

private let maskedArgument = "[masked]"
