//! The JSON schema of design files, from the types that read them.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::Header;
use crate::chip::component::KINDS;

/// The schema of the header's own keys.
pub(super) fn header_schema(generator: &mut SchemaGenerator) -> Value {
    Header::json_schema(generator).to_value()
}

/// The schema of a whole design file (JSON Schema 2020-12).
pub fn json_schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = header_schema(&mut generator);
    let kinds: Vec<Value> = KINDS
        .iter()
        .map(|kind| kind_schema(kind.name, (kind.schema)(&mut generator).to_value(), &generator))
        .collect();
    let components = |what: &str| json!({ "type": "object", "description": what, "additionalProperties": { "$ref": "#/$defs/component" } });
    let search = "Keys or parameters to search over, each with its candidates; target.optimise picks the best within the limits.";
    let apart = [
        ("core", components("Components of each core, by name.")),
        ("chip", components("Components that are there once, by name.")),
        (
            "parameters",
            json!({ "type": "object", "description": "Names for values: \"$NAME\" anywhere in the file stands for one, \"$A * $B\" for a product." }),
        ),
        (
            "search",
            json!({ "type": "object", "description": search, "additionalProperties": { "type": "array", "minItems": 1 } }),
        ),
    ];
    for (key, value) in apart {
        schema["properties"][key] = value;
    }
    let mut definitions = generator.take_definitions(true);
    definitions.insert("component".to_owned(), json!({ "oneOf": kinds }));
    schema["$defs"] = Value::Object(definitions);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("nm-trace chip design");
    schema
}

/// The schema of one kind, with the keys of every component.
fn kind_schema(name: &str, schema: Value, generator: &SchemaGenerator) -> Value {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    let mut own = target.and_then(|name| generator.definitions().get(name)).cloned().unwrap_or(schema);
    own["title"] = json!(name);
    own["properties"]["kind"] = json!({ "const": name });
    own["properties"]["instances"] = json!({ "type": "integer", "minimum": 1, "default": 1, "description": "How many there are in a core, or on the chip." });
    own["properties"]["description"] =
        json!({ "type": "string", "default": "", "description": "One line about it." });
    match own.get_mut("required").and_then(Value::as_array_mut) {
        Some(required) => required.insert(0, json!("kind")),
        None => own["required"] = json!(["kind"]),
    }
    own
}
