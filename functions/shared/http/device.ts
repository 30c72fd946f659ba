/** How a user tells sessions apart: by what the client called itself at login. Shown to that user alone. */
import { MAX_DEVICE_CHARACTERS } from '../domain/limits';
import { type Headers, header } from './headers';

/** The `User-Agent`, without control and invisible characters, cut; an empty text if there is none. */
export function readDevice(headers: Headers): string {
  const text = (header(headers, 'user-agent') ?? '').replace(/[\p{C}\s]+/gu, ' ').trim();
  return [...text].slice(0, MAX_DEVICE_CHARACTERS).join('');
}
