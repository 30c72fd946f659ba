/** The requests of the API, as an app sends them. */
import type { Account } from './accounts';

export interface ApiRequest {
  readonly method: string;
  /** Below the base URL, without a slash in front. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const json = (content: object) => ({
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(content),
});

const bearing = (token: string) => ({ headers: { Authorization: `Token ${token}` } });

export const requestTo = {
  signup: ({ username, email, password, role }: Account): ApiRequest => ({
    method: 'POST',
    path: 'api/signup/',
    ...json({ username, email, password, role }),
  }),
  login: ({ username, password }: Account): ApiRequest => ({
    method: 'POST',
    path: 'api/api-token-auth/',
    ...json({ username, password }),
  }),
  dashboard: (token: string): ApiRequest => ({ method: 'GET', path: 'api/dashboard/', ...bearing(token) }),
  refresh: (token: string): ApiRequest => ({ method: 'POST', path: 'api/refresh-token/', ...bearing(token) }),
  logout: (token: string): ApiRequest => ({ method: 'POST', path: 'api/logout/', ...bearing(token) }),
};
