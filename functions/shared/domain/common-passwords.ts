/** The commonest passwords. */
import { dictionary } from '@zxcvbn-ts/language-common';

const common: ReadonlySet<string> = new Set(dictionary['passwords-common']);

/** Whether a password is on the list, in any case. */
export const isCommon = (password: string): boolean => common.has(password.toLowerCase());
