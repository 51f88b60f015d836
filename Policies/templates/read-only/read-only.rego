# METADATA
# title: Read-only
# description: The agent may look and answer. Nothing it made is applied, nothing is granted for writing, nothing is sent.
package policies.read_only

import data.lib.paths
import data.lib.uploads

deny contains "a read-only policy applies no changes" if input.action == "workspace.apply"

deny contains msg if {
	input.action == "file.mount"
	input.resource.access != "read"
	msg := sprintf("%s is not granted for writing", [input.resource.path])
}

deny contains msg if {
	input.action == "file.mount"
	paths.sensitive(input.resource.path)
	msg := sprintf("%s may hold secrets", [input.resource.path])
}

deny contains "nothing is uploaded" if uploads.is_upload

deny contains msg if {
	input.action == "http.request"
	not input.resource.method in {"GET", "HEAD", "OPTIONS"}
	msg := sprintf("%s is not a request that reads", [input.resource.method])
}
