//! What servers broadcast for extensions of policies, beside the policies.

use std::sync::Arc;

use data_encoding::BASE64;
use serde_json::Value;

/// What a server says for one type of extensions: an `ExtensionConfig`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionConfig {
    /// The type.
    pub kind: String,
    /// What only the extension understands.
    pub config: Vec<Vec<u8>>,
}

/// Takes what the server of a provider broadcasts: all of it, anew. Gives back what cannot be used of it.
pub type Broadcast = Arc<dyn Fn(&str, &[ExtensionConfig]) -> Vec<String> + Send + Sync>;

/// The configurations of a response. What has the wrong type only informs, and is as good as none.
pub(super) fn read(list: Option<&Value>) -> Vec<ExtensionConfig> {
    let elements = list.and_then(Value::as_array).into_iter().flatten();
    elements
        .filter_map(|element| Some(ExtensionConfig { kind: kind(element)?, config: config(element) }))
        .collect()
}

fn kind(element: &Value) -> Option<String> {
    element.get("type")?.as_str().map(str::to_owned)
}

fn config(element: &Value) -> Vec<Vec<u8>> {
    let elements = element.get("config").and_then(Value::as_array).into_iter().flatten();
    elements.map(bytes).collect()
}

/// Bytes, which JSON writes in base64; an object stands for its text, as it does in policies.
fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => BASE64.decode(text.as_bytes()).unwrap_or_else(|_| text.as_bytes().to_vec()),
        other => other.to_string().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn configurations_are_read_as_bytes_or_as_objects() {
        let list = json!([
            {"type": "a", "config": ["eyJ4IjoxfQ==", {"x": 1}, "{\"x\":1}"]},
            {"type": "b"},
            {"config": ["eA=="]},
        ]);
        let one = br#"{"x":1}"#.to_vec();
        assert_eq!(
            read(Some(&list)),
            [
                ExtensionConfig { kind: "a".into(), config: vec![one; 3] },
                ExtensionConfig { kind: "b".into(), config: vec![] },
            ]
        );
        assert_eq!(read(None), []);
        assert_eq!(read(Some(&json!("x"))), []);
    }
}
