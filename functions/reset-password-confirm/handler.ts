import {
  parseAnnouncementRules,
  parsePasswordRules,
  readEnvironment,
  tableNames,
} from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { bindProof, createProofReader } from '../shared/http/prove';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { resetPassword } from '../shared/store/generations';
import { consumeFixedWindow, removeAccountCounter, removeCounters } from '../shared/store/rate-limits';
import { endpoint, route } from './endpoint';
import { resetPasswordConfirm } from './reset-password-confirm';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  ...bindProof(database, environment),
  passwordRules: parsePasswordRules(environment),
  announcementRules: parseAnnouncementRules(environment),
  rateLimits: bind(database, { consumeFixedWindow, removeAccountCounter, removeCounters }),
  generations: bind(database, { resetPassword }),
};

const readBody = createProofReader(endpoint, environment);

export const handler = createHandler(
  { name: 'reset-password-confirm', route, environment, readBody },
  (request) => resetPasswordConfirm(request, dependencies),
);
