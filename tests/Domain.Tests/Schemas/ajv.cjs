// Reads cases {"schema", "value"}, one a line, and writes ajv's verdict on each: true, false, or null where it cannot tell.
const Ajv = require('ajv/dist/2020');
const ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false, logger: false });
const lines = require('fs').readFileSync(0, 'utf8').trim().split('\n');
for (const line of lines) {
  const { schema, value } = JSON.parse(line);
  let verdict = null;
  try {
    verdict = ajv.validate(schema, value);
  } catch (error) {
    console.error(`${error.message}: ${line}`);
  }
  console.log(verdict);
}
