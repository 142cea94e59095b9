// html_pages.mjs FILE: what is wrong in an HTML page by the standard and for assistive technology, a
// JSON list of sentences. Runs in the folder in which npm has put html-validate.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createRequire } from 'node:module';

const { HtmlValidate } = createRequire(resolve('package.json'))('html-validate');
const validator = new HtmlValidate({
    root: true,
    extends: ['html-validate:standard', 'html-validate:a11y', 'html-validate:document'],
    // The style sheet is of the page's own host; a button of ours sends its form.
    rules: { 'require-sri': 'off', 'no-implicit-button-type': 'off' },
});
const report = await validator.validateString(readFileSync(process.argv[2], 'utf8'));
console.log(JSON.stringify(report.results.flatMap((result) => result.messages.map(
    (one) => `${one.line}: ${one.ruleId}: ${one.message}`))));
