/** Waits until both have settled. If both reject, the first one's reason is thrown. */
export async function waitForBoth<First, Second>(
  first: Promise<First>,
  second: Promise<Second>,
): Promise<readonly [First, Second]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}
