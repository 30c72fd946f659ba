/** The requests of the API, as an app sends them. */
import type { Account } from './accounts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** Below the base URL, without a slash in front. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: string;
}

const bearing = (token: string) => ({ headers: { Authorization: `Token ${token}` } });

export const requestTo = {
  signup: ({ username, email, password, role }: Account): ApiRequest => ({
    method: 'POST',
    path: 'api/signup/',
    body: JSON.stringify({ username, email, password, role }),
  }),
  login: ({ username, password }: Account): ApiRequest => ({
    method: 'POST',
    path: 'api/api-token-auth/',
    body: JSON.stringify({ username, password }),
  }),
  dashboard: (token: string): ApiRequest => ({ method: 'GET', path: 'api/dashboard/', ...bearing(token) }),
  refresh: (token: string): ApiRequest => ({ method: 'POST', path: 'api/refresh-token/', ...bearing(token) }),
  logout: (token: string): ApiRequest => ({ method: 'POST', path: 'api/logout/', ...bearing(token) }),
};
