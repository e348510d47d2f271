// Puts start, two tasks, two in parallel, join, task, end beside the npm package bpmn-engine, in one run.
// Usage: node run.js BPMN_BENCH_PROGRAM FILE [SECONDS]
// Every user task is completed as soon as it waits, in both; the package's parsed source is made once.
'use strict';
const { execFileSync } = require('child_process');
const { readFileSync } = require('fs');
const { EventEmitter } = require('events');
const { Engine } = require('bpmn-engine');

const [program, file, seconds = '2'] = process.argv.slice(2);

function instance(engineOf) {
  return new Promise((resolve, reject) => {
    const engine = engineOf();
    const listener = new EventEmitter();
    listener.on('activity.wait', (api) => api.signal());
    engine.once('end', resolve);
    engine.once('error', reject);
    engine.execute({ listener }).catch(reject);
  });
}

async function measure() {
  const module = await import('bpmn-moddle');
  const BpmnModdle = module.BpmnModdle || module.default;
  const moddleContext = await new BpmnModdle().fromXML(readFileSync(file, 'utf8'));
  const engineOf = () => new Engine({ name: 'bench', moddleContext });
  for (let i = 0; i < 50; i++) await instance(engineOf); // warm
  const start = process.hrtime.bigint();
  const end = start + BigInt(seconds) * 1000000000n;
  let count = 0;
  do {
    for (let i = 0; i < 20; i++) await instance(engineOf);
    count += 20;
  } while (process.hrtime.bigint() < end);
  return count / (Number(process.hrtime.bigint() - start) / 1e9);
}

measure().then((theirs) => {
  const ours = JSON.parse(execFileSync(program, [file, seconds], { encoding: 'utf8' }));
  const n = (x) => Math.round(x).toLocaleString('en');
  console.log('BPMN start, two tasks, two in parallel, join, task, end; one core, in memory');
  console.log(`  banjie        ${n(ours.per_second)} instances/s; every state written and read again, ${n(ours.stored_per_second)}`);
  console.log(`  bpmn-engine   ${n(theirs)} instances/s`);
  console.log(`  ratio         ${(ours.per_second / theirs).toFixed(0)}; a waiting instance takes ${ours.stored_bytes} bytes stored, ${ours.memory_bytes} in memory`);
}).catch((e) => { console.error(e); process.exit(1); });
