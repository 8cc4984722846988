use std::time::Duration;

use edge_extension::{Batching, Compression, Place, Store, Target};
use edge_provider::{Encoding, FileSource, Source, SyncProtocol};
use telemetry::logs::Level;

use super::*;

/// Reads `file` with `variables` set.
fn read(file: &str, variables: &[(&str, &str)]) -> Result<Loaded, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, file).unwrap();
    let variables = variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    load(Some(&path), &variables)
}

fn config(file: &str, variables: &[(&str, &str)]) -> Config {
    read(file, variables).unwrap().config
}

/// The problems of `file`, one a line.
fn problems(file: &str, variables: &[(&str, &str)]) -> Vec<String> {
    match read(file, variables) {
        Err(ConfigError::Invalid { problems, .. }) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("no problems found: {other:?}"),
    }
}

#[test]
fn the_defaults_are_the_documented_ones() {
    let config = config("", &[]);
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.upstreams.iter().count(), 0);
    assert_eq!(config.server.limits.body_bytes_max, 16 << 20);
    assert_eq!(config.server.limits.decoded_bytes_max, 64 << 20);
    assert_eq!(config.server.limits.connections_max, 1024);
    assert_eq!(config.server.deadlines.head, Duration::from_secs(30));
    assert_eq!(config.server.deadlines.dial, Duration::from_secs(10));
    assert_eq!(config.server.deadlines.idle, Duration::from_secs(60));
    assert_eq!(config.ready_after, ReadyAfter::Policies);
    assert_eq!(config.service.version, crate::VERSION);
}

#[test]
fn json_and_yaml_read_alike() {
    let json = r#"{"listen_port": 9, "policy_providers": [{"id": "a", "type": "file", "path": "p.yaml"}]}"#;
    let yaml = "listen_port: 9\npolicy_providers:\n- {id: a, type: file, path: p.yaml}\n";
    for file in [json, yaml] {
        let config = config(file, &[]);
        assert_eq!(config.server.listen.port(), 9);
        let [Source::File(FileSource { id, path })] = &config.providers[..] else {
            panic!("{:?}", config.providers)
        };
        assert!(id == "a" && path.ends_with("p.yaml"), "{path:?}");
    }
}

#[test]
fn the_environment_beats_the_file_and_the_file_the_defaults() {
    let file = "listen_port: 9\nlog_level: warn\ndeadlines: {drain: 5s}";
    let config = config(file, &[("TERO_LISTEN_PORT", "10"), ("EDGE_DEADLINES_HEAD", "7")]);
    assert_eq!(config.server.listen.port(), 10);
    assert_eq!(config.log_level, Level::Warn);
    assert_eq!(config.server.deadlines.drain, Duration::from_secs(5));
    assert_eq!(config.server.deadlines.head, Duration::from_secs(7));
}

#[test]
fn variables_are_substituted_in_overrides_too() {
    let config = config(
        "upstream_url: http://${HOST}:4318/${KEEP}",
        &[("HOST", "intake"), ("KEEP", "base"), ("TERO_SERVICE_NAME", "edge-${HOST}")],
    );
    assert_eq!(config.server.upstreams.default.unwrap().to_string(), "http://intake:4318/base");
    assert_eq!(config.service.name, "edge-intake");
}

#[test]
fn every_problem_is_found_at_once_with_its_place() {
    let file = r#"{
        "listen_port": 70000, "listen_adress": "x", "upstream_url": "ftp://u:secret@h", "log_level": "loud",
        "workers": 0, "max_body_size": "big", "max_connections": 0, "ready_after": "${NOPE}",
        "deadlines": {"idle": "0s"}, "policy_providers": [
            {"id": "a", "type": "http", "url": "ftp://u:secret@h", "poll_interval": -1}, {"id": "a", "type": "file"}, {"type": "fax"}, 3
        ]
    }"#;
    let expected = [
        "listen_adress: unknown key; the nearest known one is `listen_address`",
        "ready_after: environment variable NOPE is not set; set it, or write `$${NOPE}` for the literal text",
        "listen_port: `70000` is not a port from 0 to 65535",
        "workers: `0` is not `auto` or a number from 1 to 1024",
        "max_body_size: `big` is not a positive size such as 1048576 or 1MiB",
        "max_connections: `0` is not a number from 1 to 1000000",
        "deadlines.idle: `0s` is not a duration from 1ms to 24h such as 30s",
        "upstream_url: `ftp://***@h` does not start with http:// or https://",
        "log_level: `loud` is not one of trace, debug, info, warn, err, error",
        "policy_providers[0].url: `ftp://***@h` does not start with http:// or https://",
        "policy_providers[0].poll_interval: `-1` is not a duration from 1ms to 24h such as 30s",
        "policy_providers[1].path: must be set",
        "policy_providers[2].id: must be set",
        "policy_providers[2].type: `fax` is not one of file, http, grpc",
        "policy_providers[3]: must be a table",
        "policy_providers[1].id: `a` is used by an earlier provider too; ids are unique",
    ];
    assert_eq!(problems(file, &[]), expected);
}

#[test]
fn one_mistake_is_told_once() {
    let expected = ["telemetry.spans: must be a single value, not a list or table"];
    assert_eq!(problems("telemetry: {otlp_endpoint: 'http://h', spans: [true]}", &[]), expected);
    let expected = ["telemetry.spans: `yes` is not true or false"];
    assert_eq!(problems("telemetry: {otlp_endpoint: 'http://h', spans: 'yes'}", &[]), expected);
    let spans = config("telemetry: {otlp_endpoint: 'http://h', spans: true}", &[]);
    assert!(spans.server.has_spans && !config("", &[]).server.has_spans);
}

#[test]
fn quantities_that_cannot_be_meant_are_refused() {
    let duration = |text| format!("deadlines.answer: `{text}` is not a duration from 1ms to 24h such as 30s");
    for text in ["1e19s", "25h", "0", "1e-9", "-1s"] {
        assert_eq!(problems(&format!("deadlines: {{answer: {text}}}"), &[]), [duration(text)]);
    }
    assert_eq!(config("deadlines: {answer: 24h}", &[]).server.deadlines.answer.as_secs(), 86400);
    for key in ["max_body_size", "max_decoded_bytes"] {
        let expected = format!("{key}: `0` is not a positive size such as 1048576 or 1MiB");
        assert_eq!(problems(&format!("{key}: 0"), &[]), [expected]);
    }
    let many = "max_connections: `99999999999999999999` is not a number from 1 to 1000000";
    assert_eq!(problems("{\"max_connections\": \"99999999999999999999\"}", &[]), [many]);
}

#[test]
#[cfg(not(feature = "opentelemetry"))]
fn a_log_provider_that_is_not_built_in_is_refused_with_the_feature_to_build_with() {
    let expected = "telemetry.logs.providers.engine: `opentelemetry` is not built in: build edge with the feature \
                    `opentelemetry`, or use `its` for OTLP";
    assert_eq!(problems("telemetry: {logs: {providers: {engine: opentelemetry}}}", &[]), [expected]);
}

#[test]
#[cfg(feature = "opentelemetry")]
fn the_log_provider_opentelemetry_needs_a_logger_provider_of_the_distribution() {
    let file = "telemetry: {logs: {providers: {engine: opentelemetry}}}";
    let [problem] = &problems(file, &[])[..] else { panic!("one thing is wrong") };
    assert!(problem.contains("set_opentelemetry"), "{problem}");
    telemetry::logs::set_opentelemetry(opentelemetry_sdk::logs::SdkLoggerProvider::builder().build());
    assert_eq!(config(file, &[]).telemetry.logs.engine, super::LogProvider::OpenTelemetry);
}

#[test]
fn header_fields_that_http_cannot_carry_are_refused_with_their_place() {
    let file = "telemetry: {otlp_headers: [{name: a key, value: x}, {name: ok, value: \"a\\nb\"}]}";
    let expected = [
        "telemetry.otlp_headers[0].name: `a key` is no name of a header field",
        "telemetry.otlp_headers[1].value: has characters that a header field cannot have",
    ];
    assert_eq!(problems(file, &[]), expected);
}

#[test]
fn a_variable_that_is_not_set_is_told_once_also_where_a_value_is_required() {
    let unset = "environment variable NOPE is not set; set it, or write `$${NOPE}` for the literal text";
    let file = "service: {name: \"${NOPE}\"}\npolicy_providers: [{id: a, type: file, path: \"${NOPE}\"}]";
    assert_eq!(
        problems(file, &[]),
        [format!("service.name: {unset}"), format!("policy_providers[0].path: {unset}")]
    );
}

#[test]
fn a_password_is_not_repeated_whatever_is_wrong_with_its_url() {
    for url in ["user:secretpw@h", "http:/user:secretpw@h", "http://user:secretpw@h", "u:secretpw@h:x/?a=b"] {
        let told = problems(&format!("upstream_url: \"{url}\""), &[]);
        assert!(told.len() == 1 && !told[0].contains("secretpw"), "{told:?}");
    }
}

#[test]
fn a_key_given_twice_is_named() {
    let error = read("{\"workers\": 1,\n\"workers\": 2}", &[]).unwrap_err().to_string();
    assert!(error.contains("is not valid JSON: key `workers` is given twice at line 2"), "{error}");
}

#[test]
fn a_relative_policy_path_is_beside_the_configuration_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    let provider = |id, path| format!("{{id: {id}, type: file, path: {path}}}");
    let server = "{id: c, type: grpc, url: \"http://h\", cache_path: c.json}".to_owned();
    let providers = [provider("a", "p/q.yaml"), provider("b", "/r.yaml"), server].join(", ");
    std::fs::write(&path, format!("policy_providers: [{providers}]")).unwrap();
    let loaded = load(Some(&path), &Variables::new()).unwrap();
    let paths = loaded.config.providers.into_iter().map(|it| match it {
        Source::File(file) => file.path,
        Source::Sync(server) => server.cache_path.unwrap(),
    });
    let expected = [folder.path().join("p/q.yaml"), "/r.yaml".into(), folder.path().join("c.json")];
    assert_eq!(paths.collect::<Vec<_>>(), expected);
}

#[test]
fn a_wrong_override_names_its_variable() {
    assert_eq!(
        problems("", &[("EDGE_LISTEN_PORT", "x")]),
        ["listen_port (set by EDGE_LISTEN_PORT): `x` is not a port from 0 to 65535"]
    );
}

#[test]
fn a_value_that_a_variable_left_empty_is_not_taken_for_a_default() {
    let expected = "log_level: is empty; it must be one of trace, debug, info, warn, err, error";
    assert_eq!(
        problems("log_level: ${LEVEL}\nupstream_url: ${URL}", &[("LEVEL", ""), ("URL", "")]),
        [expected]
    );
}

#[test]
fn a_syntax_error_names_file_and_line() {
    let error = read("{\n  \"listen_port\": 1,,\n}", &[]).unwrap_err().to_string();
    assert!(error.contains("is not valid JSON") && error.contains("line 2 column 20"), "{error}");
    let error = read("a: [", &[]).unwrap_err().to_string();
    assert!(error.contains("is not valid YAML") && error.contains("line"), "{error}");
    let error = load(Some(Path::new("/nope.json")), &Variables::new()).unwrap_err().to_string();
    assert!(error.starts_with("cannot read configuration file /nope.json: "), "{error}");
}

#[test]
fn keys_without_effect_are_named() {
    let file = "otlp_grpc_url: http://h:4317\nlogs_url: http://h\nprometheus: {on_limit: truncate}";
    assert_eq!(read(file, &[]).unwrap().ineffective(), ["otlp_grpc_url", "prometheus.on_limit"]);
    assert_eq!(read("listen_port: 1", &[]).unwrap().ineffective(), [""; 0]);
}

#[test]
fn the_effective_configuration_is_printed_without_secrets() {
    let file = r#"{"listen_port": 9, "policy_providers": [{"id": "a", "type": "file", "path": "p",
        "headers": [{"name": "authorization", "value": "Bearer ${KEY}"}]}]}"#;
    let printed = read(file, &[("KEY", "s3cret"), ("TERO_LOG_LEVEL", "debug")]).unwrap().printed();
    let tree: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(tree["policy_providers"][0]["headers"][0]["value"], "***");
    assert_eq!((&tree["listen_port"], &tree["log_level"]), (&9.into(), &"debug".into()));
    assert_eq!(tree["deadlines"]["idle"], "60s");
    assert!(!printed.contains("s3cret"));
}

/// The one server of a configuration.
fn server(file: &str) -> edge_provider::SyncSource {
    match config(file, &[]).providers.pop() {
        Some(Source::Sync(server)) => *server,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_has_defaults_and_says_what_differs() {
    let plain = server("policy_providers: [{id: a, type: http, url: 'https://h/v1/policy/sync'}]");
    assert_eq!((plain.id.as_str(), plain.url.to_string().as_str()), ("a", "https://h/v1/policy/sync"));
    assert_eq!(plain.protocol, SyncProtocol::Http(Encoding::Protobuf));
    assert_eq!((plain.poll_interval.as_secs(), plain.timeout.as_secs()), (60, 10));
    assert!(plain.headers.is_empty() && plain.cache_path.is_none());
    let full = server(
        "policy_providers: [{id: a, type: http, url: 'http://h', encoding: json, poll_interval_secs: 5, timeout: 2s,
            headers: [{name: Authorization, value: x}], cache_path: /c}]",
    );
    assert_eq!(full.protocol, SyncProtocol::Http(Encoding::Json));
    assert_eq!((full.poll_interval.as_secs(), full.timeout.as_secs()), (5, 2));
    assert_eq!((full.headers[0].0.as_str(), full.headers[0].1.to_str().unwrap()), ("authorization", "x"));
    assert_eq!(full.cache_path, Some("/c".into()));
    let grpc = server("policy_providers: [{id: a, type: grpc, url: 'http://h:4317', poll_interval: 90s}]");
    assert_eq!((grpc.protocol, grpc.poll_interval.as_secs()), (SyncProtocol::Grpc, 90));
}

#[test]
fn what_is_wrong_with_a_server_is_told_with_its_place() {
    let file = "policy_providers: [{id: a, type: http, encoding: xml, headers: [{name: a b, value: x}]},
        {id: b, type: grpc, url: 'http://h/path', poll_interval: 5, poll_interval_secs: 5}, {id: c, type: grpc, url: h}]";
    let expected = [
        "policy_providers[0].encoding: `xml` is not one of protobuf, json",
        "policy_providers[0].url: must be set",
        "policy_providers[0].headers[0].name: `a b` is no name of a header field",
        "policy_providers[1].url: `http://h/path` has a path, which gRPC has no use for",
        "policy_providers[1].poll_interval: is another name of `poll_interval_secs`; give one of them",
        "policy_providers[2].url: `h` is not an absolute URL such as https://policies.example/v1/policy/sync",
    ];
    assert_eq!(problems(file, &[]), expected);
}

#[test]
fn targets_of_extensions_are_read_with_what_they_do_not_say() {
    let config = config(
        "extensions: {targets: [
            {kind: s3, name: a, bucket: b, region: r, endpoint: 'http://h:1', prefix: p/, compression: zstd,
             max_object_bytes: 1KiB, max_object_age: 5, max_backlog_bytes: 1MiB},
            {kind: azure, name: a, bucket: c, account: me}, {kind: file, name: f, path: dump}]}",
        &[("AWS_SECRET_ACCESS_KEY", "x"), ("OTHER", "x")],
    );
    let Extensions { targets, environment } = config.extensions;
    assert_eq!(format!("{environment:?}"), "[\"AWS_SECRET_ACCESS_KEY\"]");
    let text = |text: &str| Some(text.to_owned());
    let place = Place { bucket: "b".into(), region: text("r"), account: None, endpoint: text("http://h:1") };
    let batching = Batching {
        compression: Compression::Zstd,
        object_bytes_max: 1024,
        object_age_max: Duration::from_secs(5),
        backlog_bytes_max: 1 << 20,
        ..Batching::default()
    };
    assert_eq!(
        targets[0],
        Target { name: "a".into(), store: Store::S3(place), prefix: "p/".into(), batching }
    );
    let place = Place { bucket: "c".into(), account: text("me"), ..Place::default() };
    assert_eq!((&targets[1].store, targets[1].batching), (&Store::Azure(place), Batching::default()));
    let Store::File(path) = &targets[2].store else { panic!("{:?}", targets[2]) };
    assert!(path.is_absolute() && path.ends_with("dump"), "{path:?}");
}

#[test]
fn what_is_wrong_with_targets_is_told_with_its_place() {
    let file = "extensions: {targets: [
        {kind: s3, name: a, region: r, max_object_bytes: 0},
        {kind: file, name: a, path: x, bucket: b, compression: xz},
        {kind: ftp, name: ''},
        {kind: file, name: a, path: y},
        {kind: gcs, name: g, bucket: b, endpoint: 'ftp://u:secret@h', bukket: c}]}";
    assert_eq!(
        problems(file, &[]),
        [
            "extensions.targets[4].bukket: unknown key; the nearest known one is `bucket`",
            "extensions.targets[0].bucket: must be set",
            "extensions.targets[0].max_object_bytes: `0` is not a positive size such as 1048576 or 1MiB",
            "extensions.targets[1].bucket: is for targets of kind s3, gcs, azure",
            "extensions.targets[1].compression: `xz` is not one of none, gzip, zstd",
            "extensions.targets[2].name: must be set",
            "extensions.targets[2].kind: `ftp` is not one of s3, gcs, azure, file",
            "extensions.targets[4].endpoint: `ftp://***@h` does not start with http:// or https://",
            "extensions.targets[3].name: `a` is used by an earlier target of its kind too",
        ]
    );
}
