import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

import type { OpenApi, Operation, Response } from '#core/contract/openapi.ts'

import type { Answer } from '../open-hub.ts'

/** Holds answers to what the document says of them. */
export class Judge {
  readonly #ajv: Ajv2020
  readonly #compiled = new Map<object, ValidateFunction>()

  constructor({ components }: OpenApi) {
    this.#ajv = new Ajv2020({ strict: false, validateFormats: false })
    this.#ajv.addSchema({ $id: 'document', components }, 'document')
  }

  /** What is wrong with an answer to an operation; undefined: nothing. */
  faultOf({ responses }: Operation, answer: Answer): string | undefined {
    const { status, headers, text } = answer
    if (status >= 500 && status !== 503) return `a ${status}: ${text.slice(0, 200)}`
    if (headers['x-jupyterhub-version'] === undefined)
      return `no X-JupyterHub-Version: ${status} ${text.slice(0, 200)}`
    const response = responses[status] ?? (status >= 400 ? responses['default'] : undefined)
    return response ? this.#faultOfBody(response, answer) : `an undescribed ${status}`
  }

  #faultOfBody({ content }: Response, { status, headers, text }: Answer): string | undefined {
    const [found] = Object.entries(content ?? {})
    if (!found) return text === '' ? undefined : `an undescribed body: ${text.slice(0, 200)}`
    const [media, { schema }] = found
    const [type = ''] = String(headers['content-type'] ?? '').split(';')
    // A browser is sent on without a page.
    if (status >= 300 && status < 400) return undefined
    if (status < 300 && type !== media) return `${type} where ${media} is described`
    // Refusals of pages are pages.
    return type === 'application/json' && schema ? this.#mismatch(schema, text) : undefined
  }

  #mismatch(schema: object, text: string): string | undefined {
    const validate = this.#compiled.get(schema) ?? this.#compile(schema)
    if (validate(JSON.parse(text))) return undefined
    return `${this.#ajv.errorsText(validate.errors)} in ${text.slice(0, 300)}`
  }

  #compile(schema: object): ValidateFunction {
    const here = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')
    const validate = this.#ajv.compile(JSON.parse(here) as object)
    this.#compiled.set(schema, validate)
    return validate
  }
}
