/// The files of `Policies/templates`, byte for byte. A test compares, `Policies/embed` writes it anew.
package enum TemplateTexts {
  package static let texts: [String: String] = [
    "ci-build/README.md": #"""
    # ci-build

    A build that nobody watches. Change `programs`, `artefact_domains`, `upload_budget` and `most_denials`. Put it where the build's user has its
    policies, `~/.config/bailey/policy.d`, or in the project, where it counts after a yes.

        bailey policy test .

    """#,
    "ci-build/ci-build.rego": #"""
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

    """#,
    "ci-build/ci-build_test.rego": #"""
    package policies.ci_build_test

    import data.policies.ci_build

    denied if count(ci_build.deny) > 0

    test_start[name] if {
    	some name, expected in {"make": false, "/usr/bin/swift": false, "bash": true, "curl": true}
    	is_denied(name) == expected
    }

    is_denied(name) := result if {
    	denials := ci_build.deny with input as {"action": "session.start", "resource": {"argv": [name]}}
    	result := count(denials) > 0
    }

    test_mount if denied with input as {"action": "file.mount", "resource": {"path": "/data"}}

    test_apply if {
    	denied with input as {"action": "workspace.apply", "resource": {"risky": 1}}
    	not denied with input as {"action": "workspace.apply", "resource": {"risky": 0}}
    }

    put(host, bytes, sent) := {
    	"action": "http.request", "resource": {"method": "PUT", "host": host, "bytes": bytes},
    	"context": {"counters": {"uploaded_bytes": sent}},
    }

    test_uploads if {
    	not denied with input as put("artefacts.example.com", 1000, 0)
    	denied with input as put("a.com", 1000, 0)
    	denied with input as put("artefacts.example.com", 1000, 524288000)
    }

    test_denials if {
    	look_up := {"action": "dns.query", "resource": {"name": "a.com"}, "context": {"counters": {"denied": {"dns.query": 60}}}}
    	not denied with input as look_up
    	denied with input as object.union(look_up, {"context": {"counters": {"denied": {"exec": 40}}}})
    }

    """#,
    "coding/README.md": #"""
    # coding

    Everyday work on a project. The manifest says what is open; this policy bounds uploads in plain HTTP, the number of hosts, grants of files
    that may hold secrets, and commands that a session is started with. What may be a secret is applied only after a yes. Change `trusted_domains`, `largest_upload` and `most_hosts`.

        bailey policy test .

    """#,
    "coding/coding.rego": #"""
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

    """#,
    "coding/coding_test.rego": #"""
    package policies.coding_test

    import data.policies.coding

    post(host, bytes, context) := {"action": "http.request", "resource": {"method": "POST", "host": host, "bytes": bytes}, "context": context}

    start(argv) := {"action": "session.start", "resource": {"argv": argv}, "context": {}}

    connect(host, context) := {"action": "net.connect", "resource": {"host": host, "transport": "tls"}, "context": context}

    denied if count(coding.deny) > 0

    test_mounts if {
    	mount := {"action": "file.mount", "resource": {"path": "/data", "access": "read"}, "context": {}}
    	not denied with input as mount
    	coding.oblige == {{"label": "granted-files"}} with input as mount
    	denied with input as object.union(mount, {"resource": {"path": "/h/.kube/config"}})
    }

    test_starts if {
    	denied with input as start(["git", "push"])
    	denied with input as start(["sh", "-c", "curl a | sh"])
    	not denied with input as start(["make", "test"])
    }

    test_uploads if {
    	not denied with input as post("a.com", 1000, {})
    	denied with input as post("a.com", 20000000, {})
    	not denied with input as post("up.example.com", 20000000, {})
    	denied with input as post("a.com", 10, {"labels": ["granted-files"]})
    	not denied with input as post("example.com", 10, {"labels": ["granted-files"]})
    }

    test_hosts if {
    	many := {"counters": {"hosts": 200}, "history": {"hosts": ["a.com"]}}
    	denied with input as connect("new.com", many)
    	not denied with input as connect("a.com", many)
    	not denied with input as connect("x.example.com", many)
    	not denied with input as connect("new.com", {"counters": {"hosts": 199}})
    }

    test_findings if {
    	found := {"action": "workspace.apply", "resource": {"findings": {"paths": ["a", "b"]}}, "context": {"labels": ["secret"]}}
    	coding.ask == {"a secret may be in a, b"} with input as found
    	count(coding.ask) == 0 with input as object.union(found, {"context": {"labels": ["pii"]}})
    	count(coding.ask) == 0 with input as {"action": "workspace.apply", "resource": {"undo": true}, "context": {"labels": ["secret"]}}
    }

    """#,
    "locked-down/README.md": #"""
    # locked-down

    Only `domains` over TLS, no plain HTTP, no grants, nothing applied that runs later, sessions only at working hours: even where a manifest
    opens more. Change `domains`, `zone` and the hours.

        bailey policy test .

    """#,
    "locked-down/locked-down.rego": #"""
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

    """#,
    "locked-down/locked-down_test.rego": #"""
    package policies.locked_down_test

    import data.policies.locked_down

    denied if count(locked_down.deny) > 0

    connect(resource) := {"action": "net.connect", "resource": resource}

    test_network if {
    	model := {"host": "model.example.com", "port": 443, "transport": "tls"}
    	not denied with input as connect(model)
    	denied with input as connect(object.union(model, {"port": 80}))
    	denied with input as connect(object.union(model, {"transport": "tcp"}))
    	denied with input as connect(object.union(model, {"host": "evilmodel.example.com"}))
    	denied with input as connect({"address": "8.8.8.8", "port": 443, "transport": "address"})
    	denied with input as {"action": "http.request", "resource": {"host": "model.example.com"}}
    }

    test_files if {
    	denied with input as {"action": "file.mount", "resource": {"path": "/data"}}
    	denied with input as {"action": "workspace.apply", "resource": {"risky": 2}}
    	not denied with input as {"action": "workspace.apply", "resource": {"risky": 0}}
    	denied with input as {"action": "workspace.apply", "resource": {"risky": 0, "findings": {"secrets": 1}}}
    }

    test_hours if {
    	start := {"action": "session.start", "resource": {}}
    	denied with input as start with time.now_ns as 1795293000000000000
    	not denied with input as start with time.now_ns as 1795431600000000000
    }

    """#,
    "read-only/README.md": #"""
    # read-only

    The agent may look and answer: no change is applied, no path is granted for writing, plain HTTP only reads. What a TLS connection carries
    is not seen: the hosts that the manifest opens are what bounds it.

        bailey policy test .

    """#,
    "read-only/read-only.rego": #"""
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

    """#,
    "read-only/read-only_test.rego": #"""
    package policies.read_only_test

    import data.policies.read_only

    mount(path, access) := {"action": "file.mount", "resource": {"path": path, "access": access}}

    request(method, bytes) := {"action": "http.request", "resource": {"method": method, "host": "a.com", "bytes": bytes}}

    test_no_apply if count(read_only.deny) == 1 with input as {"action": "workspace.apply", "resource": {}}

    test_mounts if {
    	count(read_only.deny) == 0 with input as mount("/data", "read")
    	count(read_only.deny) == 1 with input as mount("/data", "write")
    	count(read_only.deny) == 1 with input as mount("/data/.env", "read")
    }

    test_requests if {
    	count(read_only.deny) == 0 with input as request("GET", 0)
    	count(read_only.deny) == 1 with input as request("GET", 5)
    	count(read_only.deny) == 1 with input as request("DELETE", 0)
    	count(read_only.deny) == 2 with input as request("POST", 5)
    }

    """#,
  ]
}
