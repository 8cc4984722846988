//! The two text formats, and which of them a scraper wants.

use crate::accept;

/// A text format of metrics that Prometheus reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextFormat {
    /// Prometheus text 0.0.4.
    Prometheus,
    /// OpenMetrics 1.0: also has exemplars, units and the times at which series began.
    OpenMetrics,
}

impl TextFormat {
    /// What to serve it as.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// The format for a request with these values of its Accept header fields, by RFC 9110 §12.5.1.
    ///
    /// OpenMetrics only for those who ask for it by name and want it no less than the other: a wildcard is what
    /// browsers and shell tools send. Who wants neither gets Prometheus text, as §12.5.1 allows, instead of an error.
    ///
    /// ```
    /// # use telemetry::TextFormat;
    /// let accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    /// assert_eq!(TextFormat::accepted([accept]), TextFormat::OpenMetrics);
    /// assert_eq!(TextFormat::accepted(["*/*"]), TextFormat::Prometheus);
    /// assert_eq!(TextFormat::accepted([]), TextFormat::Prometheus);
    /// ```
    pub fn accepted<'a>(accept: impl IntoIterator<Item = &'a str, IntoIter: Clone>) -> Self {
        let accept = accept.into_iter();
        let open = accept::preference(accept.clone(), Self::OpenMetrics.content_type());
        let plain = accept::preference(accept, Self::Prometheus.content_type());
        let wanted = open.is_named && open.quality > 0 && open.quality >= plain.quality;
        if wanted { Self::OpenMetrics } else { Self::Prometheus }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accept: &str, expected: TextFormat) {
        assert_eq!(TextFormat::accepted([accept]), expected, "{accept}");
    }

    #[test]
    fn scrapers_get_what_they_want_most() {
        let (prometheus, open) = (TextFormat::Prometheus, TextFormat::OpenMetrics);
        let today = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
                     application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,\
                     text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        check(today, open);
        check("text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5", prometheus);
        check("application/openmetrics-text", open);
        check("application/openmetrics-text;q=0", prometheus);
        check("application/openmetrics-text;version=2.0.0", prometheus);
        check("application/*", prometheus);
        check("text/html", prometheus);
    }

    #[test]
    fn several_fields_are_one_list() {
        let fields = ["text/plain;q=0.5", "application/openmetrics-text"];
        assert_eq!(TextFormat::accepted(fields), TextFormat::OpenMetrics);
    }
}
