/** Where an API is, as a person writes it. */
import { LoadError } from './load-error';

/**
 * Ends with a slash.
 * @throws LoadError
 */
export function baseUrl(written: string): URL {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new LoadError(
      `"${written}" is no base URL. It must be like http://127.0.0.1:3000 or https://abc.execute-api.eu-west-1.amazonaws.com/dev/`,
    );
  if (url.username || url.password || url.search || url.hash)
    throw new LoadError('The base URL must have no user name, password, question mark or #.');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
