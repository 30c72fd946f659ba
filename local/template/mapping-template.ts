/**
 * Mapping templates in the Velocity Template Language, as far as they are understood here.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
import { parse } from 'velocityjs';
import { type ResourceName, refused } from './template-error';

/** A reference to one of API Gateway's own variables, with the rest of the line. */
const ownReference = /\$!?\{?(input|context|stageVariables|util)\b(?=(.*))/g;

const understood: Readonly<Record<string, RegExp>> = {
  input: /^\.params\((?:\)\.(?:header|querystring|path)\.get\()?["'][^"']+["']\)/,
  context: /^(?:\.[A-Za-z][\w-]*)+/,
};

/** Throws if a template is not VTL, or asks for more of API Gateway's variables than there is here. */
export function checkMappingTemplates(templates: ReadonlyMap<string, string>, resource: ResourceName): void {
  for (const template of templates.values()) {
    for (const [reference, variable = '', rest = ''] of template.matchAll(ownReference)) {
      if (understood[variable]?.test(rest)) continue;
      throw refused(resource, `${reference}${rest} in a mapping template is not understood`);
    }
    checkSyntax(template, resource);
  }
}

function checkSyntax(template: string, resource: ResourceName): void {
  try {
    parse(template);
  } catch (error) {
    throw refused(
      resource,
      `a mapping template is not VTL: ${error instanceof Error ? error.message : error}`,
    );
  }
}
