/** The field kit behind Standard Schema v1, for form libraries, routers and validators that speak it. */
import { type CheckOptions, check } from './check.ts'
import type { Fields, InputsOf } from './fields.ts'
import type { Rule } from './rules.ts'

/** One issue, as Standard Schema names it. */
export interface StandardIssue {
  readonly message: string
  readonly path: readonly (string | number)[]
}

/** What a validation gives: the value as it was, or everything that is wrong with it. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** Standard Schema v1 (standardschema.dev), written out so that nothing has to be installed for it. */
export interface StandardSchema<Input, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: 'chadan'
    readonly validate: (value: unknown) => StandardResult<Output>
    /** Never set: carries the types only. */
    readonly types?: { readonly input: Input; readonly output: Output }
  }
}

/**
 * A Standard Schema over these fields and rules. Its messages say what was found and expected, never the value.
 * @example standardSchema(operations.combine.close.body)['~standard'].validate(input)
 */
export function standardSchema<const Fs extends Fields>(
  fields: Fs,
  rules: readonly Rule[] = [],
  options: Omit<CheckOptions, 'at'> = {},
): StandardSchema<InputsOf<Fs>> {
  return {
    '~standard': {
      version: 1,
      vendor: 'chadan',
      validate(value) {
        const problems = check(fields, rules, value, options)
        // `check` found nothing wrong, so the value has the declared type.
        if (problems.length === 0) return { value: value as InputsOf<Fs> }
        return {
          issues: problems.map(({ at, found, expected }) => ({
            message: `found ${found}, expected ${expected}`,
            path: pathOf(at, value),
          })),
        }
      },
    },
  }
}

/** A pointer as a path; the value tells whether a number is a place in a list or a name. */
function pathOf(pointer: string, value: unknown): (string | number)[] {
  let here = value
  return pointer
    .split('/')
    .slice(1)
    .map((escaped) => {
      const name = escaped.replaceAll('~1', '/').replaceAll('~0', '~')
      const step = Array.isArray(here) ? Number(name) : name
      here = typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[name] : undefined
      return step
    })
}
