//! The words of the format: closed lists, each with its spelling.

use std::fmt;

/// One of a closed list of words.
pub trait Word: Copy + 'static {
    /// Every word, in the order of documentation.
    const ALL: &'static [Self];

    /// How the format spells it.
    fn as_str(self) -> &'static str;

    /// The word of that spelling.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == word)
    }
}

macro_rules! words {
    ($(#[$of_list:meta])* $list:ident { $($(#[$of_word:meta])* $word:ident = $spelling:literal,)* }) => {
        $(#[$of_list])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $list { $($(#[$of_word])* $word),* }

        impl Word for $list {
            const ALL: &'static [Self] = &[$(Self::$word),*];

            fn as_str(self) -> &'static str {
                match self { $(Self::$word => $spelling),* }
            }
        }

        impl fmt::Display for $list {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How much a definition may still change, rising.
    Stability {
        /// Left over from an older format; `deprecated` says it better.
        Deprecated = "deprecated",
        /// May change at any time.
        Development = "development",
        /// Tried by few.
        Alpha = "alpha",
        /// Tried by many.
        Beta = "beta",
        /// Stable unless something is found.
        ReleaseCandidate = "release_candidate",
        /// Does not change.
        Stable = "stable",
    }
}

words! {
    /// The instruments that the format knows.
    MetricInstrument {
        /// Only goes up.
        Counter = "counter",
        /// Goes up and down.
        UpDownCounter = "updowncounter",
        /// The last value seen.
        Gauge = "gauge",
        /// A distribution of values.
        Histogram = "histogram",
    }
}

words! {
    /// The numbers of a metric, which the format has no word for.
    Number {
        /// Never negative.
        U64 = "u64",
        /// Whole.
        I64 = "i64",
        /// Floating.
        F64 = "f64",
    }
}

words! {
    /// What a plain attribute holds.
    PlainType {
        /// Any text.
        String = "string",
        /// A whole number.
        Int = "int",
        /// A floating number.
        Double = "double",
        /// True or false.
        Boolean = "boolean",
        /// Any of these.
        Any = "any",
    }
}

words! {
    /// How much an event matters, rising.
    Severity {
        /// Every step.
        Trace = "trace",
        /// For whoever debugs.
        Debug = "debug",
        /// Normal life.
        Info = "info",
        /// Somebody should look.
        Warn = "warn",
        /// Something failed.
        Error = "error",
    }
}

words! {
    /// Which side of a call a span is on.
    SpanKind {
        /// Neither.
        Internal = "internal",
        /// Calls.
        Client = "client",
        /// Is called.
        Server = "server",
        /// Leaves a message.
        Producer = "producer",
        /// Takes a message.
        Consumer = "consumer",
    }
}
