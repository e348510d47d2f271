// Puts the decision table of ../../dmn_table.dmn beside the npm package @hbtgmbh/dmn-eval-js, in one run.
// Usage: node run.js DMN_BENCH_PROGRAM [SECONDS]
'use strict';
const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { decisionTable } = require('@hbtgmbh/dmn-eval-js');

const [program, seconds = '2'] = process.argv.slice(2);
const file = path.join(__dirname, '..', '..', 'dmn_table.dmn');
// the package reads DMN 1.1 only; the table itself is the same
const xml = fs.readFileSync(file, 'utf8').replace('https://www.omg.org/spec/DMN/20191111/MODEL/', 'http://www.omg.org/spec/DMN/20151101/dmn.xsd');

const kinds = ['simple', 'joint', 'licence', 'other'];
const amounts = [50, 500, 2500, 9000];
const inputs = Array.from({ length: 16 }, (_, i) => ({ amount: amounts[i >> 2], kind: kinds[i % 4], local: i % 3 === 0 }));

function measure(decisions) {
  for (let i = 0; i < 2000; i++) decisionTable.evaluateDecision('route', decisions, inputs[i % 16]); // warm
  const end = process.hrtime.bigint() + BigInt(seconds) * 1000000000n;
  const start = process.hrtime.bigint();
  let count = 0;
  do {
    for (let i = 0; i < 500; i++) {
      if (!decisionTable.evaluateDecision('route', decisions, inputs[i % 16]).route) throw new Error('no answer');
    }
    count += 500;
  } while (process.hrtime.bigint() < end);
  return count / (Number(process.hrtime.bigint() - start) / 1e9);
}

decisionTable.parseDmnXml(xml).then((decisions) => {
  const theirs = measure(decisions);
  const ours = JSON.parse(execFileSync(program, [file, seconds], { encoding: 'utf8' }));
  console.log(`table of ${ours.what}`);
  console.log(`  banjie        ${ours.per_second.toLocaleString('en')} evaluations/s, ${ours.allocations} allocations each, plan ${ours.plan_bytes} bytes`);
  console.log(`  dmn-eval-js   ${Math.round(theirs).toLocaleString('en')} evaluations/s`);
  console.log(`  ratio         ${(ours.per_second / theirs).toFixed(0)}`);
}).catch((e) => { console.error(e); process.exit(1); });
