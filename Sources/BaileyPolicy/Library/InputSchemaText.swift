extension InputSchema {
  /// `Policies/schema/input.schema.json`.
  static let text = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$id": "https://bailey.invalid/schema/input.schema.json",
      "title": "What a policy is asked: version 1",
      "type": "object",
      "additionalProperties": false,
      "required": ["version", "action", "subject", "resource", "context"],
      "properties": {
        "version": {"const": 1},
        "action": {
          "enum": [
            "session.start", "file.read", "file.write", "file.mount", "exec", "dns.query", "net.connect", "http.request",
            "secret.use", "workspace.apply", "tool.call", "task.run", "plugin.call", "model.load"
          ]
        },
        "subject": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "session": {"type": "string"},
            "agent": {
              "type": "object",
              "additionalProperties": false,
              "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "sha256": {"type": "string"}}
            },
            "user": {"type": "string"},
            "tier": {"type": "string"}
          }
        },
        "resource": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "access": {"enum": ["read", "write"], "description": "file.mount"},
            "address": {"type": "string", "description": "net.connect: where no name is known, or beside it"},
            "argv": {"type": "array", "items": {"type": "string"}, "description": "exec, session.start"},
            "body": {
              "enum": ["none", "read", "unread", "truncated", "encoded", "unreadable"],
              "description": "http.request: what became of the body's first part, in which calls and pushes are looked for"
            },
            "asks": {"type": "boolean", "description": "secret.use: the secret wants each use to be asked for"},
            "bytes": {"type": "integer", "description": "http.request: length of the body where it is known"},
            "client_certificate": {"type": "string", "description": "http.request: the host pattern of the certificate in egress.yaml that the server is shown if it asks"},
            "changes": {"type": "integer", "description": "workspace.apply: how many"},
            "content_type": {"type": "string", "description": "http.request: type/subtype, lower case; * where two readings are possible"},
            "findings": {
              "type": "object",
              "additionalProperties": false,
              "description": "workspace.apply: what the inspection found in what is new of the selected changes; http.request: in what was read of it so far",
              "properties": {
                "certain": {"type": "integer"},
                "likely": {"type": "integer"},
                "hint": {"type": "integer"},
                "secrets": {"type": "integer", "description": "certain secrets, and what may hide one"},
                "suspects": {"type": "integer", "description": "http.request: likely secrets, and what may hide one"},
                "unreadable": {"type": "integer", "description": "http.request: what could not be read, certain or likely"},
                "places": {"type": "array", "items": {"type": "string"}, "description": "http.request: url, header:NAME, body, message, trailer:NAME, where there is more than hints"},
                "found": {
                  "type": "array",
                  "description": "http.request: the first 64",
                  "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                      "rule": {"type": "string"}, "title": {"type": "string"}, "place": {"type": "string"},
                      "kind": {"enum": ["secret", "personal", "financial", "identifier", "evasion"]},
                      "tier": {"enum": ["certain", "likely", "hint"]},
                      "line": {"type": "integer"},
                      "sample": {"type": "string", "description": "at most a quarter of the value"},
                      "notes": {"type": "object"},
                      "disguises": {"type": "array", "items": {"type": "string"}, "description": "the outermost first"},
                      "fingerprint": {"type": "string", "description": "SHA-256 of a certain secret"}
                    }
                  }
                },
                "rules": {"type": "array", "items": {"type": "string"}, "description": "the first 64, in order"},
                "paths": {"type": "array", "items": {"type": "string"}, "description": "the first 64 with more than hints"}
              }
            },
            "git": {
              "type": "object",
              "additionalProperties": false,
              "description": "http.request: git over HTTP",
              "properties": {
                "service": {"enum": ["git-upload-pack", "git-receive-pack"]},
                "repository": {"type": "string", "description": "the path in front of the service"},
                "commands": {
                  "type": "array",
                  "description": "of a push; not there where they could not be read",
                  "items": {
                    "type": "object",
                    "properties": {"ref": {"type": "string"}, "kind": {"enum": ["create", "update", "delete"]}}
                  }
                }
              }
            },
            "graphql": {
              "type": "object",
              "additionalProperties": false,
              "description": "http.request: what stands in the body or under `query` in the address",
              "properties": {
                "operations": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "properties": {
                      "type": {"enum": ["query", "mutation", "subscription"]},
                      "name": {"type": "string"},
                      "fields": {"type": "array", "items": {"type": "string"}, "description": "of the outermost selection, sorted"}
                    }
                  }
                },
                "persisted": {"type": "boolean", "description": "there is an operation whose text only the server knows"},
                "batch": {"type": "boolean"}
              }
            },
            "headers": {"type": "array", "items": {"type": "string"}, "description": "http.request: names of fields, lower case, sorted"},
            "host": {"type": "string", "description": "net.connect, http.request, secret.use"},
            "identities": {
              "type": "array",
              "description": "http.request: what says who asks; secret is the one whose placeholder stands there",
              "items": {
                "type": "object",
                "properties": {"in": {"enum": ["header", "query"]}, "name": {"type": "string"}, "secret": {"type": "string"}}
              }
            },
            "manifest_sha256": {"type": "string", "description": "session.start"},
            "method": {"type": "string", "description": "http.request, secret.use"},
            "name": {"type": "string", "description": "dns.query; the tool, task, plugin, secret or model elsewhere"},
            "operation": {"type": "string", "description": "file.write: open, rename, unlink, mkdir, symlink, link, connect"},
            "path": {"type": "string", "description": "file.read, file.write, file.mount, exec, http.request, secret.use: of requests decoded and canonical"},
            "places": {"type": "array", "items": {"type": "string"}, "description": "secret.use: where the value is put, such as header:authorization"},
            "port": {"type": "integer", "description": "net.connect, http.request, secret.use"},
            "project": {"type": "string", "description": "session.start, workspace.apply"},
            "query": {
              "type": "object",
              "additionalProperties": false,
              "description": "http.request: the keys, never the values",
              "properties": {
                "keys": {"type": "array", "items": {"type": "string"}, "description": "decoded, sorted; * for one that is long or unreadable"},
                "repeated": {"type": "array", "items": {"type": "string"}},
                "ambiguous": {"type": "boolean", "description": "two servers may find different keys"}
              }
            },
            "region": {"type": "string", "description": "net.connect, http.request: of the host, by egress.yaml"},
            "risky": {"type": "integer", "description": "workspace.apply: changes that run later or elsewhere"},
            "rpc": {
              "type": "object",
              "additionalProperties": false,
              "description": "http.request: calls of JSON-RPC in the body, as MCP and A2A make them",
              "properties": {
                "methods": {"type": "array", "items": {"type": "string"}},
                "tools": {"type": "array", "items": {"type": "string"}, "description": "names of tools/call"},
                "batch": {"type": "boolean"}
              }
            },
            "scheme": {"type": "string", "description": "http.request"},
            "segments": {"type": "array", "items": {"type": "string"}, "description": "http.request: of the path"},
            "sha256": {"type": "string", "description": "workspace.apply: of the changes that were shown"},
            "to": {"type": "string", "description": "file.write: the other path of a rename or link"},
            "transport": {"type": "string", "description": "net.connect: tls, http, connect, socks5, host-port; what may pass unread: opaque, tcp, address"},
            "type": {"type": "string", "description": "dns.query"},
            "undo": {"type": "boolean", "description": "workspace.apply: an apply is taken back; then neither changes, risky nor sha256 is there"}
          }
        },
        "context": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "approved": {"type": "boolean", "description": "workspace.apply: the person has said yes to what a policy asks"},
            "now_ns": {"type": "integer", "description": "what time.now_ns gives"},
            "seed": {"type": "integer", "description": "what rand.intn and uuid.rfc4122 start from"},
            "labels": {"type": "array", "items": {"type": "string"}, "description": "what obligations have labelled the session with, seen:NAME by what the gate let it see; workspace.apply, http.request: also secret and pii, by what was found"},
            "counters": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "allowed": {"type": "object", "description": "by action: how often it was allowed before"},
                "denied": {"type": "object", "description": "by action: how often it was denied before"},
                "hosts": {"type": "integer", "description": "different hosts reached, at most 1000"},
                "uploaded_bytes": {"type": "integer", "description": "sent in connections and requests that are over"}
              }
            },
            "history": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "hosts": {"type": "array", "items": {"type": "string"}, "description": "the first 32 hosts reached"},
                "recent": {
                  "type": "array",
                  "description": "the last 16 actions, the newest last",
                  "items": {
                    "type": "object",
                    "properties": {
                      "action": {"type": "string"}, "effect": {"enum": ["allow", "ask", "deny"]}, "host": {"type": "string"}
                    }
                  }
                }
              }
            },
            "risk": {"type": "integer"}
          }
        }
      }
    }

    """#
}
