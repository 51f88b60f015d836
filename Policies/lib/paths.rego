# METADATA
# title: Paths
# description: >-
#   Paths as text: nothing is looked up on the disk. Only the functions that say so understand `..`; use `odd` to refuse it.
package lib.paths

# METADATA
# description: Whether a path is a directory or lies below it; never of a path that is `odd`.
below(path, directory) if {
	not odd(path)
	path == directory
}

below(path, directory) if {
	not odd(path)
	startswith(path, concat("", [trim_right(directory, "/"), "/"]))
}

# METADATA
# description: Whether a path lies below one of these directories, or is one.
below_any(path, directories) if {
	some directory in directories
	below(path, directory)
}

# METADATA
# description: Not absolute, or with `.`, `..` or an empty name in it, so that it may lead elsewhere than it says.
odd(path) if not startswith(path, "/")

odd(path) if {
	path != "/"
	some part in array.slice(split(path, "/"), 1, 4096)
	part in {"", ".", ".."}
}

# METADATA
# description: >-
#   Globs with `/` between names: `*` stays in one directory, `**` crosses them. A leading `**/` also matches nothing, and a
#   final `/**` the directory itself.
matches(path, pattern) if glob.match(pattern, ["/"], path)

matches(path, pattern) if {
	startswith(pattern, "**/")
	glob.match(substring(pattern, 3, -1), ["/"], path)
}

matches(path, pattern) if {
	endswith(pattern, "/**")
	glob.match(trim_suffix(pattern, "/**"), ["/"], path)
}

# METADATA
# description: Whether one of these globs matches.
matches_any(path, patterns) if {
	some pattern in patterns
	matches(path, pattern)
}

# METADATA
# description: The last name of a path.
name(path) := parts[count(parts) - 1] if parts := split(path, "/")

# METADATA
# description: Files and directories that hold keys, tokens or passwords, by their names.
sensitive(path) if {
	some part in split(lower(path), "/")
	part in sensitive_names
}

sensitive(path) if strings.any_suffix_match(lower(path), sensitive_suffixes)

sensitive(path) if {
	some part in split(lower(path), "/")
	startswith(part, ".env.")
	not part in {".env.example", ".env.sample", ".env.template"}
}

# METADATA
# description: Names of files and directories, in lower case.
sensitive_names := {
	".aws", ".azure", ".docker", ".env", ".git-credentials", ".gnupg", ".htpasswd", ".kube", ".my.cnf", ".netrc", ".npmrc",
	".password-store", ".pgpass", ".pki", ".pypirc", ".ssh", ".vault-token", "credentials.json", "id_dsa", "id_ecdsa",
	"id_ed25519", "id_rsa", "secrets.json", "secrets.yaml", "secrets.yml", "service-account.json", "shadow",
}

# METADATA
# description: Ends of file names, in lower case.
sensitive_suffixes := [".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk", ".asc", ".tfstate", ".tfvars", ".ovpn"]

# METADATA
# description: Files that run or configure something later, so that a change to them is more than text.
runs_later(path) if matches_any(path, [
	"**/.git/hooks/**", "**/.git/config", "**/.githooks/**", "**/.husky/**", "**/.github/workflows/**",
	"**/.gitlab-ci.yml", "**/Makefile", "**/package.json", "**/.envrc", "**/.vscode/**", "**/.idea/**", "**/.claude/**",
	"**/.cursor/**", "**/.bailey/**", "**/.pre-commit-config.yaml", "**/conftest.py", "**/build.rs", "**/setup.py",
])
