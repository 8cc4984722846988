//! The end of a connection whose sender may still be sending.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::wire::Wire;

/// How long a sender may take to notice that it is being hung up on.
const LINGER: Duration = Duration::from_secs(2);

/// Bytes thrown away at a time.
const SCRATCH_BYTES: usize = 16 << 10;

/// Writes a last answer and lingers.
pub(crate) async fn say(wire: &mut Wire, answer: &'static [u8]) {
    let said = tokio::time::timeout(LINGER, wire.write_all(answer)).await;
    if matches!(said, Ok(Ok(()))) {
        linger(wire).await;
    }
}

/// Ends our side and throws away what still arrives, until the sender ends its own.
pub(crate) async fn linger(wire: &mut Wire) {
    // Whether it works or not, the connection is closed next.
    let _ = tokio::time::timeout(LINGER, async {
        wire.shutdown().await?;
        let mut scratch = vec![0; SCRATCH_BYTES];
        while wire.read(&mut scratch).await? > 0 {}
        std::io::Result::Ok(())
    })
    .await;
}
