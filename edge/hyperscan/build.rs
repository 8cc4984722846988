//! Links the system's Hyperscan, or Vectorscan, which has the same interface.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if let Err(error) = pkg_config::Config::new().atleast_version("5.2").probe("libhs") {
        panic!(
            "libhs was not found through pkg-config: install libhyperscan-dev (Debian, Ubuntu on x86-64), \
             libvectorscan-dev (on arm64), hyperscan-devel (Fedora), vectorscan (Homebrew, Arch), \
             or run `make setup`\n{error}"
        );
    }
}
