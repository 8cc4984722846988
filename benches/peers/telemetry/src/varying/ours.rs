//! Our side: a set that varies by both enums, whose combinations are a dense array.

use otel_arrow_dfe_telemetry::attributes::AttributeEnum;
use telemetry::__private::Cells;
use telemetry::{
    AttributeField, AttributeKind, AttributeSet, Counter, Instrument, MetricSet, MetricsDescriptor,
    MetricsField, Scalar, Set, Stability, Telemetry, Varying, VaryingAttribute,
};

use super::{Outcome, Pair, Signal, pass, threads};
use crate::side::{Side, THREADS, Totals};

const RECORDS: &str = "bench.varying.records";

/// What is counted.
struct Records {
    records: Counter<u64>,
}

pub fn side(stream: &[Pair]) -> Side<'_> {
    let telemetry = Telemetry::default();
    let mut set = telemetry.worker().register::<Records>(());
    Side::new("ours", move || pass(stream, &mut set, count), move || Totals::counted(total(&telemetry)))
}

pub fn on_threads(stream: &[Pair]) -> Side<'_> {
    let telemetry = Telemetry::default();
    let sets = [(); THREADS].map(|()| telemetry.worker().register::<Records>(()));
    threads("ours on 2 threads", stream, sets, count, move |_| total(&telemetry))
}

fn count(set: &mut Set<Records>, pair: Pair) {
    set.with(pair).records.inc();
}

fn total(telemetry: &Telemetry) -> u64 {
    telemetry.collect().sum(RECORDS, &[])
}

impl MetricSet for Records {
    type Attributes = ();
    type Varying = Pair;
    const DESCRIPTOR: &'static MetricsDescriptor = {
        static DESCRIPTOR: MetricsDescriptor = MetricsDescriptor {
            name: "bench.varying",
            brief: "What is counted.",
            fields: &[MetricsField {
                name: RECORDS,
                unit: "{record}",
                kind: <Counter<u64> as Instrument>::KIND,
                buckets: None,
                brief: "Records.",
                stability: Stability::Development,
                deprecated: None,
                exemplars: false,
            }],
            attributes: <() as AttributeSet>::DESCRIPTOR,
            varying: <Pair as Varying>::FIELDS,
        };
        &DESCRIPTOR
    };

    fn attach(cells: &Cells) -> Self {
        Self { records: cells.field(0) }
    }
}

/// The words are those of the peer's enum.
macro_rules! varying {
    ($name:ident, $key:literal, $brief:literal) => {
        impl VaryingAttribute for $name {
            const FIELD: AttributeField = AttributeField {
                key: $key,
                kind: AttributeKind::Text,
                brief: $brief,
                stability: Stability::Development,
                deprecated: None,
            };
            const COUNT: usize = <Self as AttributeEnum>::CARDINALITY;

            #[inline]
            fn index(self) -> usize {
                self as usize
            }

            fn scalar_at(index: usize) -> Scalar {
                Scalar::Word(<Self as AttributeEnum>::VARIANTS[index])
            }
        }
    };
}

varying!(Outcome, "bench.outcome", "What happened.");
varying!(Signal, "bench.signal", "To what.");
