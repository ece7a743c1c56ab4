//! Lists the ports of a Docker Compose file, and shows which of them YAML 1.1 turns into something else.
//!
//! Compose's own advice is to quote ports, because `22:22` without quotes once was a number in base 60. This reads a file
//! as Go programs do, names each port's line, and writes the services again with the quotes that are needed.
//!
//! Run it with `cargo run -p thinlock-yaml --example compose_ports [FILE]`.

use std::error::Error;

use thinlock_yaml::node::{Content, Node};

const SAMPLE: &[u8] = b"services:
  web:
    ports: [80, 8080:80, \"0022\", 0022]
  db:
    ports:
    - 5432:5432
    - 0x10
";

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1);
    let text = match &file {
        Some(path) => std::fs::read(path)?,
        None => SAMPLE.to_vec(),
    };
    let Some(root) = Node::parse(&text)? else { return Ok(()) };
    for (name, service) in entries(entry(&root, "services")) {
        let Some(Content::Sequence(ports)) = entry(service, "ports").map(|node| &node.content) else { continue };
        for port in ports {
            let reads_as = match &port.content {
                Content::String(text) => format!("the string {text:?}"),
                Content::Number(text) => format!("the number {text}"),
                other => format!("{other:?}"),
            };
            println!("{}:{}: {name}: {reads_as}", port.line, port.column);
        }
    }
    let value = thinlock_yaml::from_yaml(&text)?;
    print!("\n{}", String::from_utf8_lossy(&thinlock_yaml::to_yaml(&value)?));
    Ok(())
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = (&str, &Node)> {
    let entries = match node.map(|node| &node.content) {
        Some(Content::Mapping(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().filter_map(|(key, value)| match &key.content {
        Content::String(key) => Some((key.as_str(), value)),
        _ => None,
    })
}

fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    entries(Some(node)).find(|(name, _)| *name == key).map(|(_, value)| value)
}
