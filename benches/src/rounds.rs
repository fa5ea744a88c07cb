//! Rounds that take turns, and what their times say.

use std::time::Duration;

/// Something that is measured: one round of it, giving what it took.
pub struct Contender<'a> {
    /// What it is.
    pub name: String,
    run: Box<dyn FnMut() -> Duration + 'a>,
}

impl<'a> Contender<'a> {
    /// Something that is measured.
    pub fn new(name: impl Into<String>, run: impl FnMut() -> Duration + 'a) -> Self {
        Self { name: name.into(), run: Box::new(run) }
    }
}

/// The times of one contender.
#[derive(Clone, Debug)]
pub struct Times {
    /// What it is.
    pub name: String,
    sorted: Vec<Duration>,
}

impl Times {
    /// Times from elsewhere.
    pub fn new(name: impl Into<String>, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self { name: name.into(), sorted: times }
    }

    /// The time that `share` of all do not exceed.
    pub fn quantile(&self, share: f64) -> Duration {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index of the list")]
        let idx = (self.sorted.len().saturating_sub(1) as f64 * share).round() as usize;
        self.sorted.get(idx).copied().unwrap_or_default()
    }

    /// The median.
    pub fn median(&self) -> Duration {
        self.quantile(0.5)
    }

    /// The median in milliseconds.
    pub fn ms(&self) -> f64 {
        self.median().as_secs_f64() * 1e3
    }

    /// Megabytes a second at the median.
    pub fn mb_s(&self, bytes: usize) -> f64 {
        bytes as f64 / 1e6 / self.median().as_secs_f64()
    }

    /// How many times another's median this one's is.
    pub fn over(&self, other: &Self) -> f64 {
        self.median().as_secs_f64() / other.median().as_secs_f64()
    }

    /// Fastest and slowest in milliseconds.
    pub fn spread(&self) -> (f64, f64) {
        (self.quantile(0.0).as_secs_f64() * 1e3, self.quantile(1.0).as_secs_f64() * 1e3)
    }
}

/// Lets all of them run in turn, `n` times. Which goes first moves on from round to round.
pub fn take_turns(n: usize, mut contenders: Vec<Contender<'_>>) -> Vec<Times> {
    let count = contenders.len();
    let mut times = vec![Vec::with_capacity(n); count];
    for round in 0..n {
        for turn in 0..count {
            let who = (round + turn) % count;
            times[who].push((contenders[who].run)());
        }
    }
    contenders.into_iter().zip(times).map(|(contender, times)| Times::new(contender.name, times)).collect()
}
