import { readEnvironment } from '../shared/environment';
import { protectedEndpoint } from '../shared/http/protected-endpoint';
import { connect } from '../shared/store/database';
import { endSessionOf } from '../shared/store/sessions';
import { logout } from './logout';

const environment = readEnvironment('logout');
const database = connect({ tokens: environment.TOKENS_TABLE });

export const handler = protectedEndpoint({ name: 'logout', environment }, (request) =>
  logout(request, { endSessionOf: (address, tokenDigest) => endSessionOf(database, address, tokenDigest) }),
);
