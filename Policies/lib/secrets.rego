# METADATA
# title: Secrets
# description: Names and forms of secrets. A secret in an argument reaches a policy masked, as `[masked]`, as it does the log.
package lib.secrets

import data.lib.paths

# METADATA
# description: Whether a variable has a name that secrets have.
variable(name) if regex.match(`(?i)(^|_)(token|secret|passwd|password|passphrase|pat|apikey|credential|credentials|auth)(_|$)`, name)

variable(name) if regex.match(`(?i)(api|access|private|secret|signing|encryption|ssh)_?key`, name)

variable(name) if regex.match(`(?i)^(aws_|azure_client_|gcp_|google_application_)`, name)

# METADATA
# description: Whether a path is one of a file that holds secrets.
file(path) if paths.sensitive(path)

# METADATA
# description: Whether a text holds something of the form of a well-known token or key.
in_text(text) if {
	some pattern in patterns
	regex.match(pattern, text)
}

# METADATA
# description: Forms of tokens and keys, by whose they are.
patterns := {
	"aws": `\b(AKIA|ASIA)[0-9A-Z]{16}\b`, "github": `\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})`,
	"gitlab": `\bglpat-[A-Za-z0-9_-]{20,}`, "slack": `\bxox[abeoprs]-[A-Za-z0-9-]{10,}`, "google": `\bAIza[0-9A-Za-z_-]{35}`,
	"model": `\bsk-[A-Za-z0-9_-]{20,}`, "stripe": `\b[rs]k_live_[0-9A-Za-z]{20,}`, "npm": `\bnpm_[A-Za-z0-9]{36}`,
	"pem": `-----BEGIN [A-Z ]*PRIVATE KEY-----`, "jwt": `\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`,
	"address": `\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s:@]+@`,
}

# METADATA
# description: Whether an argument holds a secret, or held one before it was masked.
in_arguments(argv) if {
	some word in argv
	contains(word, "[masked]")
}

in_arguments(argv) if {
	some word in argv
	in_text(word)
}

# METADATA
# description: Whether a command reads a file that holds secrets.
names_file(argv) if {
	some i, word in argv
	i > 0
	file(word)
}
