;; The wolf's sieve and test: src/domain/primes.ts, and exact for the reason given there at `isPrime`, two doubles at
;; a time. Products, floors and differences of f64x2 are rounded as those of single doubles are.
(module
  ;; Linear memory, in bytes:
  ;;       0  composites: 200 000 bytes, one for each odd number 2i + 1 below 400 000
  ;; 200 000  primes: 33 860 doubles, and one place that is overwritten while they are collected
  ;; 470 896  inverses: 33 860 doubles, (1 + 2^−51) / p
  (memory 12)

  ;; Builds the sieve up to 400 000 anew; gives how many primes were found.
  (func (export "buildSieve") (result i32)
    (local $i i32) (local $p i32) (local $j i32) (local $found i32)
    (memory.fill (i32.const 0) (i32.const 0) (i32.const 200000))
    (local.set $p (i32.const 3))
    (loop $sieving
      (if (i32.eqz (i32.load8_u (i32.shr_u (local.get $p) (i32.const 1))))
        (then
          ;; The square of p stands at (p² − 1) / 2.
          (local.set $j (i32.shr_u (i32.mul (local.get $p) (local.get $p)) (i32.const 1)))
          (loop $marking
            (i32.store8 (local.get $j) (i32.const 1))
            (local.set $j (i32.add (local.get $j) (local.get $p)))
            (br_if $marking (i32.lt_u (local.get $j) (i32.const 200000))))))
      (local.set $p (i32.add (local.get $p) (i32.const 2)))
      (br_if $sieving (i32.lt_u (local.get $p) (i32.const 633))))

    ;; Collects without a branch, which the processor would often mispredict.
    (f64.store offset=200000 (i32.const 0) (f64.const 2))
    (local.set $found (i32.const 1))
    (local.set $i (i32.const 1))
    (loop $collecting
      (f64.store offset=200000
        (i32.shl (local.get $found) (i32.const 3))
        (f64.convert_i32_u (i32.add (i32.shl (local.get $i) (i32.const 1)) (i32.const 1))))
      (local.set $found
        (i32.sub (i32.add (local.get $found) (i32.const 1)) (i32.load8_u (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $collecting (i32.lt_u (local.get $i) (i32.const 200000))))

    (local.set $i (i32.const 0))
    (loop $inverting
      (v128.store offset=470896
        (i32.shl (local.get $i) (i32.const 3))
        (f64x2.div
          (f64x2.splat (f64.const 0x1.0000000000002p+0))
          (v128.load offset=200000 (i32.shl (local.get $i) (i32.const 3)))))
      (local.set $i (i32.add (local.get $i) (i32.const 2)))
      (br_if $inverting (i32.lt_u (local.get $i) (local.get $found))))
    (local.get $found))

  ;; Tells whether a whole number from 0 to 400 000² is prime (1) or not (0), by trial division with the primes up to
  ;; its square root; the first divisor, or the eight divisors that are tested at once, stops. Traps on other numbers.
  (func (export "isPrime") (param $weight f64) (result i32)
    (local $i i32) (local $end i32) (local $p f64) (local $q f64)
    (if (i32.eqz
          (i32.and
            (f64.eq (local.get $weight) (f64.floor (local.get $weight)))
            (i32.and
              (f64.ge (local.get $weight) (f64.const 0))
              (f64.le (local.get $weight) (f64.const 160000000000)))))
      (then (unreachable)))
    (if (f64.lt (local.get $weight) (f64.const 2))
      (then (return (i32.const 0))))

    ;; The 31 primes below 128: p divides if the quotient's whole part times p gives the weight. $i is in bytes.
    (loop $small
      (local.set $p (f64.load offset=200000 (local.get $i)))
      (if (f64.gt (f64.mul (local.get $p) (local.get $p)) (local.get $weight))
        (then (return (i32.const 1))))
      (local.set $q (f64.floor (f64.mul (local.get $weight) (f64.load offset=470896 (local.get $i)))))
      (if (f64.eq (f64.mul (local.get $q) (local.get $p)) (local.get $weight))
        (then (return (i32.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 8)))
      (br_if $small (i32.lt_u (local.get $i) (i32.const 248)))) ;; 31 · 8

    (local.set $end (i32.shl (call $primesUpTo (f64.sqrt (local.get $weight))) (i32.const 3)))
    (call $hasNoLargeDivisor (local.get $weight) (local.get $end)))

  ;; The primes from 131 on, up to byte $end: the fraction of the quotient decides.
  (func $hasNoLargeDivisor (param $weight f64) (param $end i32) (result i32)
    (local $i i32) (local $w v128) (local $least v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $w (f64x2.splat (local.get $weight)))
    (local.set $least (f64x2.splat (f64.const 0x1p-19)))
    (local.set $i (i32.const 248))
    (block $done
      (loop $eight
        (br_if $done (i32.gt_u (i32.add (local.get $i) (i32.const 64)) (local.get $end)))
        (local.set $a (f64x2.mul (local.get $w) (v128.load offset=470896 (local.get $i))))
        (local.set $b (f64x2.mul (local.get $w) (v128.load offset=470912 (local.get $i))))
        (local.set $c (f64x2.mul (local.get $w) (v128.load offset=470928 (local.get $i))))
        (local.set $d (f64x2.mul (local.get $w) (v128.load offset=470944 (local.get $i))))
        (local.set $a (f64x2.sub (local.get $a) (f64x2.floor (local.get $a))))
        (local.set $b (f64x2.sub (local.get $b) (f64x2.floor (local.get $b))))
        (local.set $c (f64x2.sub (local.get $c) (f64x2.floor (local.get $c))))
        (local.set $d (f64x2.sub (local.get $d) (f64x2.floor (local.get $d))))
        (if (v128.any_true
              (f64x2.lt
                (f64x2.pmin (f64x2.pmin (local.get $a) (local.get $b)) (f64x2.pmin (local.get $c) (local.get $d)))
                (local.get $least)))
          (then (return (i32.const 0))))
        (local.set $i (i32.add (local.get $i) (i32.const 64)))
        (br $eight)))
    (block $done
      (loop $one
        (br_if $done (i32.ge_u (local.get $i) (local.get $end)))
        (local.set $a (f64x2.mul (local.get $w) (v128.load64_splat offset=470896 (local.get $i))))
        (if (v128.any_true
              (f64x2.lt (f64x2.sub (local.get $a) (f64x2.floor (local.get $a))) (local.get $least)))
          (then (return (i32.const 0))))
        (local.set $i (i32.add (local.get $i) (i32.const 8)))
        (br $one)))
    (i32.const 1))

  ;; How many primes there are up to $root, by binary search.
  (func $primesUpTo (param $root f64) (result i32)
    (local $low i32) (local $high i32) (local $middle i32)
    (local.set $high (i32.const 33860))
    (loop $searching
      (local.set $middle (i32.shr_u (i32.add (local.get $low) (local.get $high)) (i32.const 1)))
      (if (f64.le (f64.load offset=200000 (i32.shl (local.get $middle) (i32.const 3))) (local.get $root))
        (then (local.set $low (i32.add (local.get $middle) (i32.const 1))))
        (else (local.set $high (local.get $middle))))
      (br_if $searching (i32.lt_u (local.get $low) (local.get $high))))
    (local.get $low)))
