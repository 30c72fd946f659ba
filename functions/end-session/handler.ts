import { systemClock } from '../shared/clock';
import { readEnvironment } from '../shared/environment';
import { protectedEndpoint } from '../shared/http/protected-endpoint';
import { connect } from '../shared/store/database';
import { endSession as endStoredSession, listSessions } from '../shared/store/sessions';
import { endSession } from './end-session';

const environment = readEnvironment('end-session');
const database = connect({ tokens: environment.TOKENS_TABLE });
export const { ready } = database;

export const handler = protectedEndpoint({ name: 'end-session', environment }, (request) =>
  endSession(request, {
    clock: systemClock,
    listSessions: (locator) => listSessions(database, locator),
    endSession: (address, id) => endStoredSession(database, address, id),
  }),
);
