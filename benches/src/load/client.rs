//! Who sends: a fixed number of requests on a fixed number of connections, one thread each.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::Error;
use crate::corpus::Body;
use crate::rounds::Times;

/// A request as its bytes.
pub type Bytes = Vec<u8>;

/// A body as an HTTP/1.1 request.
pub fn request(body: &Body) -> Bytes {
    let Body { path, query, bytes, .. } = body;
    let content_type = body.content_type.as_deref().unwrap_or("text/plain");
    let mark = if query.is_empty() { "" } else { "?" };
    let head = format!(
        "POST {path}{mark}{query} HTTP/1.1\r\nhost: app.example\r\ncontent-type: {content_type}\r\n\
         origin: https://app.example\r\nuser-agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/150\r\n\
         content-length: {}\r\n\r\n",
        bytes.len()
    );
    [head.as_bytes(), bytes].concat()
}

/// How requests follow one another.
#[derive(Clone, Copy)]
pub enum Pace {
    /// Each as soon as the one before is answered.
    Saturated,
    /// So many a second, on all connections together.
    Steady(f64),
}

/// What came of it.
pub struct Outcome {
    /// Times from sending to the end of the answer. With a steady pace a request that had to wait
    /// for its connection counts from when it was due.
    pub latencies: Times,
    /// From the first to the last.
    pub took: Duration,
    /// Requests.
    pub n: usize,
}

impl Outcome {
    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.n as f64 / self.took.as_secs_f64()
    }
}

/// In which order `n` requests are sent: for each the list it is from and its place there, with when
/// it is due, in parts of the whole.
///
/// Lists have shares as they are long, each spread evenly over the whole, so `n` as large as all lists
/// together is each request once. Each list is begun at another place, as people come at different
/// times, and goes round.
pub fn order(lens: &[usize], n: usize) -> Vec<(f64, usize, usize)> {
    let total: usize = lens.iter().sum();
    let (mut order, mut before) = (Vec::with_capacity(n), 0);
    for (idx, &len) in lens.iter().enumerate() {
        let upto = |sum: usize| n * sum / total.max(1);
        let share = upto(before + len) - upto(before);
        before += len;
        let start = idx * len / lens.len();
        let shift = (idx as f64 + 0.5) / lens.len() as f64;
        order.extend(
            (0..share).map(|count| ((count as f64 + shift) / share as f64, idx, (start + count) % len)),
        );
    }
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    order
}

/// Sends `n` requests in all, each list on a connection of its own, in [`order`].
///
/// # Errors
/// A connection breaks, or a request is not answered with 200.
pub fn send(address: SocketAddr, lists: &[Vec<Bytes>], n: usize, pace: Pace) -> Result<Outcome, Error> {
    let begun = Instant::now() + Duration::from_millis(5);
    let lens: Vec<usize> = lists.iter().map(Vec::len).collect();
    let order = order(&lens, n);
    let order = &order;
    let connection = |of: usize| {
        let list = &lists[of];
        let due = move |part: f64| match pace {
            Pace::Saturated => None,
            Pace::Steady(rate) => Some(begun + Duration::from_secs_f64(part * n as f64 / rate)),
        };
        move || -> Result<Vec<Duration>, Error> {
            let mut connection = Connection::open(address)?;
            let mut latencies = Vec::new();
            for &(part, _, place) in order.iter().filter(|(_, idx, _)| *idx == of) {
                let mut from = Instant::now();
                if let Some(due) = due(part) {
                    if from < due {
                        std::thread::sleep(due - from);
                        from = Instant::now();
                    } else {
                        from = due;
                    }
                }
                connection.ask(&list[place])?;
                latencies.push(from.elapsed());
            }
            Ok(latencies)
        }
    };
    let results: Vec<Result<Vec<Duration>, Error>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..lists.len()).map(|idx| scope.spawn(connection(idx))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a panic".into()))).collect()
    });
    let took = begun.elapsed();
    let mut latencies = Vec::with_capacity(n);
    for result in results {
        latencies.extend(result?);
    }
    Ok(Outcome { latencies: Times::new("", latencies), took, n })
}

/// One connection, kept alive.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn open(address: SocketAddr) -> Result<Self, Error> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        Ok(Self { stream, buffer: vec![0; 16 << 10] })
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// The connection breaks, or the answer is not 200.
    pub fn ask(&mut self, request: &[u8]) -> Result<(), Error> {
        self.stream.write_all(request)?;
        let mut len = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[len..])?;
            if read == 0 {
                return Err("the connection was closed".into());
            }
            len += read;
            if answer_len(&self.buffer[..len])?.is_some_and(|whole| len >= whole) {
                return Ok(());
            }
        }
    }
}

/// The length of an answer, once its head is there.
fn answer_len(read: &[u8]) -> Result<Option<usize>, Error> {
    let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&read[..end])?.to_ascii_lowercase();
    if !head.starts_with("http/1.1 200") {
        let body = String::from_utf8_lossy(&read[end..]);
        return Err(format!("{} {}", head.lines().next().unwrap_or(""), body.trim()).into());
    }
    let len = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let len: usize = len.ok_or("an answer without a length")?.trim().parse()?;
    Ok(Some(end + 4 + len))
}
