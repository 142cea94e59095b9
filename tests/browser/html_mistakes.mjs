// html_mistakes.mjs FILE... : what is wrong in these pages by html-validate, a JSON list of lines
// `FILE:LINE: RULE: MESSAGE`. Runs in the folder in which npm has put html-validate.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const { HtmlValidate, StaticConfigLoader } =
    createRequire(resolve('node_modules/'))('html-validate');
const validate = new HtmlValidate(new StaticConfigLoader({
  extends: ['html-validate:recommended', 'html-validate:a11y'],
  rules: {
    'no-implicit-button-type': 'off',  // every button of ours submits, which is what none says
    'long-title': 'off',               // a subject stands there
    'no-trailing-whitespace': 'off',
  },
}));
const mistakes = [];
for (const file of process.argv.slice(2)) {
  const report = await validate.validateFile(file);
  for (const result of report.results)
    for (const one of result.messages)
      mistakes.push(`${file}:${one.line}: ${one.ruleId}: ${one.message}`);
}
console.log(JSON.stringify(mistakes));
