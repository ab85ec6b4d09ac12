//! Answers one line of standard input with one line of standard output; ends when its input ends.
//! The same protocol as `node-worker.ts` and `worker.py`; times in nanoseconds.

#![forbid(unsafe_code)]

mod plain;
mod tuned;

use std::io::{self, BufRead, Write};
use std::sync::atomic::AtomicU8;
use std::time::Instant;

/// The sieve's upper end: its square is the heaviest weight.
pub const SIEVE_LIMIT: usize = 400_000;
/// How many primes there are up to [`SIEVE_LIMIT`].
pub const PRIMES_IN_SIEVE: usize = 33_860;

/// A sheep: tattoo and weight in micrograms.
pub type Herd = Vec<(u64, u64)>;

/// Is told of each rewriting step.
pub trait Rules {
    fn step(&mut self);
}

/// Leaves no trace in the compiled kernel.
struct Uncounted;
impl Rules for Uncounted {
    fn step(&mut self) {}
}

/// Counts the very steps of the kernel.
struct Counted(u64);
impl Rules for Counted {
    fn step(&mut self) {
        self.0 += 1;
    }
}

/// Tests every weight and gives the tattoo of the heaviest sheep of prime weight, the smallest tattoo among equals.
pub fn choose(herd: &Herd, is_prime: impl Fn(u64) -> bool) -> Option<u64> {
    let mut eaten: Option<(u64, u64)> = None;
    for &(tattoo, weight) in herd {
        if is_prime(weight)
            && eaten.is_none_or(|(other, most)| weight > most || (weight == most && tattoo < other))
        {
            eaten = Some((tattoo, weight));
        }
    }
    eaten.map(|(tattoo, _)| tattoo)
}

/// Which kernels to run.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    /// The plain kernels, but for the cat's n.
    NInALocal,
    Tuned,
}

struct Worker {
    kind: Kind,
    herd: Herd,
    stack: Vec<AtomicU8>,
    divisors: tuned::Divisors,
}

impl Worker {
    fn ackermann<R: Rules>(&mut self, m: u64, n: u64, rules: &mut R) -> u64 {
        match self.kind {
            Kind::Plain => plain::ackermann(m, n, rules),
            Kind::NInALocal => plain::ackermann_n_in_a_local(m, n, rules),
            Kind::Tuned => tuned::ackermann(m, n, &mut self.stack, rules),
        }
    }

    fn wolf(&mut self) -> Option<u64> {
        match self.kind {
            Kind::Plain | Kind::NInALocal => plain::wolf(&self.herd),
            Kind::Tuned => tuned::wolf(&self.herd, &mut self.divisors),
        }
    }

    fn positions_of_primes(&mut self) -> Vec<String> {
        let primes = plain::sieve();
        self.divisors.build();
        let is_prime = |weight: u64| match self.kind {
            Kind::Plain | Kind::NInALocal => plain::is_prime(weight, &primes),
            Kind::Tuned => self.divisors.is_prime(weight),
        };
        (0..self.herd.len())
            .filter(|&i| is_prime(self.herd[i].1))
            .map(|i| i.to_string())
            .collect()
    }

    fn answer(&mut self, line: &str) -> Option<String> {
        let mut words = line.split_whitespace();
        let command = words.next()?;
        if command == "herd" {
            self.herd = words.map(sheep).collect::<Option<Herd>>()?;
            return Some(self.herd.len().to_string());
        }
        let numbers = words
            .map(|word| word.parse().ok())
            .collect::<Option<Vec<u64>>>()?;
        match (command, numbers.as_slice()) {
            ("cat", &[m, n, calls]) => {
                let (result, nanos) = timed(calls, || self.ackermann(m, n, &mut Uncounted));
                Some(format!("{result} {nanos}"))
            }
            ("steps", &[m, n]) => {
                let mut counted = Counted(0);
                self.ackermann(m, n, &mut counted);
                Some(counted.0.to_string())
            }
            ("wolf", &[calls]) => {
                let (eaten, nanos) = timed(calls, || self.wolf());
                let tattoo = eaten.map_or("none".to_string(), |tattoo| tattoo.to_string());
                Some(format!("{tattoo} {nanos}"))
            }
            ("primes", &[]) => Some(self.positions_of_primes().join(" ")),
            _ => None,
        }
    }
}

/// Calls the work so many times; the last result and the time of each call.
fn timed<T: Default>(calls: u64, mut work: impl FnMut() -> T) -> (T, String) {
    let mut result = T::default();
    let mut nanos = Vec::new();
    for _ in 0..calls {
        let started = Instant::now();
        result = std::hint::black_box(work());
        nanos.push(started.elapsed().as_nanos().to_string());
    }
    (result, nanos.join(" "))
}

fn sheep(word: &str) -> Option<(u64, u64)> {
    let (tattoo, weight) = word.split_once(':')?;
    Some((tattoo.parse().ok()?, weight.parse().ok()?))
}

fn main() -> io::Result<()> {
    let word = std::env::args().nth(1).unwrap_or_default();
    let kind = match word.as_str() {
        "plain" => Kind::Plain,
        "n-in-a-local" => Kind::NInALocal,
        "tuned" => Kind::Tuned,
        _ => {
            eprintln!("the kernels must be plain, n-in-a-local or tuned; got {word:?}");
            std::process::exit(2);
        }
    };
    let mut worker = Worker {
        kind,
        herd: Herd::new(),
        stack: Vec::new(),
        divisors: tuned::Divisors::new(),
    };
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        match worker.answer(&line) {
            Some(answer) => writeln!(output, "{answer}")?,
            None => {
                eprintln!(
                    "not a command: {}",
                    line.chars().take(60).collect::<String>()
                );
                std::process::exit(2);
            }
        }
        output.flush()?;
    }
    Ok(())
}
