/** Bodies that no client sends in good faith: almost valid ones, some of them damaged or under another type, and nonsense. */
import fc from 'fast-check';
import type { EndpointName } from '../../functions/endpoints';
import {
  almostValid,
  type Body,
  multipartType,
  newUser,
  oddJson,
  returningUser,
} from './almost-valid-bodies';
import { hostileText, TEXT_MARK, words } from './hostile-text';

const insertion = words('" { } , : \\ \0 \r\n & = % %f -- \ufeff \ufffd /**/');

/** One place of the text cut off, left out, repeated, or with something put into it. */
const damaged = (body: Body): fc.Arbitrary<Body> =>
  fc.tuple(fc.nat(body.text.length), fc.nat(3), insertion).map(([at, way, inserted]) => {
    const [before, after] = [body.text.slice(0, at), body.text.slice(at)];
    const texts = [before, before + after.slice(1), before + body.text, before + inserted + after];
    return { ...body, text: texts[way] ?? '' };
  });

const oddType = fc.oneof(
  fc.constantFrom(
    'application/json; charset=utf-8',
    'application/json;charset=utf-16',
    'APPLICATION/JSON ; x="',
    ' application/json',
    'application/json, text/plain',
    'application/x-www-form-urlencoded; boundary=x',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="b0undary"; boundary=other',
    'multipart/form-data; charset=x; boundary=b0und\u00e4ry',
    'multipart/mixed; boundary=b0undary',
    `text/${TEXT_MARK}`,
    '*/*',
    '',
  ),
  fc.string({ maxLength: 20 }),
);

const withOtherType = (body: Body): fc.Arbitrary<Body> =>
  oddType.map((contentType) => ({ ...body, contentType }));

const withOtherCharset = (body: Body): fc.Arbitrary<Body> =>
  fc.constantFrom('latin1' as const, 'utf16le' as const).map((charset) => ({ ...body, charset }));

const bytes = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 100 });
const scrapOfForm = fc.constantFrom(
  '--b0undary',
  '--b0undary\r\n\r\n',
  '--b0undary--',
  '\r\n--b0undary\r\nContent-Disposition: form-data\r\n\r\nx',
);

const nonsense: fc.Arbitrary<Body> = fc.record({
  contentType: fc.constantFrom('application/json', 'application/x-www-form-urlencoded', multipartType),
  text: fc.oneof(hostileText, oddJson, bytes, fc.webQueryParameters(), scrapOfForm),
  charset: fc.constantFrom('utf8', 'latin1', 'utf16le'),
});

/** Around the limit, and without a type. */
const special: fc.Arbitrary<Body> = fc.constantFrom<Body>(
  { contentType: 'application/json', text: '{"username":"<65500 bytes>"}', charset: 'utf8' },
  { contentType: 'application/json', text: '{"username":"<65530 bytes>"}', charset: 'utf8' },
  { contentType: 'application/x-www-form-urlencoded', text: 'username=<70000 bytes>', charset: 'utf8' },
  { text: '', charset: 'utf8' },
  { text: '{}', charset: 'utf8' },
);

const hostile = (body: fc.Arbitrary<Body>): fc.Arbitrary<Body> =>
  fc.oneof(
    { weight: 12, arbitrary: body },
    { weight: 4, arbitrary: body.chain(damaged) },
    { weight: 2, arbitrary: body.chain(withOtherType) },
    { weight: 1, arbitrary: body.chain(withOtherCharset) },
    { weight: 4, arbitrary: nonsense },
    { weight: 1, arbitrary: special },
  );

const signupBody = hostile(almostValid(newUser));
const loginBody = hostile(almostValid(returningUser));

export const hostileBody = fc.oneof(signupBody, loginBody);

/** Bodies that come far at an endpoint, if they come far anywhere. */
export const bodyFor = (endpoint: EndpointName): fc.Arbitrary<Body> =>
  endpoint === 'signup' ? signupBody : loginBody;
