import { type RawBuilder, sql } from 'kysely'

/**
 * Whether a column holds one of many texts, given as one parameter: however many there are, the statement is the same, and is
 * neither built nor prepared anew.
 */
export function isOneOf(
  kind: 'sqlite' | 'postgres',
  column: string,
  values: readonly string[],
): RawBuilder<boolean> {
  const list = sql.val(JSON.stringify(values))
  return kind === 'sqlite'
    ? sql<boolean>`${sql.ref(column)} in (select value from json_each(${list}))`
    : sql<boolean>`${sql.ref(column)} in (select jsonb_array_elements_text(${list}::jsonb))`
}
