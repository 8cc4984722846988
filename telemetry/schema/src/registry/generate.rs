//! placeholder
use super::{Registry, RegistryProblem};
/// x
pub fn generate(_: &Registry) -> Result<String, Vec<RegistryProblem>> {
    Ok(String::new())
}
