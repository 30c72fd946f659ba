/** Answers that several rows expect. */
import { type Route, routeList } from '../../../functions/routes';
import type { Expected } from '../expected';
import { aText, aTime, aTruth, listOf, orNull } from '../pattern';

export const refused = (detail: string): Expected => ({ status: 401, body: { detail } });
export const INVALID_TOKEN = refused('Invalid token.');
export const NOT_FOUND: Expected = { status: 404, body: { detail: 'Not found.' } };
export const LOGIN_FAILED: Expected = {
  status: 400,
  body: { non_field_errors: ['Unable to log in with provided credentials.'] },
};
export const DONE: Expected = { status: 204 };

/** Of nobody. */
export const UNKNOWN_TOKEN = 'f2afca0567cd22a156f3791b7374ea774fd4b529';

/** A path that can be sent, without the slash at its end. */
export const pathOf = ({ path }: Pick<Route, 'path'>): string => path.replace('{id}', 'x');

export const isProtected = ({ access }: Pick<Route, 'access'>): boolean => access === 'authenticated';
export const protectedRoutes = routeList.filter(isProtected);

/** `STORE_MANAGER` is greeted as a Store Manager. */
export const greetingOf = (role: string): Expected => {
  const title = role
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join(' ');
  return { status: 200, body: { message: `Welcome to the ${title} Dashboard!` } };
};

export const REQUIRED = 'This field is required.';
export const NOT_NULL = 'This field may not be null.';
export const NOT_BLANK = 'This field may not be blank.';
export const NOT_TEXT = 'Not a valid string.';
export const INVALID_EMAIL = 'Enter a valid email address.';
export const TAKEN_USERNAME = 'A user with that username already exists.';
export const TAKEN_EMAIL = 'user with this email address already exists.';

/** What the list of sessions says of one. */
export const aSession = {
  id: aText('an id of 16 hex digits', /^[0-9a-f]{16}$/),
  created_at: aTime,
  last_refreshed_at: orNull(aTime),
  expires_at: aTime,
  device: aText('a device', /^/),
  current: aTruth,
};
export const LISTED: Expected = { status: 200, body: listOf(aSession) };
