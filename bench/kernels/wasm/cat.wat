;; The cat: the algorithm of src/domain/ackermann.ts. The m's of the pending terms lie on a stack of bytes in linear
;; memory, from address 0; the innermost term is in locals. Each step is executed one by one; `(; step ;)` marks the
;; place of every one, where assemble.ts puts a counter into the build that is checked.
(module
  (memory 1)

  ;; Holds whenever the bottom is reached; below 255 is every m of an order that can finish.
  (global $bottom i32 (i32.const 255))

  ;; A(m, n); both whole numbers, of an order of at most 4 000 000 000 steps.
  (func (export "ackermann") (param $m i32) (param $n i32) (result i32)
    (local $top i32)
    (if (i32.eqz (local.get $m))
      (then
        (; step ;)
        (return (i32.add (local.get $n) (i32.const 1)))))
    (i32.store8 (i32.const 0) (global.get $bottom))
    (local.set $top (i32.const 1))
    (loop $rewriting
      (call $turn (local.get $m) (local.get $n) (local.get $top))
      (local.set $top)
      (local.set $n)
      (local.set $m)
      (br_if $rewriting (i32.ne (local.get $m) (global.get $bottom))))
    (local.get $n))

  ;; A run of rule 3, one step of rule 2, a run of rule 1; gives the innermost term and the stack's height.
  ;; A function of its own, since V8 replaces code of WebAssembly by its optimised form only at a call: the first
  ;; A(3,8) of a process would else run to its end in unoptimised code and take half as long again. It has 1 368
  ;; steps a turn, so the call costs nothing.
  (func $turn (param $m i32) (param $n i32) (param $top i32) (result i32 i32 i32)
    (local $end i32)
    (local.set $m (i32.sub (local.get $m) (i32.const 1)))
    (local.set $end (i32.add (local.get $top) (local.get $n)))
    (if (i32.gt_u (local.get $end) (i32.shl (memory.size) (i32.const 16)))
      (then (call $grow (local.get $end))))

    ;; Rule 3: A(m, n) → A(m − 1, A(m, n − 1)).
    (block $done
      (br_if $done (i32.eq (local.get $top) (local.get $end)))
      (loop $rule3
        (; step ;)
        (i32.store8 (local.get $top) (local.get $m))
        (local.set $top (i32.add (local.get $top) (i32.const 1)))
        (br_if $rule3 (i32.ne (local.get $top) (local.get $end)))))

    ;; Rule 2: A(m, 0) → A(m − 1, 1).
    (; step ;)
    (local.set $n (i32.const 1))

    ;; Rule 1: A(0, n) → n + 1.
    (block $done
      (br_if $done (local.get $m))
      (loop $rule1
        (; step ;)
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (local.set $top (i32.sub (local.get $top) (i32.const 1)))
        (local.set $m (i32.load8_u (local.get $top)))
        (br_if $rule1 (i32.eqz (local.get $m)))))
    (local.get $m)
    (local.get $n)
    (local.get $top))

  ;; Makes room for a stack of so many bytes, twice as much as there was where that is more.
  (func $grow (param $bytes i32)
    (local $pages i32)
    (local.set $pages
      (i32.sub
        (i32.add (i32.shr_u (local.get $bytes) (i32.const 16)) (i32.const 1))
        (memory.size)))
    (if (i32.lt_u (local.get $pages) (memory.size))
      (then (local.set $pages (memory.size))))
    (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1))
      (then (unreachable)))))
