/** The contract of every answer as data: statuses and the forms of bodies. */
import type { EndpointName } from '../../functions/endpoints';

/** Every status of the contract that is not our own fault. */
export const listedStatuses = [200, 201, 204, 400, 401, 403, 404, 405, 413, 415, 429];

/** What an endpoint may answer to a caller whom it knows, or who need not be known. */
export const answers: Readonly<Record<EndpointName, readonly number[]>> = {
  signup: [201, 400, 413, 415, 429],
  login: [200, 400, 413, 415, 429],
  dashboard: [200],
  refresh: [200],
  logout: [200],
  'logout-all': [204, 400],
  sessions: [200],
  'end-session': [404],
  'set-password': [400, 413, 415, 429],
  'set-username': [400, 413, 415, 429],
  me: [200],
  'update-me': [200, 400, 413, 415, 429],
  'delete-me': [400, 413, 415, 429],
  'export-me': [200, 429],
};

/** Of `{"message":"…"}`: how the HTTP server answers what is no request, or one beyond its limits. */
export const refusalStatuses = [400, 408, 413, 431];

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isToken = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{40}$/.test(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Exactly these members, each as it should be. */
const has =
  (members: Readonly<Record<string, (value: unknown) => boolean>>) =>
  (value: unknown): boolean =>
    isObject(value) &&
    Object.keys(value).length === Object.keys(members).length &&
    Object.entries(members).every(([name, isRight]) => Object.hasOwn(value, name) && isRight(value[name]));

const isTime = (value: unknown): boolean =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value);
const isUser = has({ id: Number.isSafeInteger, username: isText, email: isText, role: isText });
const isSession = has({
  id: isText,
  created_at: isTime,
  last_refreshed_at: (value) => value === null || isTime(value),
  expires_at: isTime,
  device: (value) => typeof value === 'string',
  current: (value) => typeof value === 'boolean',
});

export const bodiesOfSuccess: Readonly<Record<EndpointName, (body: unknown) => boolean>> = {
  signup: has({ user: isUser, token: isToken }),
  login: has({ token: isToken }),
  dashboard: has({ message: isText }),
  refresh: has({ token: isToken }),
  logout: has({ message: isText }),
  'logout-all': (body) => body === undefined,
  sessions: (body) => Array.isArray(body) && body.every(isSession),
  'end-session': (body) => body === undefined,
  'set-password': (body) => body === undefined,
  'set-username': (body) => body === undefined,
  me: isUser,
  'update-me': isUser,
  'delete-me': (body) => body === undefined,
  'export-me': isObject,
};

/** By field, every message. */
const isFieldErrors = (body: unknown): boolean =>
  isObject(body) &&
  Object.keys(body).length > 0 &&
  Object.values(body).every((list) => Array.isArray(list) && list.length > 0 && list.every(isText));

export const isErrorBody = (status: number, body: unknown): boolean =>
  has({ detail: isText })(body) || (status === 400 && isFieldErrors(body));

export const isRefusalBody = (status: number, body: unknown): boolean =>
  refusalStatuses.includes(status) && has({ message: isText })(body);
