//! Every example runs to its end and prints what it promises.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the test runner has built the examples: beside the folder of this test.
fn folder() -> PathBuf {
    let test = std::env::current_exe().expect("the system knows what it runs");
    let deps = test.parent().and_then(Path::parent);
    deps.expect("tests are built in a folder of their own").join("examples")
}

/// The standard output of an example, with `RUST_LOG` as given.
fn run(name: &str, directives: &str) -> String {
    let program = folder().join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "not built yet: run `cargo build -p telemetry --examples`");
    let output = Command::new(program).env("RUST_LOG", directives).output().expect("it can be started");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} ended with {}: {told}", output.status);
    String::from_utf8(output.stdout).expect("it prints text")
}

fn check(name: &str, directives: &str, expected: &[&str]) {
    let printed = run(name, directives);
    for part in expected {
        assert!(printed.contains(part), "{name} did not print {part:?}:\n{printed}");
    }
}

#[test]
fn thread_per_core_counts_everything() {
    let printed = run("thread_per_core", "");
    let workers: u64 =
        printed.split(' ').next().and_then(|word| word.parse().ok()).expect("it says so first");
    for (outcome, each) in [("served", 1800), ("refused", 200)] {
        let series = format!("{{server_port=\"8080\",app_outcome=\"{outcome}\"}} {}\n", workers * each);
        for metric in ["app_requests_total", "app_request_duration_seconds_count"] {
            assert!(printed.contains(&format!("{metric}{series}")), "{metric}{series} is not in\n{printed}");
        }
    }
}

#[test]
fn tokio_multi_thread_shows_its_requests() {
    let expected = [
        "app_http_server_requests_total{http_route=\"/\"} 30\n",
        "app_http_server_requests_total{http_route=\"none\"} 10\n",
        "app_http_server_request_duration_seconds_count{http_route=\"/\"} 30\n",
    ];
    check("tokio_multi_thread", "", &expected);
}

#[test]
fn events_and_spans_go_on_with_the_trace_of_the_caller() {
    let expected = [
        "out \"00-0af7651916cd43dd8448eb211c80319c-",
        "event info app.server.ready server.address=\"127.0.0.1\" server.port=8080 trace=none",
        "event warn app.query.failed app.query.key=\"orders/missing\" app.query.attempts=3 error.type=\"timeout\" trace=",
        " no answer in time\n",
        "span client app.query app.query.key=\"orders/1\" trace=0af7651916cd43dd8448eb211c80319c parent=",
        "span server app.request http.request.method=\"GET\" app.outcome=\"served\" \
         trace=0af7651916cd43dd8448eb211c80319c parent=b7ad6b7169203331 Unset\n",
        "parent=none Error(\"the storage did not answer\")\n",
    ];
    check("events_and_spans", "info", &expected);
    assert!(!run("events_and_spans", "info").contains("app.request.started"));
    check("events_and_spans", "debug", &["event debug app.request.started app.query.key=\"orders/1\""]);
}

#[test]
fn the_readme_names_every_example() {
    let sources = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"));
    let readme = include_str!("../README.md");
    for source in sources.expect("there are some").filter_map(Result::ok) {
        let name = source.file_name().into_string().expect("names are text");
        assert!(readme.contains(&format!("examples/{name}")), "README.md does not name {name}");
    }
}
