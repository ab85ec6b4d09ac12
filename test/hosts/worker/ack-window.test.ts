import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAckWindow } from '../../../src/hosts/worker/ack-window.ts';

/** A channel as RabbitMQ has it: it closes on a tag that is not open. */
function openChannel(deliveries: number) {
  const open = new Set(Array.from({ length: deliveries }, (_, i) => i + 1));
  const close = (tag: number): void => {
    assert.ok(open.delete(tag), `unknown delivery tag ${tag}`);
  };
  return {
    open,
    ack: close,
    nack: close,
    ackUpTo(tag: number) {
      assert.ok(open.has(tag), `unknown delivery tag ${tag}`);
      for (const one of open) if (one <= tag) open.delete(one);
    },
  };
}

const steps = fc.array(fc.record({ what: fc.constantFrom('ack', 'nack', 'flush'), at: fc.nat() }), {
  maxLength: 60,
});

test('in any order and with any flushes: only what is settled is acknowledged, each once, and all in the end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), steps, (deliveries, given) => {
      const window = createAckWindow();
      const channel = openChannel(deliveries);
      const left = [...channel.open];
      const settled = new Set<number>();
      const flush = (): void => {
        const { upTo, singles } = window.flush();
        if (upTo !== undefined) channel.ackUpTo(upTo);
        for (const tag of singles) channel.ack(tag);
        assert.ok(
          left.every((tag) => channel.open.has(tag)),
          'what is not settled is open',
        );
        assert.ok(
          [...settled].every((tag) => !channel.open.has(tag)),
          'what is settled is not',
        );
        assert.equal(window.waiting(), 0);
      };
      for (const { what, at } of given) {
        if (what === 'flush') flush();
        const [tag] = what === 'flush' ? [] : left.splice(at % (left.length || 1), 1);
        if (tag === undefined) continue;
        settled.add(tag);
        if (what === 'ack') assert.ok(window.ack(tag));
        else {
          assert.ok(window.settleOtherwise(tag));
          channel.nack(tag);
        }
        assert.ok(!window.ack(tag) && !window.settleOtherwise(tag), 'only once');
      }
      flush();
      assert.deepEqual(
        [...channel.open],
        left.toSorted((a, b) => a - b),
      );
    }),
  );
});

test('a row of deliveries is one acknowledgement, also around one that was settled otherwise', () => {
  const window = createAckWindow();
  for (const tag of [2, 1, 5, 4]) window.ack(tag);
  window.settleOtherwise(3);
  assert.deepEqual(window.flush(), { upTo: 5, singles: [] });
  window.ack(8);
  window.settleOtherwise(6);
  assert.deepEqual(window.flush(), { upTo: undefined, singles: [8] });
  window.settleOtherwise(7);
  assert.deepEqual(window.flush(), { upTo: undefined, singles: [] });
});
