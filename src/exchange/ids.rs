//! Request ids: random UUIDs, without a system call for each.

use std::cell::RefCell;

/// How many ids to draw randomness for per system call.
const IDS_PER_CALL: usize = 64;

const ID_BYTES: usize = 16;

thread_local! {
    static UNUSED: RefCell<Vec<[u8; ID_BYTES]>> = const { RefCell::new(Vec::new()) };
}

/// A random id; if the system has no randomness, one made from the clock.
pub(crate) fn next_id() -> String {
    let random = UNUSED.with_borrow_mut(|unused| unused.pop().or_else(|| draw(unused)));
    let bytes = random.unwrap_or_else(|| jiff::Timestamp::now().as_nanosecond().to_be_bytes());
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

fn draw(unused: &mut Vec<[u8; ID_BYTES]>) -> Option<[u8; ID_BYTES]> {
    let mut bytes = [0; ID_BYTES * IDS_PER_CALL];
    getrandom::fill(&mut bytes).ok()?;
    unused.extend_from_slice(bytes.as_chunks().0);
    unused.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_within_and_across_threads() {
        let many = || (0..3 * IDS_PER_CALL).map(|_| next_id()).collect::<Vec<_>>();
        let other = std::thread::spawn(many);
        let mut all = many();
        all.extend(other.join().unwrap());
        let n = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), n);
    }
}
