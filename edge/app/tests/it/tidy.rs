//! What no lint checks: that the pages tell the truth about the tree.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Running, wait};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The folders of the workspace's members.
fn members() -> Vec<String> {
    let manifest = read("Cargo.toml");
    let list = manifest.split_once("members = [").unwrap().1.split_once(']').unwrap().0;
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_code_map_names_every_crate_and_its_folder() {
    let readme = read("README.md");
    for folder in members() {
        let manifest = read(Path::new(&folder).join("Cargo.toml"));
        let name = manifest.split_once("name = \"").unwrap().1.split_once('"').unwrap().0;
        let row = format!("| `{name}` | [{folder}]({folder}) |");
        assert!(readme.contains(&row), "README.md has no row {row}");
    }
}

/// What stands in `text` between `start` and the next `end`.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split_once(start).unwrap().1.split_once(end).unwrap().0
}

#[test]
fn the_first_policy_does_what_the_readme_says() {
    let readme = read("README.md");
    let file = |name| between(&readme, &format!("/tmp/first-policy/{name} <<'END'\n"), "END\n");
    let edge = Running::start(file("config.yaml"), &[("policies.yaml", file("policies.yaml"))]);
    wait("readiness", || edge.get("/_ready").0 == 200);
    let request = between(&readme, "-d '", "'\n");
    let headers = "content-type: application/json\r\n";
    assert_eq!(edge.request("POST /v1/logs", headers, request.as_bytes()).0, 200);
    let (_, metrics) = edge.get("/_edge/metrics");
    for outcome in ["dropped", "kept"] {
        let line = format!("edge_records_{outcome}_total{{signal=\"log\"}} 1\n");
        assert!(metrics.contains(&line), "{line}");
    }
}

/// Whether a page has a heading that is linked to so.
fn has_heading(text: &str, link: &str) -> bool {
    let headings = text.lines().filter_map(|line| line.strip_prefix("## "));
    headings.map(|heading| heading.to_lowercase().replace(' ', "-")).any(|heading| heading == link)
}

#[test]
fn the_schemas_are_those_of_the_declarations() {
    let folder = tempfile::tempdir().unwrap();
    let mut schema = Command::new(env!("CARGO_BIN_EXE_edge"));
    let status = schema.args(["schema", "--write"]).arg(folder.path()).status().unwrap();
    assert!(status.success());
    assert_eq!(
        files(&root().join("schemas")),
        files(folder.path()),
        "refresh them with `cargo run -p edge -- schema --write schemas`"
    );
}

#[test]
fn the_policy_schema_is_that_of_the_reader() {
    let output = Command::new(env!("CARGO_BIN_EXE_edge")).args(["policy", "schema"]).output().unwrap();
    assert!(output.status.success());
    assert!(
        read("schemas/policy.schema.json").as_bytes() == output.stdout,
        "refresh it with `cargo run -p edge -- policy schema > schemas/policy.schema.json`"
    );
}

/// Every file of the registry in a folder, by name.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let yaml = entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    yaml.map(|path| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap())
    })
    .collect()
}

#[test]
fn the_pages_link_to_what_is_there() {
    for page in [
        "README.md",
        "edge/ARCHITECTURE.md",
        "edge/policy/README.md",
        "telemetry/README.md",
        "telemetry/schema/README.md",
    ] {
        let text = read(page);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = root().join(page).parent().unwrap().join(file);
            let is_there = target.exists() && (heading.is_empty() || has_heading(&text, heading));
            assert!(link.contains("://") || is_there, "{page} links to {link}");
        }
    }
}
