//! One of everything that can be exported, for judges that know nothing of the exporter: `/metrics` answers as the
//! scraper's Accept header wants, `/text` always in Prometheus text, and `/expected` is a list in JSON of what was
//! declared and recorded, from which they work out what the texts must say. The first line printed is the address.

mod answers;
mod journal;
mod recordings;
mod sets;

use std::io;
use std::net::TcpListener;

use telemetry::{Telemetry, TelemetryOptions};

use answers::Answers;
use journal::Journal;

/// What emits it all; one value needs every escape there is.
const RESOURCE: [(&str, &str); 2] = [("service.name", "exposition"), ("service.version", "1 \"β\" \\ \n")];

fn main() -> io::Result<()> {
    let resource: Vec<_> = RESOURCE.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let mut journal = Journal::new(&resource);
    let telemetry = Telemetry::new(TelemetryOptions { resource, ..TelemetryOptions::default() });
    let worker = telemetry.worker();
    let recorded = recordings::record(&telemetry, &worker, &mut journal);

    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    let mut answers = Answers { telemetry, journal, scrapes: worker.register(()) };
    for connection in listener.incoming() {
        // A scraper that goes away is no reason to.
        let _ = connection.and_then(|connection| answers.answer(connection));
    }
    drop(recorded);
    Ok(())
}
