//! Which processors share memory.

use std::fs;
use std::path::Path;

/// The NUMA nodes of a machine, each with its processors. An input, so that tests can simulate any machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    nodes: Vec<Vec<usize>>,
}

impl Topology {
    /// One node, whatever the machine is.
    pub fn single() -> Self {
        Self { nodes: vec![Vec::new()] }
    }

    /// Nodes by their processors; without any it is a single node.
    pub fn new(nodes: impl IntoIterator<Item = Vec<usize>>) -> Self {
        let nodes: Vec<_> = nodes.into_iter().collect();
        if nodes.is_empty() { Self::single() } else { Self { nodes } }
    }

    /// The machine's own, as Linux tells it; a single node where it does not.
    pub fn of_machine() -> Self {
        Self::read(Path::new("/sys/devices/system/node"))
    }

    fn read(folder: &Path) -> Self {
        let Ok(entries) = fs::read_dir(folder) else { return Self::single() };
        let mut nodes: Vec<(usize, Vec<usize>)> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let number = entry.file_name().to_str()?.strip_prefix("node")?.parse().ok()?;
                Some((number, processors(&fs::read_to_string(entry.path().join("cpulist")).ok()?)))
            })
            .filter(|(_, processors)| !processors.is_empty())
            .collect();
        nodes.sort_unstable();
        Self::new(nodes.into_iter().map(|(_, processors)| processors))
    }

    /// How many nodes there are, at least one.
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// The node of a processor; the first one for a processor that it does not know.
    pub fn node_of(&self, processor: usize) -> usize {
        self.nodes.iter().position(|processors| processors.contains(&processor)).unwrap_or(0)
    }

    /// The node of the processor that this thread runs on.
    pub(crate) fn node_here(&self) -> usize {
        if self.nodes.len() == 1 { 0 } else { self.node_of(processor_here()) }
    }
}

impl Default for Topology {
    fn default() -> Self {
        Self::of_machine()
    }
}

#[cfg(target_os = "linux")]
fn processor_here() -> usize {
    rustix::thread::sched_getcpu()
}

#[cfg(not(target_os = "linux"))]
fn processor_here() -> usize {
    0
}

/// `0-3,8` as Linux writes lists of processors.
fn processors(list: &str) -> Vec<usize> {
    let parts = list.trim().split(',').filter_map(|part| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        Some(from.parse::<usize>().ok()?..=to.parse().ok()?)
    });
    parts.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_processors_are_read() {
        assert_eq!(processors("0-2,8\n"), [0, 1, 2, 8]);
        assert!(processors("\n").is_empty());
    }

    #[test]
    fn a_processor_is_on_its_node() {
        let topology = Topology::new([vec![0, 1], vec![2, 3]]);
        assert_eq!([0, 1, 2, 3, 9].map(|processor| topology.node_of(processor)), [0, 0, 1, 1, 0]);
        assert_eq!(Topology::new([]).nodes(), 1);
    }

    #[test]
    fn the_folder_of_linux_is_read() {
        let folder = std::env::temp_dir().join(format!("topology-{}", std::process::id()));
        for (node, list) in [("node0", "0,2\n"), ("node1", "1,3\n"), ("node2", "\n"), ("possible", "0-1\n")] {
            fs::create_dir_all(folder.join(node)).expect("the temporary folder can be written");
            fs::write(folder.join(node).join("cpulist"), list).expect("the temporary folder can be written");
        }
        assert_eq!(Topology::read(&folder), Topology::new([vec![0, 2], vec![1, 3]]));
        fs::remove_dir_all(&folder).expect("the temporary folder can be removed");
        assert_eq!(Topology::read(&folder), Topology::single());
    }
}
