# `make demo` and `make test` do all their own set-up on a fresh machine with Rust and a C compiler.

CARGO ?= cargo
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)
# Kept outside the checkout: the peers' bundled C++ libraries take minutes to build and hundreds of megabytes.
PEERS_TARGET_DIR ?= $(CACHE)/edge-peers
TELEMETRY_PEERS = (cd benches/peers/telemetry && CARGO_TARGET_DIR='$(PEERS_TARGET_DIR)' $(CARGO) build --release)

.PHONY: help demo test lint bars peers setup

help:
	@echo 'make demo    edge with sample policies, a generator and an intake, on loopback; ^C ends it'
	@echo 'make test    the whole suite'
	@echo 'make lint    rustfmt, clippy, documentation'
	@echo 'make bars    what is measured against its limit, a line each; ARGS=policy_eval for some'
	@echo 'make peers   builds the programs that the bars compare with (minutes, once)'

setup:
	@scripts/setup.sh

demo: setup
	$(CARGO) run --release -p edge --bin edge -- demo $(ARGS)

test: setup
	@scripts/test.sh $(ARGS)

lint: setup
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) clippy -p telemetry --all-features --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --workspace --no-deps

bars: setup
# Half of that program is ours: once built it is built anew, or it would measure what is there no more.
	@if [ -e '$(PEERS_TARGET_DIR)/release/sdk-peers' ]; then $(TELEMETRY_PEERS); fi
	$(CARGO) build --release -p benches --bins
	PEERS_TARGET_DIR='$(PEERS_TARGET_DIR)' $(CARGO) run --release -p benches --bin bars -- $(ARGS)

peers: setup
	@command -v cmake >/dev/null || { echo 'the peers bundle C++: install cmake, ragel, protoc, the headers of Boost and a compiler (Debian: apt-get install cmake ragel protobuf-compiler libprotobuf-dev libboost-dev g++)' >&2; exit 1; }
	cd benches/peers/policy-rs && CARGO_TARGET_DIR='$(PEERS_TARGET_DIR)' $(CARGO) build --release
	$(TELEMETRY_PEERS)
