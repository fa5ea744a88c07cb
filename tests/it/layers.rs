//! Imports point one way between the rooms of each crate.

use crate::support::sources::{Order, crate_paths, room_of, sources};

fn rank(order: Order, room: &str) -> usize {
    order.iter().position(|name| *name == room).unwrap_or_else(|| panic!("{room} has no place in the order"))
}

#[test]
fn imports_point_one_way() {
    let mut wrong = Vec::new();
    for source in sources() {
        for path in crate_paths(&source.code) {
            let Some(target) = room_of(source.order, &path) else { continue };
            if rank(source.order, target) > rank(source.order, source.room) {
                wrong.push(format!("{} uses crate::{path}", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that point up:\n{}", wrong.join("\n"));
}
