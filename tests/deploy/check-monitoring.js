// SPDX-License-Identifier: GPL-2.0-or-later
// check-monitoring.js METRICS TESTS WORK: the rules and dashboards in rendered manifests on standard input. Prometheus accepts
// every expression, the rules pass the tests in TESTS, and each metric is in METRICS (docs/metrics.md).
'use strict';

const childProcess = require('child_process');
const fs = require('fs');
const path = require('path');
const yaml = require('/usr/share/nodejs/js-yaml');

const [metricsFile, testsFile, work] = process.argv.slice(2);
const documents = yaml.loadAll(fs.readFileSync(0, 'utf8')).filter((each) => each);
const rules = documents.filter((each) => each.kind === 'PrometheusRule');
const dashboards = documents
    .filter((each) => each.kind === 'ConfigMap' && (each.metadata.labels || {}).grafana_dashboard)
    .flatMap((each) => Object.values(each.data).map((text) => JSON.parse(text)));
const problems = [];
if (!rules.length) problems.push('no PrometheusRule');
if (!dashboards.length) problems.push('no dashboard');

function promtool(...args) {
    const result = childProcess.spawnSync('promtool', args, { encoding: 'utf8', timeout: 60000 });
    if (result.status !== 0) problems.push(`promtool ${args.join(' ')}: ${result.error || ''}${result.stdout}${result.stderr}`);
}

const groups = rules.flatMap((each) => each.spec.groups);
fs.writeFileSync(path.join(work, 'rules.yaml'), yaml.dump({ groups }));
promtool('check', 'rules', path.join(work, 'rules.yaml'));
fs.copyFileSync(testsFile, path.join(work, 'tests.yaml'));
promtool('test', 'rules', path.join(work, 'tests.yaml'));
const tested = yaml.load(fs.readFileSync(testsFile, 'utf8')).tests.flatMap((each) => each.alert_rule_test.filter((test) => test.exp_alerts.length).map((test) => test.alertname));
for (const { alert } of groups.flatMap((each) => each.rules)) if (!tested.includes(alert)) problems.push(`no test in which ${alert} fires`);

// Recording rules are the way to have promtool parse an expression.
const shown = dashboards.flatMap((each) => each.panels).flatMap((panel) => panel.targets.map((target) => ({ record: `panel:${panel.id}:${target.refId.toLowerCase()}`, expr: target.expr })));
fs.writeFileSync(path.join(work, 'panels.yaml'), yaml.dump({ groups: [{ name: 'panels', rules: shown }] }));
promtool('check', 'rules', path.join(work, 'panels.yaml'));

const known = new Set([...fs.readFileSync(metricsFile, 'utf8').matchAll(/`([a-z][a-z0-9_]+)`/g)].map((each) => each[1]));
const exprs = [...shown, ...groups.flatMap((each) => each.rules)].map((each) => each.expr);
for (const name of new Set(exprs.flatMap((expr) => expr.match(/\b(ntp|dhcp|dns|firewall|vlan|fos1)_[a-z0-9_]+/g) || [])))
    if (!known.has(name)) problems.push(`${name} is not in ${metricsFile}`);

for (const problem of problems) console.error(problem);
console.log(`${groups.flatMap((each) => each.rules).length} alerts, ${shown.length} expressions of dashboards`);
process.exitCode = problems.length ? 1 : 0;
