/**
 * What a stage sets for its methods: throttling, for all of them or for one.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-methodsetting.html
 */
import * as v from 'valibot';
import type { ResourceDefinition, ThrottlingDefinition } from './deployment';
import { type ResourceName, refused } from './template-error';

/** Nothing is logged, measured or cached here. */
const withoutMeaning = v.entriesFromList(
  ['CacheDataEncrypted', 'CacheTtlInSeconds', 'DataTraceEnabled', 'LoggingLevel', 'MetricsEnabled'],
  v.exactOptional(v.unknown()),
);

/** AWS fills up a missing limit with one of the account, of which a template knows nothing. */
const together = 'ThrottlingRateLimit and ThrottlingBurstLimit are understood only together';

const limit = v.pipe(v.number(), v.minValue(0, 'A limit cannot be negative'));

export const methodSettingSchema = v.pipe(
  v.strictObject({
    ...withoutMeaning,
    CachingEnabled: v.exactOptional(v.literal(false, 'Caching is not understood')),
    HttpMethod: v.string(),
    ResourcePath: v.pipe(v.string(), v.startsWith('/')),
    ThrottlingBurstLimit: v.optional(v.pipe(limit, v.integer())),
    ThrottlingRateLimit: v.optional(limit),
  }),
  v.transform(({ HttpMethod, ResourcePath, ThrottlingBurstLimit, ThrottlingRateLimit }) => ({
    method: `${HttpMethod} ${pathOf(ResourcePath)}`,
    burstLimit: ThrottlingBurstLimit,
    rateLimit: ThrottlingRateLimit,
  })),
  v.check(({ burstLimit, rateLimit }) => (burstLimit === undefined) === (rateLimit === undefined), together),
);

type MethodSetting = v.InferOutput<typeof methodSettingSchema>;

/** `/~1items~1{id}` is written for `/items/{id}`, and `/` for the root. */
function pathOf(resourcePath: string): string {
  return resourcePath.slice(1).replaceAll('~1', '/') || '/';
}

/** As `HttpMethod: '*'` and `ResourcePath: '/*'` are read. */
const everyMethod = '* *';

/** The resources, their methods throttled. A method's own limits win over those of all. */
export function withMethodSettings(
  resources: readonly ResourceDefinition[],
  settings: readonly MethodSetting[],
  stage: ResourceName,
): ResourceDefinition[] {
  const throttlings = throttlingsOf(settings, stage);
  refuseUnmatched(resources, settings, stage);
  const ofAll = throttlings.get(everyMethod);
  return resources.map((resource) => ({
    ...resource,
    methods: new Map(
      [...resource.methods].map(([httpMethod, method]) => {
        const throttling = throttlings.get(`${httpMethod} ${resource.path}`) ?? ofAll;
        return [httpMethod, throttling === undefined ? method : { ...method, throttling }];
      }),
    ),
  }));
}

function throttlingsOf(
  settings: readonly MethodSetting[],
  stage: ResourceName,
): ReadonlyMap<string, ThrottlingDefinition | undefined> {
  const throttlings = new Map<string, ThrottlingDefinition | undefined>();
  for (const { method, burstLimit, rateLimit } of settings) {
    if (throttlings.has(method)) throw refused(stage, `it has two settings for ${method}`);
    const isThrottled = burstLimit !== undefined && rateLimit !== undefined;
    throttlings.set(method, isThrottled ? { burstLimit, rateLimit } : undefined);
  }
  return throttlings;
}

/** AWS has no setting for some methods of a resource, or for a method on all resources. */
function refuseUnmatched(
  resources: readonly ResourceDefinition[],
  settings: readonly MethodSetting[],
  stage: ResourceName,
): void {
  const methods = resources.flatMap(({ path, methods }) =>
    [...methods.keys()].map((name) => `${name} ${path}`),
  );
  const known = new Set([everyMethod, ...methods]);
  const unmatched = settings.find(({ method }) => !known.has(method));
  if (unmatched !== undefined)
    throw refused(stage, `its setting for ${unmatched.method} is for no method of the API`);
}
