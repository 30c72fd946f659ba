/** Writes of several items, all or none. */
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { type Database, findCancellation, wasRefused } from './database';

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/**
 * Writes items in one transaction. The names of those whose condition did not hold, none if all were written; `undefined` while another
 * transaction is about to decide it.
 */
export async function write<Name extends string>(
  { send }: Pick<Database, 'send'>,
  items: Readonly<Partial<Record<Name, TransactItem>>>,
): Promise<readonly Name[] | undefined> {
  const names = Object.keys(items) as Name[];
  const TransactItems = Object.values(items) as TransactItem[];
  const cancellation = await findCancellation(send(new TransactWriteCommand({ TransactItems })));
  if (!cancellation) return [];
  if (!wasRefused(cancellation)) return undefined;
  // DynamoDB gives its reasons in the order of the items.
  return names.filter((_, index) => cancellation.CancellationReasons?.[index]?.Code !== 'None');
}

/** Items of one kind for {@link write}, each under a name of its own. */
export const numbered = <Kind extends string>(
  kind: Kind,
  items: readonly TransactItem[],
): Readonly<Record<`${Kind}${number}`, TransactItem>> =>
  Object.fromEntries(items.map((item, index) => [`${kind}${index}`, item])) as Record<
    `${Kind}${number}`,
    TransactItem
  >;
