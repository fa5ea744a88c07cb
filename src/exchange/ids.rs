//! Ids of requests: random, and no system call for each.

use std::cell::RefCell;

/// Random bytes for so many ids are asked of the system at a time.
const AT_A_TIME: usize = 64;

const LEN: usize = 16;

thread_local! {
    static DRAWN: RefCell<Vec<[u8; LEN]>> = const { RefCell::new(Vec::new()) };
}

/// A random id; if the system gives no randomness, one from the clock.
pub(crate) fn next() -> String {
    let drawn = DRAWN.with_borrow_mut(|drawn| drawn.pop().or_else(|| draw(drawn)));
    let bytes = drawn.unwrap_or_else(|| jiff::Timestamp::now().as_nanosecond().to_be_bytes());
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

fn draw(drawn: &mut Vec<[u8; LEN]>) -> Option<[u8; LEN]> {
    let mut bytes = [0; LEN * AT_A_TIME];
    getrandom::fill(&mut bytes).ok()?;
    drawn.extend_from_slice(bytes.as_chunks().0);
    drawn.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_comes_twice_in_one_thread_or_in_two() {
        let many = || (0..3 * AT_A_TIME).map(|_| next()).collect::<Vec<_>>();
        let other = std::thread::spawn(many);
        let mut all = many();
        all.extend(other.join().unwrap());
        let n = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), n);
    }
}
