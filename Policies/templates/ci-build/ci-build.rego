# METADATA
# title: Build without a person
# description: >-
#   Nobody watches: only known programs start a session, nothing is granted while it runs, artefacts go to known hosts, and
#   nothing that runs later is applied.
package policies.ci_build

import data.lib.commands
import data.lib.counters
import data.lib.uploads

# What a build may be started with.
programs := {"make", "swift", "cargo", "go", "npm", "python3", "cmake", "ninja", "bazel"}

# Where artefacts go.
artefact_domains := {"artefacts.example.com"}

upload_budget := (500 * 1024) * 1024

most_denials := 100

deny contains msg if {
	input.action == "session.start"
	name := commands.program(input.resource.argv)
	not name in programs
	msg := sprintf("%s is not a program that builds", [name])
}

deny contains "nobody is there to grant files" if input.action == "file.mount"

deny contains "a change that runs later needs a person" if {
	input.action == "workspace.apply"
	input.resource.risky > 0
}

deny contains msg if {
	uploads.is_upload
	not uploads.to(artefact_domains)
	msg := sprintf("artefacts do not go to %s", [input.resource.host])
}

deny contains "the upload budget of the build is used up" if uploads.over_budget(upload_budget)

deny contains "the build has asked for too much that is denied" if {
	input.action in {"net.connect", "http.request", "dns.query"}
	counters.all_denied >= most_denials
}
