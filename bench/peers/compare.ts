/** All that is compared, in turns. */
import { measure, type Sample, type Work } from './measure';
import { actions, type Peer } from './peers';

/** Enough for some seconds. */
const REQUESTS = { 'authenticated GET': 2000, login: 48, signup: 48 } as const;
const CONNECTIONS = [1, 16] as const;

const works: readonly Work[] = actions.flatMap((action) =>
  CONNECTIONS.map((connections) => ({ action, connections, requests: REQUESTS[action] })),
);

/** The samples of one kind of work, of each server one for each round. */
export interface Comparison {
  readonly work: Work;
  readonly ours: readonly Sample[];
  readonly theirs: readonly Sample[];
}

export type Sides<Value> = Readonly<Record<'ours' | 'theirs', Value>>;

/** Both servers answer a whole round before the first that counts, so that their code is compiled. */
export async function compare(
  peers: Sides<Peer>,
  rounds: number,
  compared = works,
): Promise<readonly Comparison[]> {
  const comparisons = compared.map((work) => ({ work, ours: [] as Sample[], theirs: [] as Sample[] }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const comparison of comparisons) {
      const samples = await inTurn(round, peers, comparison.work);
      if (round === 0) continue;
      comparison.ours.push(samples.ours);
      comparison.theirs.push(samples.theirs);
    }
  }
  return comparisons;
}

/** Who begins changes from round to round. What the machine does besides meets both. */
async function inTurn(round: number, peers: Sides<Peer>, work: Work): Promise<Sides<Sample>> {
  if (round % 2 === 0) {
    const ours = await measure(peers.ours, work);
    return { ours, theirs: await measure(peers.theirs, work) };
  }
  const theirs = await measure(peers.theirs, work);
  return { ours: await measure(peers.ours, work), theirs };
}
