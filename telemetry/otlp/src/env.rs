//! The environment variables of OpenTelemetry (OTLP exporter configuration).

use std::fs;
use std::str::FromStr;
use std::time::Duration;

use telemetry::Temporality;

use crate::config::{OtlpOptions, Protocol, Target};
use crate::error::ConfigError;
use crate::signal::Signal;

const HTTP_DEFAULT: &str = "http://localhost:4318";
const GRPC_DEFAULT: &str = "http://localhost:4317";

impl OtlpOptions {
    /// What the environment says: `OTEL_EXPORTER_OTLP_ENDPOINT`, `_PROTOCOL`, `_HEADERS`, `_COMPRESSION`, `_TIMEOUT`,
    /// `_CERTIFICATE`, each also per signal as in `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT`;
    /// `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`, `OTEL_METRIC_EXPORT_INTERVAL`, `OTEL_BLRP_SCHEDULE_DELAY`;
    /// and no signal whose `OTEL_LOGS_EXPORTER` and the like is `none`.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// The same with variables from anywhere.
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        // An empty variable is one that is not set.
        let variables =
            |name: &str| lookup(name).map(|text| text.trim().to_owned()).filter(|it| !it.is_empty());
        let variables = Variables(&variables);
        let default = Self::default();
        Ok(Self {
            metrics: variables.target(Signal::Metrics)?,
            logs: variables.target(Signal::Logs)?,
            traces: variables.target(Signal::Traces)?,
            interval: variables.milliseconds("OTEL_METRIC_EXPORT_INTERVAL")?.unwrap_or(default.interval),
            record_interval: variables
                .milliseconds("OTEL_BLRP_SCHEDULE_DELAY")?
                .unwrap_or(default.record_interval),
            temporality: variables.temporality()?,
            ..default
        })
    }
}

struct Variables<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Variables<'_> {
    fn target(&self, signal: Signal) -> Result<Option<Target>, ConfigError> {
        if (self.0)(&format!("OTEL_{}_EXPORTER", signal.variable())).as_deref() == Some("none") {
            return Ok(None);
        }
        let protocol = self.parsed(signal, "PROTOCOL")?.unwrap_or_default();
        let default = if protocol == Protocol::Grpc { GRPC_DEFAULT } else { HTTP_DEFAULT };
        let common = (self.0)("OTEL_EXPORTER_OTLP_ENDPOINT").unwrap_or_else(|| default.to_owned());
        let mut target = Target::new(&common, protocol, signal);
        // An endpoint of the signal's own is used as it is.
        if let Some(own) = (self.0)(&own_name(signal, "ENDPOINT")) {
            target.url = own;
        }
        if let Some((_, list)) = self.of_signal(signal, "HEADERS") {
            target.headers = headers(&list)?;
        }
        target.compression = self.parsed(signal, "COMPRESSION")?.unwrap_or_default();
        if let Some((variable, value)) = self.of_signal(signal, "TIMEOUT") {
            target.timeout = milliseconds(variable, value)?;
        }
        if let Some((_, path)) = self.of_signal(signal, "CERTIFICATE") {
            let read = fs::read(&path).map_err(|source| ConfigError::CertificateFile { path, source })?;
            target.certificates = Some(read);
        }
        Ok(Some(target))
    }

    /// What the signal's own variable says, or else the one of all signals; and which of them it was.
    fn of_signal(&self, signal: Signal, what: &str) -> Option<(String, String)> {
        let names = [own_name(signal, what), format!("OTEL_EXPORTER_OTLP_{what}")];
        names.into_iter().find_map(|name| (self.0)(&name).map(|value| (name, value)))
    }

    fn parsed<T: FromStr<Err = ConfigError>>(
        &self,
        signal: Signal,
        what: &str,
    ) -> Result<Option<T>, ConfigError> {
        self.of_signal(signal, what).map(|(_, value)| value.parse()).transpose()
    }

    fn milliseconds(&self, variable: &str) -> Result<Option<Duration>, ConfigError> {
        (self.0)(variable).map(|value| milliseconds(variable.to_owned(), value)).transpose()
    }

    fn temporality(&self) -> Result<Temporality, ConfigError> {
        let word = (self.0)("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE").unwrap_or_default();
        match word.to_ascii_lowercase().as_str() {
            "" | "cumulative" => Ok(Temporality::Cumulative),
            "delta" | "lowmemory" => Ok(Temporality::Delta),
            _ => Err(ConfigError::Temporality(word)),
        }
    }
}

fn own_name(signal: Signal, what: &str) -> String {
    format!("OTEL_EXPORTER_OTLP_{}_{what}", signal.variable())
}

fn milliseconds(variable: String, value: String) -> Result<Duration, ConfigError> {
    match value.parse() {
        Ok(number) => Ok(Duration::from_millis(number)),
        Err(_) => Err(ConfigError::Milliseconds { variable, value }),
    }
}

/// `key=value,key=value`, as W3C Baggage has it: values are percent-encoded.
fn headers(list: &str) -> Result<Vec<(String, String)>, ConfigError> {
    let members = list.split(',').map(str::trim).filter(|member| !member.is_empty());
    let pairs = members.map(|member| {
        let (key, value) = member.split_once('=').ok_or_else(|| ConfigError::Header(member.to_owned()))?;
        let value = decoded(value.trim()).ok_or_else(|| ConfigError::Header(member.to_owned()))?;
        Ok((key.trim().to_owned(), value))
    });
    pairs.collect()
}

fn decoded(text: &str) -> Option<String> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    loop {
        let (byte, after) = match rest {
            [] => return String::from_utf8(bytes).ok(),
            [b'%', high, low, after @ ..] => ((digit(*high)? * 16 + digit(*low)?) as u8, after),
            [byte, after @ ..] => (*byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Compression;

    fn options(set: &[(&str, &str)]) -> Result<OtlpOptions, ConfigError> {
        OtlpOptions::from_variables(|name| {
            set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn url(set: &[(&str, &str)], signal: Signal) -> Option<String> {
        options(set).expect("it is well formed").target(signal).map(|target| target.url.clone())
    }

    #[test]
    fn without_variables_it_is_the_local_collector_over_http() {
        assert_eq!(url(&[], Signal::Logs).as_deref(), Some("http://localhost:4318/v1/logs"));
        let grpc = [("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
        assert_eq!(url(&grpc, Signal::Traces).as_deref(), Some("http://localhost:4317"));
    }

    #[test]
    fn the_common_endpoint_gets_a_path_and_that_of_a_signal_does_not() {
        let set = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:1/base/"),
            ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://b:2/own"),
            ("OTEL_TRACES_EXPORTER", "none"),
        ];
        assert_eq!(url(&set, Signal::Metrics).as_deref(), Some("http://a:1/base/v1/metrics"));
        assert_eq!(url(&set, Signal::Logs).as_deref(), Some("http://b:2/own"));
        assert_eq!(url(&set, Signal::Traces), None);
    }

    #[test]
    fn a_signals_own_variable_comes_first_and_an_empty_one_is_none() {
        let set = [
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ("OTEL_EXPORTER_OTLP_LOGS_COMPRESSION", "none"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", " "),
            ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "250"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b%3D, x = y "),
            ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "Delta"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "5000"),
        ];
        let options = options(&set).expect("it is well formed");
        let (metrics, logs) = (options.metrics.expect("set"), options.logs.expect("set"));
        assert_eq!((metrics.compression, logs.compression), (Compression::Gzip, Compression::None));
        assert_eq!((metrics.timeout.as_millis(), logs.timeout.as_secs()), (250, 10));
        let headers = [("api-key", "a b="), ("x", "y")].map(|(key, value)| (key.into(), value.into()));
        assert_eq!(logs.headers, headers);
        assert_eq!((options.temporality, options.interval.as_secs()), (Temporality::Delta, 5));
    }

    #[test]
    fn a_mistake_is_told_with_the_value() {
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "zip"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "novalue"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=%zz"),
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/ca.pem"),
            ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "sometimes"),
        ] {
            let error = options(&[(name, value)]).expect_err(name).to_string();
            assert!(error.contains(value), "{error}");
        }
    }
}
