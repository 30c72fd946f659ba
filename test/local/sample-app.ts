/** Small CDK apps, and the means to serve one for a suite. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { AuthorizationType, RequestAuthorizer, RestApi, type RestApiProps } from 'aws-cdk-lib/aws-apigateway';
import { Code, type FunctionProps, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type RunningApi, type RunOptions, runTemplate } from '../../local/run';

interface SampleFunctionProps extends Partial<FunctionProps> {
  readonly file?: string;
}

/** A stack with one API in it, and the means to fill it. */
export class SampleApp {
  readonly folder = mkdtempSync(join(tmpdir(), 'local-test-'));
  readonly stack: Stack;
  readonly api: RestApi;
  readonly #app: App;

  constructor(props: RestApiProps = {}) {
    this.#app = new App({
      outdir: join(this.folder, 'cdk.out'),
      analyticsReporting: false,
      builtinCloudFormationValidation: false, // It takes longer than everything else.
    });
    this.stack = new Stack(this.#app, 'Sample');
    this.api = new RestApi(this.stack, 'Api', {
      cloudWatchRole: false,
      deployOptions: { stageName: 'test' },
      ...props,
    });
  }

  /** A function whose bundle is this JavaScript, which must export `handler`. */
  addFunction(id: string, code: string, { file = 'index.js', ...props }: SampleFunctionProps = {}) {
    const bundle = join(this.folder, `${id}-bundle`);
    mkdirSync(bundle);
    writeFileSync(join(bundle, file), code);
    return new LambdaFunction(this.stack, id, {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(bundle),
      ...props,
    });
  }

  /** Options for a method that this function authorises, at every request. */
  authorizedBy(handler: LambdaFunction) {
    const authorizer = new RequestAuthorizer(this.stack, `${handler.node.id}Authorizer`, {
      handler,
      identitySources: [],
      resultsCacheTtl: Duration.seconds(0),
    });
    return { authorizer, authorizationType: AuthorizationType.CUSTOM };
  }

  /** The assembly's folder. */
  synthesise(): string {
    return this.#app.synth().directory;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface SampleOptions extends Partial<RunOptions> {
  readonly props?: RestApiProps;
}

/** Serves an app for the tests of a `describe`. The functions' output goes nowhere unless the options say otherwise. */
export function serveSample(build: (app: SampleApp) => void, { props, ...options }: SampleOptions = {}) {
  let app: SampleApp;
  let running: RunningApi;
  beforeAll(async () => {
    app = new SampleApp(props);
    build(app);
    const silence = { write: () => true };
    const output = { stdout: silence, stderr: silence };
    running = await runTemplate({ port: 0, output, assembly: app.synthesise(), ...options });
  });
  afterAll(async () => {
    await running.close();
    app.remove();
  });
  return {
    url: () => running.url,
    running: () => running,
    fetch: (path: string, init?: RequestInit) => fetch(running.url + path, init),
  };
}

/** Bundles, as Lambda finds them in index.js. This one answers with the event that it got. */
export const echo = 'exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });';

/** Answers with what the request's body says, whatever that is. */
export const obedient = 'exports.handler = async (event) => JSON.parse(event.body);';

/** As an authorizer: answers with what the request's header `Verdict` says, and logs its event if asked to. */
export const obedientAuthorizer = `exports.handler = async (event) => {
  const { error, tell, ...verdict } = JSON.parse(event.headers.Verdict ?? event.headers.verdict);
  if (tell) console.log(JSON.stringify(event));
  if (error !== undefined) throw new Error(error);
  return verdict;
};`;
