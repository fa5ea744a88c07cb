//! An allocator that counts: how often it is asked, and how much was in use at one time at most.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, counting.
pub struct Counting;

static N: AtomicUsize = AtomicUsize::new(0);
static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator is; it hands everything on to the system's")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        N.fetch_add(1, Ordering::Relaxed);
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(place, layout) }
    }
}

/// What some work asked of the heap.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// How often.
    pub n: usize,
    /// Bytes in use at one time at most, beyond what was in use before.
    pub peak: usize,
    /// Bytes that stay in use.
    pub kept: usize,
}

/// What `work` asks of the heap, under [`Counting`] and with one thread alone.
pub fn asked<T>(work: impl FnOnce() -> T) -> (Asked, T) {
    let (n, before) = (N.load(Ordering::Relaxed), NOW.load(Ordering::Relaxed));
    PEAK.store(before, Ordering::Relaxed);
    let given = work();
    let asked = Asked {
        n: N.load(Ordering::Relaxed) - n,
        peak: PEAK.load(Ordering::Relaxed).saturating_sub(before),
        kept: NOW.load(Ordering::Relaxed).saturating_sub(before),
    };
    (asked, given)
}
