/** The OpenAPI 3.1 document, made from the very table of endpoints that the router serves. */
import {
  OpenApiGeneratorV31,
  OpenAPIRegistry,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi'
import type { z } from 'zod'
import { paths } from '../web/paths.ts'
import { json } from './answer.ts'
import { endpoint, type AnswerForm, type Endpoint } from './endpoint.ts'

export function openapiEndpoint(endpoints: Endpoint[], publicUrl: string): Endpoint {
  const document = openapiDocument(endpoints, publicUrl)
  return endpoint({
    method: 'get',
    path: paths.api.openapi,
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1' } },
    handle: () => json(document),
  })
}

export function openapiDocument(endpoints: Endpoint[], publicUrl: string) {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' })
  for (const each of endpoints) registry.registerPath(routeOf(each))
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Tenderbook',
      version: '1',
      description: 'Public procurement on a signed, hash-linked record that anyone can verify.',
    },
    servers: [{ url: publicUrl }],
  })
}

function routeOf(each: Endpoint): RouteConfig {
  const body = bodyOf(each)
  return {
    method: each.method,
    path: each.path.replace(/:(\w+)/g, '{$1}'),
    summary: each.summary,
    ...(each.signedIn ? { security: [{ token: [] }] } : {}),
    request: {
      // Parameters and queries are objects of fields in every endpoint.
      ...(each.params ? { params: each.params as z.ZodObject } : {}),
      ...(each.query ? { query: each.query as z.ZodObject } : {}),
      ...(body ? { body } : {}),
    },
    responses: Object.fromEntries(
      Object.entries(each.answers).map(([status, form]) => [status, answerOf(form)]),
    ),
  }
}

function bodyOf({ json: form, bytes }: Endpoint) {
  if (form) return { required: true, content: { 'application/json': { schema: form.schema } } }
  if (!bytes) return undefined
  const schema = { type: 'string', format: 'binary' } as const
  return { required: true, content: { [bytes.media]: { schema } } }
}

function answerOf({ description, media = 'application/json', schema }: AnswerForm) {
  return schema ? { description, content: { [media]: { schema } } } : { description }
}
