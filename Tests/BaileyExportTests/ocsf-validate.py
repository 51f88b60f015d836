"""Validates OCSF events, one a line on standard input, against the schema of OCSF 1.8.0. Prints a line for each error."""
import json, sys
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchema, OcsfJsonSchemaEmbedded, get_ocsf_schema

schema = OcsfJsonSchemaEmbedded(OcsfJsonSchema(get_ocsf_schema("1.8.0")))
validators, count = {}, 0
for line in sys.stdin:
    event = json.loads(line)
    key = (event["class_uid"], tuple(event["metadata"]["profiles"]))
    if key not in validators:
        name = schema.lookup_class_name_from_uid(key[0])
        validators[key] = Draft202012Validator(schema.get_class_schema(name, list(key[1])))
    for error in validators[key].iter_errors(event):
        print(event["class_name"], event["metadata"]["event_code"], error.json_path, error.message[:300])
    if event["type_uid"] != event["class_uid"] * 100 + event["activity_id"]:
        print(event["class_name"], "type_uid", event["type_uid"])
    count += 1
print("events", count)
