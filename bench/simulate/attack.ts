/** A day of guessing at passwords: what gets past API Gateway's throttle, the addresses' limit and the accounts' waits. */
import { anyIndex, type Random } from '../load/random';
import { type AdmissionRules, admission, type Verdict } from './admission';

export interface Attack {
  readonly addresses: number;
  readonly accounts: number;
  readonly triesPerSecond: number;
}

export interface LoginLimits extends AdmissionRules {
  /** Of all logins together; no more than that in a burst. */
  readonly throttle: number;
}

export interface AttackedDay {
  readonly attack: Attack;
  readonly tries: number;
  /** Of those that pass the throttle. */
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly passed: number;
  /** Passwords that are looked at: each costs a hash. */
  readonly judged: number;
  /** Which part of the day an account waits, on average: how likely its user is to find it so. */
  readonly waitingShare: number;
}

const DAY_SECONDS = 86_400;
const STARTS_AT = 1_800_000_000;

/** Each try is of any address at any account. The throttle lets through so many in each second, whoever they are of. */
export function attackedDay(attack: Attack, limits: LoginLimits, random: Random): AttackedDay {
  const { addresses, accounts, triesPerSecond } = attack;
  const admit = admission(limits);
  const verdicts: Record<Verdict, number> = { address_limit: 0, account_wait: 0, free: 0, waited: 0 };
  const passing = Math.min(triesPerSecond, limits.throttle);
  let waitedSeconds = 0;
  for (let at = 0; at < DAY_SECONDS * passing; at += 1) {
    const second = at / passing;
    const nowMs = (STARTS_AT + second) * 1000;
    const attempt = { address: anyIndex(random, addresses), account: anyIndex(random, accounts), nowMs };
    const { verdict, waitSeconds } = admit(attempt);
    verdicts[verdict] += 1;
    waitedSeconds += Math.min(waitSeconds, DAY_SECONDS - second);
  }
  return {
    attack,
    tries: triesPerSecond * DAY_SECONDS,
    verdicts,
    passed: passing * DAY_SECONDS,
    judged: verdicts.free + verdicts.waited,
    waitingShare: waitedSeconds / accounts / DAY_SECONDS,
  };
}
