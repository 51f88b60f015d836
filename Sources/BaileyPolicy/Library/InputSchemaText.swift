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
            "bytes": {"type": "integer", "description": "http.request: length of the body where it is known"},
            "changes": {"type": "integer", "description": "workspace.apply: how many"},
            "host": {"type": "string", "description": "net.connect, http.request"},
            "manifest_sha256": {"type": "string", "description": "session.start"},
            "method": {"type": "string", "description": "http.request"},
            "name": {"type": "string", "description": "dns.query; the tool, task, plugin, secret or model elsewhere"},
            "operation": {"type": "string", "description": "file.write: open, rename, unlink, mkdir, symlink, link, connect"},
            "path": {"type": "string", "description": "file.read, file.write, file.mount, exec, http.request"},
            "port": {"type": "integer", "description": "net.connect, http.request"},
            "project": {"type": "string", "description": "session.start, workspace.apply"},
            "risky": {"type": "integer", "description": "workspace.apply: changes that run later or elsewhere"},
            "scheme": {"type": "string", "description": "http.request"},
            "sha256": {"type": "string", "description": "workspace.apply: of the changes that were shown"},
            "to": {"type": "string", "description": "file.write: the other path of a rename or link"},
            "transport": {"type": "string", "description": "net.connect: tls, http, connect, socks5, tcp, address, host-port"},
            "type": {"type": "string", "description": "dns.query"},
            "undo": {"type": "boolean", "description": "workspace.apply: an apply is taken back; then neither changes, risky nor sha256 is there"}
          }
        },
        "context": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "now_ns": {"type": "integer", "description": "what time.now_ns gives"},
            "seed": {"type": "integer", "description": "what rand.intn and uuid.rfc4122 start from"},
            "labels": {"type": "array", "items": {"type": "string"}, "description": "what obligations have labelled the session with"},
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
