/** What a day of guessing costs, by the figures of `npm run cost`. What the throttle refuses is free of charge. */
import type { FunctionSizes } from '../../tools/cost/functions';
import { sumOf } from '../../tools/cost/prices';
import { millionRequests } from '../../tools/cost/request-cost';
import type { Call, RequestKind } from '../../tools/cost/requests';
import type { Verdict } from './admission';
import type { AttackedDay } from './attack';

const call = (operation: Call['operation']): Call => ({ operation, items: 1 });
const charge = call('UpdateItem');

/** The account by its name, and its user. */
const found = [call('GetItem'), call('GetItem')];

/** A charge that is refused is paid for like one that is made. */
export const callsOf: Readonly<Record<Verdict, readonly Call[]>> = {
  address_limit: [charge],
  account_wait: [charge, charge],
  free: [charge, charge, ...found],
  // Of the account twice: as a free attempt, which it is not, and then as the one that had waited.
  waited: [charge, charge, charge, ...found],
};

const hashesOf = (verdict: Verdict): number => (verdict === 'free' || verdict === 'waited' ? 1 : 0);

const kindOf = (verdict: Verdict): RequestKind => ({
  title: verdict,
  access: 'public',
  runs: [{ function: 'login', calls: callsOf[verdict], hashes: hashesOf(verdict) }],
  lines: 2,
});

const each = (verdict: Verdict, sizes: FunctionSizes): number =>
  sumOf(millionRequests(kindOf(verdict), sizes)) / 1_000_000;

export const dayCost = ({ verdicts }: AttackedDay, sizes: FunctionSizes): number =>
  Object.entries(verdicts).reduce(
    (sum, [verdict, count]) => sum + count * each(verdict as Verdict, sizes),
    0,
  );

/** If every try were looked at. */
export const unlimitedDayCost = ({ tries }: AttackedDay, sizes: FunctionSizes): number =>
  tries * each('free', sizes);
