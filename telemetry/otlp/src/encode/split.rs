//! One `ExportMetricsServiceRequest` as several: receivers have a limit, OTLP/gRPC's usually 4 MiB.

use super::wire::{Field, LARGE, close, fields, open};

/// A request with some of the points of a larger one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetricsPart {
    /// An `ExportMetricsServiceRequest`.
    pub body: Vec<u8>,
    /// How many points it has.
    pub points: usize,
}

/// The numbers by which a message has those inside it, from the request over `ResourceMetrics`, `ScopeMetrics` and
/// `Metric` to `Gauge`, `Sum` and histograms, which have the points.
const INSIDE: [&[u8]; 5] = [&[1], &[2], &[2], &[5, 7, 9, 10], &[1]];

/// Divides an `ExportMetricsServiceRequest`, as `encode_metrics` writes it, into requests of at most `bytes_max` bytes that
/// have the same points in the same order.
///
/// A point is never divided: one that is larger, with what has to be around it, is a request of its own. What is around
/// points, such as the resource, is in every request. What is no such message ends where it cannot be understood.
pub fn split_metrics(request: &[u8], bytes_max: usize) -> Vec<MetricsPart> {
    let mut parts = Parts {
        bytes_max,
        done: Vec::new(),
        part: MetricsPart::default(),
        path: Vec::new(),
        open: Vec::new(),
    };
    parts.visit(request);
    parts.end_part();
    parts.done
}

struct Parts<'a> {
    bytes_max: usize,
    done: Vec<MetricsPart>,
    /// The one being written.
    part: MetricsPart,
    /// The messages around what is visited, the outermost first.
    path: Vec<Around<'a>>,
    /// Where those start that are open in the part: `open.len() <= path.len()`, because none is opened without a point.
    open: Vec<usize>,
}

/// A message around points, without them.
struct Around<'a> {
    number: u8,
    rest: Vec<&'a [u8]>,
}

impl<'a> Parts<'a> {
    fn visit(&mut self, message: &'a [u8]) {
        let inside = |field: &Field<'_>| INSIDE[self.path.len()].contains(&field.number);
        for field in fields(message).filter(inside).collect::<Vec<_>>() {
            match INSIDE.get(self.path.len() + 1) {
                Some(inside) => self.visit_around(&field, inside),
                None => self.push(field.whole),
            }
        }
    }

    fn visit_around(&mut self, field: &Field<'a>, inside: &[u8]) {
        let rest = fields(field.content).filter(|field| !inside.contains(&field.number));
        self.path.push(Around { number: field.number, rest: rest.map(|field| field.whole).collect() });
        self.visit(field.content);
        self.path.pop();
        self.close_down_to(self.path.len());
    }

    fn push(&mut self, point: &[u8]) {
        let around: usize = self.path[self.open.len()..].iter().map(Around::len).sum();
        if self.part.body.len() + around + point.len() > self.bytes_max {
            self.end_part();
        }
        let body = &mut self.part.body;
        for around in &self.path[self.open.len()..] {
            self.open.push(open::<LARGE>(body, around.number));
            around.rest.iter().for_each(|field| body.extend_from_slice(field));
        }
        body.extend_from_slice(point);
        self.part.points += 1;
    }

    fn end_part(&mut self) {
        self.close_down_to(0);
        if self.part.points > 0 {
            self.done.push(std::mem::take(&mut self.part));
        }
    }

    fn close_down_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let start = self.open.pop().expect("it is not empty");
            close::<LARGE>(&mut self.part.body, start);
        }
    }
}

impl Around<'_> {
    fn len(&self) -> usize {
        1 + LARGE + self.rest.iter().map(|field| field.len()).sum::<usize>()
    }
}
