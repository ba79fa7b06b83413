/** What a table says of a word from outside; undefined for words it does not list, such as the names every object inherits. */
export function lookUp<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
