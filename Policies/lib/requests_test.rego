package lib.requests_test

import data.lib.requests

resource := {
	"method": "POST", "path": "/repos/a/issues", "bytes": 10, "content_type": "application/json",
	"query": {"keys": ["page"], "repeated": [], "ambiguous": false},
	"headers": ["accept", "authorization", "content-type", "x-acme-trace"],
	"identities": [{"in": "header", "name": "authorization", "secret": "KEY"}],
}

test_admitted if {
	requests.admitted({}, resource)
	requests.admitted({"methods": ["POST"], "paths": ["/repos/*/issues"], "query": ["page"]}, resource)
	requests.admitted({"headers": ["authorization", "x-acme-*"]}, resource)
	requests.admitted({"headers": ["x-acme-*"], "identity": ["placeholder:KEY"]}, resource)
	requests.admitted({"content_types": ["application/*"], "max_body": 10, "max_response": 1, "upload_budget": 1}, resource)
	requests.admitted({"identity": "any", "encoded_slash": true}, resource)
}

refusals := [
	{"methods": ["GET"]}, {"paths": ["/repos"]}, {"paths": ["/repos/*"]}, {"query": []}, {"headers": ["authorization"]},
	{"headers": ["x-acme-*"]}, {"content_types": ["text/*"]}, {"max_body": 9}, {"identity": "none"},
	{"identity": ["placeholder:OTHER"]}, {"unknown": 1},
]

test_not_admitted if {
	every parts in refusals { not requests.admitted(parts, resource) }
}

overridden(more) := object.union(resource, more)

test_overrides if {
	every name in ["x-http-method-override", "x_http_method"] {
		not requests.admitted({"methods": ["POST"]}, overridden({"headers": [name]}))
		not requests.admitted({"methods": ["POST"], "headers": ["x*"]}, overridden({"headers": [name]}))
		requests.admitted({"methods": ["POST"], "headers": [name]}, overridden({"headers": [name]}))
		requests.admitted({"max_body": 10}, overridden({"headers": [name]}))
		requests.denied({"methods": ["DELETE"]}, overridden({"headers": [name]}))
	}
	not requests.admitted({"paths": ["/repos/**"]}, overridden({"headers": ["x-original-url"]}))
	requests.denied({"paths": ["/admin"]}, overridden({"headers": ["x-rewrite-url"]}))
	every key in ["_method", "_Method[]"] {
		not requests.admitted({"methods": ["POST"]}, overridden({"query": {"keys": [key]}}))
	}
	every key in ["page", "Page", "page[]"] { requests.denied({"query": ["PAGE"]}, overridden({"query": {"keys": [key]}})) }
}

test_what_is_not_told_is_not_admitted if {
	every parts in [{"query": ["a"]}, {"headers": []}, {"identity": "none"}, {"content_types": ["a/b"]}] {
		not requests.admitted(parts, {"method": "GET", "path": "/"})
	}
}

test_denied if {
	requests.denied({"methods": ["POST"], "paths": ["/REPOS./**"]}, resource)
	requests.denied({"query": ["page"]}, resource)
	requests.denied({"query": ["x"]}, {"query": {"keys": [], "ambiguous": true}})
	not requests.denied({"methods": ["POST"], "paths": ["/other/**"]}, resource)
	not requests.denied({"query": ["other"]}, resource)
}

test_paths if {
	every path in ["/v1", "/v1/a", "/v1/a/b", "/v1/"] { requests.path_matches("/v1/**", path) }
	requests.path_matches("/a/**/b", "/a/b")
	requests.path_matches("/a/**/b", "/a/x/y/b")
	requests.path_matches("/", "/")
	not requests.path_matches("/", "/a")
	not requests.path_matches("/v1/**", "/v1x/a")
	not requests.path_matches("/v1/*", "/v1/a/b")
	not requests.path_matches("/a/**/b", "/ax/b")
}
