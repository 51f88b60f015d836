package lib.labels_test

import data.lib.labels

test_has if {
	labels.has("pii") with input as {"context": {"labels": ["pii"]}}
	not labels.has("pi") with input as {"context": {"labels": ["pii"]}}
	not labels.has("pii") with input as {"context": {}}
}

test_has_any if {
	labels.has_any({"a", "pii"}) with input as {"context": {"labels": ["pii"]}}
	not labels.has_any({"a", "b"}) with input as {"context": {"labels": ["pii"]}}
}

test_give if labels.give("pii") == {"label": "pii"}
