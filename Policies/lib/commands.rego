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
