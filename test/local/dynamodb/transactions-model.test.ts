import fc from 'fast-check';
import { allItems, cancellation, type Entries, startWithAccounts, table, transact } from './accounts';

/** The whole of DynamoDB, for the four actions below: what each does to an item, or why it does not. */
type Items = ReadonlyMap<string, number | undefined>;
type Action = { readonly kind: Kind; readonly id: string; readonly n: number };
const kinds = ['put', 'putNew', 'add', 'addIfAtLeast', 'drop', 'dropIfThere', 'check', 'checkNot'] as const;
type Kind = (typeof kinds)[number];

const action = fc.record({
  kind: fc.constantFrom(...kinds),
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  n: fc.integer({ min: 0, max: 3 }),
});
const transaction = fc.uniqueArray(action, { minLength: 1, maxLength: 4, selector: ({ id }) => id });

function entryFor({ kind, id, n }: Action): Entries[number] {
  const place = { TableName: table, Key: { id } };
  const [there, absent] = ['attribute_exists(id)', 'attribute_not_exists(id)'];
  const values = { ExpressionAttributeValues: { ':n': n } };
  const add = { ...place, UpdateExpression: 'SET n = n + :n', ...values };
  const entries: Record<Kind, Entries[number]> = {
    // An item that was put with 0 has no number, so that adding to it is a ValidationError.
    put: { Put: { TableName: table, Item: n ? { id, n } : { id } } },
    putNew: { Put: { TableName: table, Item: { id, n }, ConditionExpression: absent } },
    add: { Update: add },
    addIfAtLeast: { Update: { ...add, ConditionExpression: 'n >= :n' } },
    drop: { Delete: place },
    dropIfThere: { Delete: { ...place, ConditionExpression: there } },
    check: { ConditionCheck: { ...place, ConditionExpression: there } },
    checkNot: { ConditionCheck: { ...place, ConditionExpression: absent } },
  };
  return entries[kind];
}

function codeFor({ kind, id, n }: Action, items: Items): string {
  const isThere = items.has(id);
  const held = items.get(id);
  const needsItem = kind === 'dropIfThere' || kind === 'check';
  const needsNone = kind === 'putNew' || kind === 'checkNot';
  if ((needsItem && !isThere) || (needsNone && isThere)) return 'ConditionalCheckFailed';
  if (kind === 'addIfAtLeast' && (held ?? -1) < n) return 'ConditionalCheckFailed';
  return kind === 'add' && held === undefined ? 'ValidationError' : 'None';
}

function apply({ kind, id, n }: Action, items: Map<string, number | undefined>): void {
  if (kind === 'put') items.set(id, n || undefined);
  if (kind === 'putNew') items.set(id, n);
  if (kind === 'add' || kind === 'addIfAtLeast') items.set(id, (items.get(id) ?? 0) + n);
  if (kind === 'drop' || kind === 'dropIfThere') items.delete(id);
}

function asStored(items: Items): Record<string, unknown> {
  const stored = [...items].map(([id, n]) => [id, n === undefined ? { id } : { id, n }] as const);
  return Object.fromEntries(stored);
}

describe('any sequence of transactions', () => {
  it('has the outcomes, the reasons and the items of a model', async () => {
    const { client } = await startWithAccounts();
    const items = new Map<string, number | undefined>();

    await fc.assert(
      fc.asyncProperty(fc.array(transaction, { minLength: 1, maxLength: 5 }), async (transactions) => {
        for (const actions of transactions) {
          const codes = actions.map((each) => codeFor(each, items));
          const sent = transact(client, actions.map(entryFor));
          if (codes.every((code) => code === 'None')) {
            await sent;
            for (const each of actions) apply(each, items);
          } else {
            const { CancellationReasons = [] } = await cancellation(sent);
            expect(CancellationReasons.map(({ Code }) => Code)).toEqual(codes);
          }
          expect(await allItems(client)).toEqual(asStored(items));
        }
      }),
      // The items live on from run to run, so a shrunk example would begin from other ones.
      { numRuns: 100, endOnFailure: true },
    );
  });
});
