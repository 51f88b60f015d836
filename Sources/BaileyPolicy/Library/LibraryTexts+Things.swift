extension LibraryTexts {
  /// What actions are about.
  static let things: [String: String] = [
    "commands": #"""
    # METADATA
    # title: Commands
    # description: >-
    #   Patterns over argument lists, for denials and questions. An agent that wants to can write a command in a way that nobody
    #   recognises: what must not happen is kept away by the walls, not by its spelling.
    package lib.commands

    # METADATA
    # description: The program's name without its directory.
    program(argv) := regex.replace(argv[0], `^.*/`, "")

    # METADATA
    # description: >-
    #   The command and what it starts: after sudo, env and their like, and each command of a script that a shell is given with
    #   `-c`, split at blanks.
    commands(argv) := ({argv} | wrapped(argv)) | ((scripted(argv) | wrapped_scripts(argv)) | scripts_in_wrappers(argv))

    wrappers := {
    	"sudo", "doas", "env", "nohup", "nice", "ionice", "time", "timeout", "xargs", "setsid", "stdbuf", "command", "exec",
    	"busybox", "strace", "watch", "flock", "chroot", "unshare",
    }

    wrapped(argv) := {rest |
    	program(argv) in wrappers
    	some i in numbers.range(1, count(argv) - 1)
    	i > 0
    	rest := array.slice(argv, i, count(argv))
    }

    shells := {"sh", "bash", "zsh", "dash", "ksh", "ash", "fish"}

    # METADATA
    # description: The script that a shell is given with `-c`; undefined for any other command.
    script(argv) := argv[i + 1] if {
    	program(argv) in shells
    	some i, word in argv
    	i > 0
    	regex.match(`^-[a-zA-Z]*c$`, word)
    	every earlier in array.slice(argv, 1, i) {
    		startswith(earlier, "-")
    	}
    }

    scripted(argv) := {words |
    	some part in regex.split("[;&|\n(){}`]+|\\$\\(", script(argv))
    	words := [word |
    		some raw in regex.split(`\s+`, part)
    		word := trim(raw, "\"'")
    		word != ""
    	]
    	count(words) > 0
    }

    wrapped_scripts(argv) := {rest |
    	some words in scripted(argv)
    	some rest in wrapped(words)
    }

    scripts_in_wrappers(argv) := {words |
    	some rest in wrapped(argv)
    	some words in scripted(rest)
    }

    # METADATA
    # description: Whether a command, or one that it starts, begins with these words; each is a glob, the first without directory.
    starts(argv, patterns) if {
    	some words in commands(argv)
    	count(words) >= count(patterns)
    	glob.match(patterns[0], null, program(words))
    	every i, pattern in array.slice(patterns, 1, count(patterns)) {
    		glob.match(pattern, null, words[i + 1])
    	}
    }

    # METADATA
    # description: Whether a command, or one that it starts, is one of these programs.
    runs(argv, programs) if {
    	some words in commands(argv)
    	program(words) in programs
    }

    subcommand(words, valued) := [word |
    	some i, word in words
    	i > 0
    	not startswith(word, "-")
    	not words[i - 1] in valued
    ][0]

    git_valued := {"-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--super-prefix", "--config-env"}

    # METADATA
    # description: A push to another repository.
    git_push(argv) if {
    	some words in commands(argv)
    	program(words) == "git"
    	subcommand(words, git_valued) in {"push", "send-pack"}
    }

    # METADATA
    # description: A push that can throw away what the other side has.
    git_force_push(argv) if {
    	some words in commands(argv)
    	program(words) == "git"
    	subcommand(words, git_valued) == "push"
    	some word in words
    	regex.match(`^(-[a-zA-Z]*f[a-zA-Z]*|--force.*|--mirror|--delete|-d|--prune|\+.+|:.+)$`, word)
    }

    # METADATA
    # description: Removal of whole directories.
    removes_tree(argv) if {
    	some words in commands(argv)
    	program(words) == "rm"
    	some i, word in words
    	i > 0
    	regex.match(`^(-[a-zA-Z]*[rR][a-zA-Z]*|--recursive)$`, word)
    }

    removes_tree(argv) if {
    	some words in commands(argv)
    	program(words) == "find"
    	"-delete" in words
    }

    # METADATA
    # description: A script from the network that goes straight into a shell or an interpreter.
    pipes_to_shell(argv) if {
    	some text in scripts(argv)
    	regex.match(`(?s)\b(curl|wget|fetch)\b.*\|\s*(sudo\s+(-\S+\s+)*)?(\S*/)?((ba|z|da|k|a)?sh|python[0-9.]*|perl|ruby|node)\b`, text)
    }

    pipes_to_shell(argv) if {
    	some text in scripts(argv)
    	regex.match("(?s)(\\b(ba|z|da|k|a)?sh\\b|\\beval\\b|\\bsource\\b|(^|[;&|\\s])\\.\\s).*(\\$\\(|<\\(|`)\\s*(curl|wget|fetch)\\b", text)
    }

    scripts(argv) := {text |
    	some words in ({argv} | wrapped(argv))
    	text := script(words)
    }

    package_managers := {
    	"npm": {"install", "i", "add", "ci", "exec"}, "pnpm": {"install", "i", "add", "dlx"},
    	"yarn": {"install", "add", "dlx"}, "bun": {"install", "i", "add", "x"}, "pip": {"install"}, "pip3": {"install"},
    	"pipx": {"install", "run"}, "uv": {"add", "sync", "pip", "tool", "run"}, "poetry": {"install", "add"},
    	"conda": {"install", "create"}, "cargo": {"install", "add"}, "go": {"install", "get"}, "gem": {"install"},
    	"bundle": {"install", "add"}, "composer": {"install", "require"}, "apt": {"install"}, "apt-get": {"install"},
    	"dnf": {"install"}, "yum": {"install"}, "apk": {"add"}, "brew": {"install"}, "snap": {"install"},
    	"flatpak": {"install"}, "zypper": {"install", "in"}, "nix-env": {"-i"},
    }

    # METADATA
    # description: Installation of packages, by the usual managers.
    installs_packages(argv) if {
    	some words in commands(argv)
    	subcommand(words, set()) in package_managers[program(words)]
    }

    installs_packages(argv) if {
    	some words in commands(argv)
    	program(words) in {"npx", "bunx", "uvx", "pnpx"}
    }

    installs_packages(argv) if {
    	some words in commands(argv)
    	program(words) == "pacman"
    	some word in words
    	regex.match(`^-S[a-z]*$`, word)
    }

    installs_packages(argv) if {
    	some words in commands(argv)
    	regex.match(`^python[0-9.]*$`, program(words))
    	some i, word in words
    	word == "-m"
    	words[i + 1] in {"pip", "ensurepip"}
    }

    """#,
    "hosts": #"""
    # METADATA
    # title: Hosts
    # description: Host names by whole labels, never by mere suffix, and addresses by range and by kind.
    package lib.hosts

    # METADATA
    # description: >-
    #   Whether a host is a domain or lies below it. `evilexample.com` is not within `example.com`, and neither is
    #   `example.com.evil.net`.
    within(host, domain) if plain(host) == plain(domain)

    within(host, domain) if endswith(plain(host), concat("", [".", plain(domain)]))

    # METADATA
    # description: Whether a host lies within one of these domains.
    within_any(host, domains) if {
    	some domain in domains
    	within(host, domain)
    }

    # METADATA
    # description: As a manifest's rule does it; `*.example.com` is any depth below `example.com`, but not itself.
    matches(host, pattern) if {
    	not startswith(pattern, "*.")
    	plain(host) == plain(pattern)
    }

    matches(host, pattern) if {
    	startswith(pattern, "*.")
    	endswith(plain(host), substring(plain(pattern), 1, -1))
    }

    # METADATA
    # description: In lower case, without the final dot.
    plain(host) := trim_suffix(lower(host), ".")

    # METADATA
    # description: Whether a text is a host name as Bailey reads it; nothing is repaired, and an address in disguise is none.
    is_name(text) if {
    	regex.match(`^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?$`, text)
    	count(plain(text)) <= 253
    	not regex.match(`(^|\.)([0-9]+|0x[0-9a-f]*)$`, plain(text))
    }

    # METADATA
    # description: Whether a text is an IPv4 or IPv6 address, and no name.
    is_address(text) if {
    	regex.match(`^([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$`, text)
    	net.cidr_is_valid(concat("/", [text, "0"]))
    }

    # METADATA
    # description: Whether an address lies in a range of its own family; an IPv4 address that is written as IPv6 lies in none.
    in_range(address, range) if {
    	is_address(address)
    	not is_mapped(address)
    	net.cidr_is_valid(range)
    	contains(address, ":") == contains(range, ":")
    	net.cidr_contains(range, address)
    }

    # METADATA
    # description: Whether an address lies in one of these ranges.
    in_any_range(address, ranges) if {
    	some range in ranges
    	in_range(address, range)
    }

    is_mapped(address) if {
    	contains(address, ":")
    	net.cidr_contains("0.0.0.0/0", address)
    }

    # METADATA
    # description: >-
    #   What kind of address it is: `global`, or `metadata`, `unspecified`, `loopback`, `link-local`, `private`, `shared`,
    #   `reserved`, `multicast`, `embedded`. The kinds are those of the floor.
    class(address) := "embedded" if {
    	is_address(address)
    	is_mapped(address)
    } else := kinds[0] if {
    	kinds := [entry[1] |
    		some entry in special
    		in_range(address, entry[0])
    	]
    	count(kinds) > 0
    } else := "global" if {
    	in_any_range(address, ["0.0.0.0/0", "2000::/3"])
    } else := "reserved" if {
    	is_address(address)
    }

    # METADATA
    # description: Addresses that lead to this machine or this network.
    is_local(address) if class(address) in {"loopback", "link-local", "private", "shared", "unspecified", "metadata"}

    special := [
    	["169.254.169.254/32", "metadata"], ["100.100.100.200/32", "metadata"], ["0.0.0.0/8", "unspecified"],
    	["127.0.0.0/8", "loopback"], ["169.254.0.0/16", "link-local"], ["10.0.0.0/8", "private"],
    	["172.16.0.0/12", "private"], ["192.168.0.0/16", "private"], ["100.64.0.0/10", "shared"],
    	["192.0.0.0/24", "reserved"], ["192.0.2.0/24", "reserved"], ["192.88.99.0/24", "reserved"],
    	["198.18.0.0/15", "reserved"], ["198.51.100.0/24", "reserved"], ["203.0.113.0/24", "reserved"],
    	["224.0.0.0/4", "multicast"], ["240.0.0.0/4", "reserved"], ["fd00:ec2::254/128", "metadata"],
    	["::/128", "unspecified"], ["::1/128", "loopback"], ["::/96", "embedded"], ["64:ff9b::/96", "embedded"],
    	["64:ff9b:1::/48", "embedded"], ["2002::/16", "embedded"], ["2001::/32", "embedded"], ["2001:db8::/32", "reserved"],
    	["2001::/23", "reserved"], ["3fff::/20", "reserved"], ["fc00::/7", "private"], ["fe80::/10", "link-local"],
    	["fec0::/10", "private"], ["ff00::/8", "multicast"],
    ]

    """#,
    "paths": #"""
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

    """#,
    "secrets": #"""
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

    """#,
  ]
}
