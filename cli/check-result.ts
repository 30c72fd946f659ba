/** What a check of `npm run doctor` found. */
export interface Result {
  /** A problem stops a deployment; a warning does not. */
  readonly state: 'ok' | 'warning' | 'problem' | 'not checked';
  readonly found: string;
  readonly todo?: string;
}

export const ok = (found: string): Result => ({ state: 'ok', found });
export const warning = (found: string, todo: string): Result => ({ state: 'warning', found, todo });
export const problem = (found: string, todo: string): Result => ({ state: 'problem', found, todo });
export const notChecked = (found: string): Result => ({ state: 'not checked', found });

/** @throws TimeoutError if the work takes longer. It is not cancelled. */
export async function within<Value>(seconds: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error(`No answer within ${seconds} seconds.`), { name: 'TimeoutError' });
    timer = setTimeout(() => reject(error), seconds * 1000);
  });
  return await Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}
