/** `npm run contract -- http://127.0.0.1:3000`: runs the API's contract against any URL. */
import { contract } from '../cli/contract';

void contract(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
