// Reads cases {"pattern", "text"}, one a line, and writes whether JavaScript finds the pattern: true, false, or null where it is none.
for (const line of require('fs').readFileSync(0, 'utf8').trim().split('\n')) {
  const { pattern, text } = JSON.parse(line);
  let verdict = null;
  try {
    verdict = new RegExp(pattern, 'u').test(text);
  } catch {
    // no pattern
  }
  console.log(verdict);
}
