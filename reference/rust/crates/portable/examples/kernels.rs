//! Times the kernels: `cargo run --release --package sheep-shed --example kernels`. Prints the first call of this
//! process and the median of the others, in milliseconds; lab/results/rust.md has the figures.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::time::Instant;

use sheep_shed::domain::ackermann::{MAX_STEPS, ackermann};
use sheep_shed::domain::primes::Sieve;
use sheep_shed::domain::sheep::draw_weight;

const CALLS: usize = 301;

fn main() {
    let mut random = fastrand::Rng::with_seed(1);
    let herd: Vec<u64> = (0..1000).map(|_| draw_weight(&mut random)).collect();
    time("A(3,8)", || ackermann(3, black_box(8), MAX_STEPS).unwrap_or_default());
    time("sieve", || u64::from(Sieve::build().is_prime(black_box(7)).unwrap_or_default()));
    time("sieve and 1 000 sheep", || {
        let sieve = Sieve::build();
        let primes = herd.iter().filter(|&&weight| sieve.is_prime(weight).unwrap_or_default());
        primes.max().copied().unwrap_or_default()
    });
}

fn time(name: &str, kernel: impl Fn() -> u64) {
    let mut times: Vec<f64> = (0..CALLS)
        .map(|_| {
            let began = Instant::now();
            black_box(kernel());
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    let first = times[0];
    times.sort_by(f64::total_cmp);
    println!("{name}: first {first:.2} ms, median {:.2} ms", times[CALLS / 2]);
}
