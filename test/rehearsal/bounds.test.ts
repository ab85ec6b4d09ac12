import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Calls, proveBounds } from '../../rehearsal/bounds.ts';
import { loosened, type Policy, type Statement } from '../../rehearsal/policies.ts';

/** An account with two tables, whose policies know names of tables and one condition. */
interface Account {
  statements: readonly Statement[];
  readonly tables: Set<string>;
}

const KEY = 'dynamodb:Select';
const SCAN: Statement = {
  Sid: 'Scan',
  Effect: 'Allow',
  Action: 'dynamodb:Scan',
  Resource: 'own',
  Condition: { StringEquals: { [KEY]: 'COUNT' } },
};

function accountWith(...statements: readonly Statement[]): { account: Account; policy: Policy } {
  const account: Account = { statements, tables: new Set(['own', 'foreign']) };
  const policy: Policy = {
    statements,
    async during(others, body) {
      account.statements = others;
      return body().finally(() => {
        account.statements = statements;
      });
    },
  };
  return { account, policy };
}

const scan = (table: string, select: string) => async (account: Account) => {
  const isAllowed = account.statements.some(({ Action, Resource, Condition }) => {
    const wanted = Condition?.['StringEquals']?.[KEY] ?? select;
    return Action === 'dynamodb:Scan' && (Resource === '*' || Resource === table) && wanted === select;
  });
  if (!isAllowed) throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
};

const CALLS: Calls<Account> = {
  forbidden: { 'reads all': scan('own', 'ALL_ATTRIBUTES'), 'counts others': scan('foreign', 'COUNT') },
  allowed: { counts: scan('own', 'COUNT') },
};

describe('the proof that a policy is as tight as it says', () => {
  it('holds for a policy each of whose lines refuses a call', async () => {
    const { account, policy } = accountWith(SCAN);
    assert.deepEqual(await proveBounds('dog', policy, account, CALLS), { refused: 2, needed: 2 });
  });

  it('fails for a policy that is looser by a condition or by its resources, naming the call', async () => {
    const found = loosened([SCAN]);
    assert.deepEqual(
      found.map(({ name }) => name),
      [`Scan, ${KEY}`, 'Scan, its resources'],
    );
    const expected = ['dog, reads all: it was allowed', 'dog, counts others: it was allowed'];
    for (const [at, { statements }] of found.entries()) {
      const { account, policy } = accountWith(...statements);
      await assert.rejects(proveBounds('dog', policy, account, CALLS), { message: expected[at] });
    }
  });

  it('fails for a line that no forbidden call needs', async () => {
    const { account, policy } = accountWith(SCAN);
    const forbidden = { 'reads all': scan('own', 'ALL_ATTRIBUTES') };
    await assert.rejects(proveBounds('dog', policy, account, { ...CALLS, forbidden }), {
      message: 'dog: no forbidden call needs Scan, its resources',
    });
    const left = { refused: 1, needed: 1 };
    const leftOut = ['Scan, its resources'];
    assert.deepEqual(await proveBounds('dog', policy, account, { ...CALLS, forbidden }, leftOut), left);
  });

  it('fails for a line left out that the policy no longer has', async () => {
    const { account, policy } = accountWith(SCAN);
    await assert.rejects(proveBounds('dog', policy, account, CALLS, ['Put, its resources']), {
      message: 'dog: the policy has no Put, its resources; take it off the list',
    });
  });

  it('fails for a call that is refused, and should not be, or that fails for another reason', async () => {
    const { account, policy } = accountWith(SCAN);
    const allowed = { 'reads all': scan('own', 'ALL_ATTRIBUTES') };
    await assert.rejects(proveBounds('dog', policy, account, { ...CALLS, allowed }), {
      message: 'dog, reads all: AccessDeniedException: no',
    });
    const forbidden = { broken: () => Promise.reject(new Error('no such table')) };
    await assert.rejects(proveBounds('dog', policy, account, { ...CALLS, forbidden }), {
      message: 'dog, broken: Error: no such table',
    });
  });

  it('fails for a call that is no longer refused once another one has got through', async () => {
    const { account, policy } = accountWith(SCAN);
    const forbidden = {
      'reads all': scan('own', 'ALL_ATTRIBUTES'),
      'deletes others': async (one: Account) => {
        if (one.tables.has('foreign')) await scan('foreign', 'COUNT')(one);
        if (!one.tables.delete('foreign')) throw new Error('no such table');
      },
    };
    await assert.rejects(proveBounds('dog', policy, account, { ...CALLS, forbidden }), {
      message: 'dog, after policies that were looser: deletes others: Error: no such table',
    });
  });
});
