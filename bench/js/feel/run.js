// Puts `amount * 1.1 + fee > limit` beside the npm package feelin, in one run.
// Usage: node run.js FEEL_BENCH_PROGRAM [SECONDS]
// The package has no compiled form that it evaluates again: it parses at each evaluation.
'use strict';
const { execFileSync } = require('child_process');

const [program, seconds = '2'] = process.argv.slice(2);
const expression = 'amount * 1.1 + fee > limit';
const inputs = Array.from({ length: 16 }, (_, i) => ({ amount: (1000 + 25 * i) / 100, fee: 1.5, limit: 14 }));

function answer(result) {
  return result !== null && typeof result === 'object' && 'value' in result ? result.value : result;
}

function measure(evaluate) {
  for (let i = 0; i < 2000; i++) evaluate(expression, inputs[i % 16]); // warm
  const start = process.hrtime.bigint();
  const end = start + BigInt(seconds) * 1000000000n;
  let count = 0;
  do {
    for (let i = 0; i < 500; i++) {
      if (typeof answer(evaluate(expression, inputs[i % 16])) !== 'boolean') throw new Error('no answer');
    }
    count += 500;
  } while (process.hrtime.bigint() < end);
  return count / (Number(process.hrtime.bigint() - start) / 1e9);
}

import('feelin').then(({ evaluate }) => {
  const theirs = measure(evaluate);
  const ours = JSON.parse(execFileSync(program, [seconds], { encoding: 'utf8' }));
  const n = (x) => Math.round(x).toLocaleString('en');
  console.log(`FEEL ${ours.what}`);
  console.log(`  banjie        ${n(ours.per_second)} evaluations/s, ${ours.allocations} allocations each, plan ${ours.plan_bytes} bytes`);
  console.log(`  feelin        ${n(theirs)} evaluations/s`);
  console.log(`  ratio         ${(ours.per_second / theirs).toFixed(0)}; compiling each time as it does, ${n(ours.compiled_per_second)} a second`);
}).catch((e) => { console.error(e); process.exit(1); });
