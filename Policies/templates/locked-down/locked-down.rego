# METADATA
# title: Locked down
# description: No network but one set of hosts over TLS, no grants, nothing applied that runs later; even where a manifest opens more.
package policies.locked_down

import data.lib.clock
import data.lib.hosts

# The model behind the agent, and nothing else.
domains := {"model.example.com"}

zone := "UTC"

deny contains msg if {
	input.action == "net.connect"
	not is_open
	msg := sprintf("%v is not open", [object.get(input.resource, "host", "an address without a name")])
}

is_open if {
	hosts.within_any(input.resource.host, domains)
	input.resource.port == 443
	input.resource.transport in {"tls", "connect", "socks5"}
}

deny contains "plain HTTP is not open" if input.action == "http.request"

deny contains "no path is granted" if input.action == "file.mount"

deny contains "a change that runs later is not applied" if {
	input.action == "workspace.apply"
	input.resource.risky > 0
}

deny contains "a secret is not applied" if {
	input.action == "workspace.apply"
	input.resource.findings.secrets > 0
}

deny contains "sessions start from Monday to Friday, 07:00 to 20:00" if {
	input.action == "session.start"
	not clock.working_hours(zone, "07:00", "20:00")
}
