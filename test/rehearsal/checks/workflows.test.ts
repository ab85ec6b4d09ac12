import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byMajorVersion } from '../../../rehearsal/checks/workflows.ts';

const COMMIT = '08c6903cd8c0fde910a37f88322edcfb5dd907a8';

test('a commit is replaced by the major version beside it', () => {
  const step = (action: string) => `steps:\n  - uses: ${action}\n    with: { a: 1 }\n`;
  assert.equal(byMajorVersion(step(`actions/checkout@${COMMIT} # v5.0.0`)), step('actions/checkout@v5'));
});

for (const action of [
  'actions/checkout@v5',
  `actions/checkout@${COMMIT}`,
  'actions/checkout@main # v5.0.0',
  `actions/checkout@${COMMIT.slice(1)} # v5.0.0`,
]) {
  test(`${action} is refused`, () => {
    assert.throws(
      () => byMajorVersion(`  - uses: ${action}\n`),
      /must be fixed as owner\/name@commit # v1\.2\.3/,
    );
  });
}
