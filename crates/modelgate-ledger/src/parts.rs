//! The same work on many things, on several processors; results come in the order of the things.

use std::num::NonZero;

/// What `work` gives for each item, in their order, whatever the number of threads.
pub fn in_order<T: Sync, R: Send>(items: &[T], threads: NonZero<usize>, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let part = items.len().div_ceil(threads.get()).max(1);
    let work = &work;
    let of_part = |part: &[T]| part.iter().map(work).collect::<Vec<R>>();
    if part >= items.len() {
        return of_part(items);
    }
    std::thread::scope(|scope| {
        let threads: Vec<_> = items.chunks(part).map(|part| scope.spawn(move || of_part(part))).collect();
        let done = threads.into_iter().flat_map(|thread| match thread.join() {
            Ok(done) => done,
            Err(reason) => std::panic::resume_unwind(reason),
        });
        done.collect()
    })
}

/// What both give, which run at the same time.
pub fn at_once<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        match one.join() {
            Ok(one) => (one, other),
            Err(reason) => std::panic::resume_unwind(reason),
        }
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn results_come_in_the_order_of_what_they_are_of() {
        for count in [0, 1, 2, 7, 100] {
            let items: Vec<usize> = (0..count).collect();
            let expected: Vec<usize> = items.iter().map(|one| one * 3).collect();
            for threads in [1, 2, 3, 8, 200] {
                assert_eq!(in_order(&items, NonZero::new(threads).unwrap(), |one| one * 3), expected, "{count} {threads}");
            }
        }
    }
}
