# METADATA
# title: Coding
# description: >-
#   Everyday work on a project: the manifest opens what is needed, and this policy keeps secrets, uploads and runaway sessions
#   in bounds.
package policies.coding

import data.lib.commands
import data.lib.counters
import data.lib.history
import data.lib.hosts
import data.lib.labels
import data.lib.paths
import data.lib.uploads

# Where larger uploads may go: your own servers.
trusted_domains := {"example.com"}

largest_upload := (10 * 1024) * 1024

most_hosts := 200

deny contains msg if {
	input.action == "file.mount"
	paths.sensitive(input.resource.path)
	msg := sprintf("%s may hold secrets", [input.resource.path])
}

deny contains "a push belongs to a person" if {
	input.action == "session.start"
	commands.git_push(input.resource.argv)
}

deny contains "a script from the network does not go straight into a shell" if {
	input.action == "session.start"
	commands.pipes_to_shell(input.resource.argv)
}

deny contains msg if {
	uploads.larger_than(largest_upload)
	not uploads.to(trusted_domains)
	msg := sprintf("an upload of this size does not go to %s", [input.resource.host])
}

# What has been granted beside the project must not leave by plain HTTP.
oblige contains labels.give("granted-files") if input.action == "file.mount"

deny contains "files were granted to this session, so it uploads only to trusted hosts" if {
	labels.has("granted-files")
	uploads.is_upload
	not uploads.to(trusted_domains)
}

deny contains "the session has reached very many hosts" if {
	is_connection
	counters.hosts >= most_hosts
	not history.reached(destination)
	not hosts.within_any(destination, trusted_domains)
}

# A certain secret asks without this policy; a likely one asks as well.
ask contains msg if {
	input.action == "workspace.apply"
	labels.has("secret")
	msg := sprintf("a secret may be in %s", [concat(", ", input.resource.findings.paths)])
}

is_connection if input.action in {"net.connect", "http.request"}

destination := object.get(input.resource, "host", object.get(input.resource, "address", ""))
