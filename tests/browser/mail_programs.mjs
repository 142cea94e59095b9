// mail_programs.mjs FILE PROGRAM... : what an HTML mail uses that these mail programs do not know,
// a JSON list of sentences. Programs by the names of caniemail.com: `gmail.*`, `outlook.windows`.
// Runs in the folder in which npm has put doiuse-email.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [file, ...programs] = process.argv.slice(2);
const { doIUseEmail } = await import(pathToFileURL(resolve('node_modules/doiuse-email/index.js')));
const answer = doIUseEmail(readFileSync(file, 'utf8'), { emailClients: programs });
console.log(JSON.stringify(answer.success ? [] : answer.errors));
