package agent.authz

import rego.v1

default allow := false

roots := ["/home/u/project/", "/tmp/", "/usr/share/", "/opt/tools/", "/var/cache/agent/"]

secrets := ["**/.env", "**/.env.*", "**/.ssh/**", "**/id_rsa*", "**/*.pem", "**/*.key", "**/.aws/**", "**/.netrc",
	"**/.git-credentials", "**/.npmrc", "**/.pypirc", "**/secrets/**"]

hosts := ["*.github.com", "github.com", "*.example.org", "packages.example.com", "*.debian.org"]

commands := {"git", "ls", "cat", "go", "swift", "python3", "make", "npm"}

bad_arguments := ["--upload-pack", "core.sshCommand", "-exec"]

ports := {80, 443}

in_root(path) if {
	some root in roots
	startswith(path, root)
}

is_secret(path) if {
	some pattern in secrets
	glob.match(pattern, ["/"], path)
}

host_allowed(host) if {
	some pattern in hosts
	glob.match(pattern, ["."], host)
}

work_hours if {
	[hour, _, _] := time.clock(time.now_ns())
	hour >= 6
	hour < 22
}

allow if {
	input.action == "file.read"
	in_root(input.path)
	not is_secret(input.path)
}

allow if {
	input.action == "file.write"
	in_root(input.path)
	not is_secret(input.path)
	startswith(input.path, "/home/u/project/")
}

allow if {
	input.action == "exec"
	input.command in commands
	every argument in input.arguments {
		not bad_argument(argument)
	}
}

bad_argument(argument) if {
	some bad in bad_arguments
	contains(argument, bad)
}

allow if {
	input.action == "net"
	host_allowed(input.host)
	input.port in ports
	work_hours
}

deny contains msg if {
	input.action in {"file.read", "file.write"}
	is_secret(input.path)
	msg := sprintf("secret file %s", [input.path])
}

deny contains msg if {
	input.action in {"file.read", "file.write"}
	not in_root(input.path)
	msg := sprintf("%s is outside of the roots", [input.path])
}

deny contains msg if {
	input.action == "net"
	not host_allowed(input.host)
	msg := sprintf("host %s is not allowed", [input.host])
}

deny contains msg if {
	input.action == "net"
	not input.port in ports
	msg := sprintf("port %d is not allowed", [input.port])
}

deny contains msg if {
	input.action == "plugin"
	msg := sprintf("plugin %s", [object.get(input, "name", "?")])
}

ask contains "large write" if {
	input.action == "file.write"
	input.size > 1000000
}

rule contains input.action if allow

decision := {"allow": allow, "deny": deny, "ask": ask, "rule": rule}
