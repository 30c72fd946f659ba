/** What a check came to, in words for a person who deploys for the first time. */
export interface Finding {
  /** A problem stops a deployment; a warning does not. */
  readonly state: 'ok' | 'warning' | 'problem' | 'not checked';
  readonly found: string;
  /** What to do about it. */
  readonly todo?: string;
}

export const ok = (found: string): Finding => ({ state: 'ok', found });
export const warning = (found: string, todo: string): Finding => ({ state: 'warning', found, todo });
export const problem = (found: string, todo: string): Finding => ({ state: 'problem', found, todo });
export const notChecked = (found: string): Finding => ({ state: 'not checked', found });
