//! The committed descriptors are those of the `.proto`.

use std::path::Path;

use protox::prost::Message;

/// Set to write the descriptors instead of comparing them.
const REFRESH: &str = "REFRESH_DESCRIPTORS";

#[test]
fn the_descriptors_are_those_of_the_proto() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let compiled =
        protox::compile([folder.join("tero/policy/v1/policy.proto")], [folder]).expect("it compiles");
    let mut compiled = compiled;
    for file in &mut compiled.file {
        // Places and comments are of no use at run time.
        file.source_code_info = None;
    }
    let path = folder.join("src/generated/policy.binpb");
    if std::env::var_os(REFRESH).is_some() {
        std::fs::write(&path, compiled.encode_to_vec()).expect("the folder can be written to");
    }
    let committed = std::fs::read(&path).unwrap_or_default();
    assert!(
        committed == compiled.encode_to_vec(),
        "refresh them with `{REFRESH}=1 cargo test -p proto --test fresh`"
    );
}
