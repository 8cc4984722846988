//! Questions about speed, each with a corpus, a checked result and, where there is one, a peer.
