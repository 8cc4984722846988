//! The kinds of instrument a declaration can name.

/// An instrument, by the type name a declaration uses for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instrument {
    /// Only goes up.
    Counter,
    /// Goes up and down, and adds up over workers.
    UpDownCounter,
    /// The last value seen.
    Gauge,
    /// A sum that only goes up, counted elsewhere and observed here.
    ObserveCounter,
    /// A sum that goes up and down, counted elsewhere and observed here.
    ObserveUpDownCounter,
    /// The minimum, maximum, sum and count of values.
    Mmsc,
    /// A distribution of values.
    Histogram,
}

impl Instrument {
    /// Every instrument, in the order of documentation.
    pub const ALL: [Self; 7] = [
        Self::Counter,
        Self::UpDownCounter,
        Self::Gauge,
        Self::ObserveCounter,
        Self::ObserveUpDownCounter,
        Self::Mmsc,
        Self::Histogram,
    ];

    /// The type name that declares it.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Counter => "Counter",
            Self::UpDownCounter => "UpDownCounter",
            Self::Gauge => "Gauge",
            Self::ObserveCounter => "ObserveCounter",
            Self::ObserveUpDownCounter => "ObserveUpDownCounter",
            Self::Mmsc => "Mmsc",
            Self::Histogram => "Histogram",
        }
    }

    /// The instrument that a type name declares; `None` for names this crate does not know, such as aliases.
    pub fn from_type_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|instrument| instrument.type_name() == name)
    }
}
