/** Bundles for the tests: what Lambda would find as index.js. */

/** Answers with the event that it got. */
export const echo = 'exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });';

/** Answers with what stands in the request's body, whatever that is. */
export const obedient = 'exports.handler = async (event) => JSON.parse(event.body);';

/** As an authorizer: answers with what stands in the request's header `Verdict`. */
export const obedientAuthorizer = `exports.handler = async (event) => {
  const { error, ...verdict } = JSON.parse(event.headers.Verdict ?? event.headers.verdict);
  if (error !== undefined) throw new Error(error);
  return verdict;
};`;
