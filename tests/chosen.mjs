/**
 * The test files that patterns choose, all of them without a pattern. A pattern that names a folder or file of the project
 * chooses what lies there; any other one is looked for, as a regular expression, in each path from the project's root.
 * @param {readonly string[]} paths from the root, with forward slashes
 * @param {readonly string[]} patterns
 * @param {(path: string) => boolean} isThere whether the project has such a folder or file
 * @returns {string[]}
 */
export function chosen(paths, patterns, isThere) {
  const choosers = patterns.map((pattern) => {
    const place = pattern.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
    if (place === '' || place === '.') return () => true;
    if (isThere(place)) return (path) => path === place || path.startsWith(`${place}/`);
    const expression = new RegExp(pattern.replace(/^\.\//, ''), 'i');
    return (path) => expression.test(path);
  });
  return paths.filter((path) => choosers.length === 0 || choosers.some((chooses) => chooses(path)));
}
